#include "bench/subscribers.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <string_view>

#include "events/time.hpp"

namespace reprise::bench {

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t wall_clock_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The text of a member that is a string, as the server writes it.
std::string_view text_of(std::string_view message, std::string_view key) {
  const auto at = message.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return message.substr(begin, message.find('"', begin) - begin);
}

// A connection whose request is sent and whose stream has begun.
int subscribe(std::uint16_t port, std::string_view target) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string asked = request("GET", target);
  std::string head;
  char buffer[4096];
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, asked.data(), asked.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(asked.size())) {
    // The front of the stream is one message: only an id.
    while (head.find("\r\n\r\n") == std::string::npos ||
           head.find("\n\n", head.find("\r\n\r\n")) == std::string::npos) {
      const auto n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      head.append(buffer, static_cast<std::size_t>(n));
    }
    if (head.starts_with("HTTP/1.1 200")) return fd;
  }
  ::close(fd);
  return -1;
}

}  // namespace

Subscribers::Subscribers(std::uint16_t port, std::size_t count, const std::string& target) : clients_(count) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    clients_[i].fd = subscribe(port, target);
    if (clients_[i].fd < 0) continue;
    ++connected_;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[i].fd, &event);
  }
  thread_ = std::thread([this] { read_all(); });
}

Subscribers::~Subscribers() {
  stopped_.store(true);
  if (thread_.joinable()) thread_.join();
  for (const Client& client : clients_) {
    if (client.fd >= 0) ::close(client.fd);
  }
  ::close(epoll_);
}

void Subscribers::read_all() {
  std::vector<epoll_event> ready(512);
  while (!stopped_.load()) {
    const int n = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 50);
    for (int i = 0; i < n; ++i) receive(clients_[ready[static_cast<std::size_t>(i)].data.u64]);
  }
}

void Subscribers::receive(Client& client) {
  char buffer[1 << 16];
  const auto n = ::recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd, nullptr);
    ++broken_;
    return;
  }
  const std::int64_t now_us = wall_clock_us();
  std::string_view in(buffer, static_cast<std::size_t>(n));
  if (!client.rest.empty()) in = client.rest.append(in);
  // The server's chunks hold whole messages: what frames them stands between two of them and is skipped with the front.
  std::size_t begin = 0;
  for (std::size_t end; (end = in.find("\n\n", begin)) != std::string_view::npos; begin = end + 2) {
    take(client, in.substr(begin, end - begin), now_us);
  }
  client.rest = std::string(in.substr(begin));
}

void Subscribers::take(Client& client, std::string_view message, std::int64_t now_us) {
  const auto data = message.find("\ndata: ");
  if (data == std::string_view::npos) return;  // a heartbeat
  message.remove_prefix(data);
  const std::string_view id = text_of(message, R"("id":")");
  const auto time = parse_time(text_of(message, R"("time":")"));
  if (!time) return;
  ++client.events;
  client.digest += std::hash<std::string_view>()(id);
  const std::int64_t since = std::max<std::int64_t>(0, now_us - to_millis(*time) * 1000);
  latencies_.add(static_cast<std::uint64_t>(since) * 1000);
  events_.fetch_add(1, std::memory_order_relaxed);
}

void Subscribers::finish(std::uint64_t wanted, double seconds) {
  const auto end = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  while (Clock::now() < end && events_.load() < wanted * connected_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  stopped_.store(true);
  thread_.join();
}

std::size_t Subscribers::complete(std::uint64_t wanted) const {
  return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [&](const Client& client) {
    return client.fd >= 0 && client.events == wanted && client.digest == clients_.front().digest;
  }));
}

}  // namespace reprise::bench
