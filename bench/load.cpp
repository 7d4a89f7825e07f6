#include "bench/load.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

namespace reprise::bench {

namespace {

constexpr std::size_t kSubBuckets = 64;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::size_t bucket_of(std::uint64_t ns) {
  const std::uint64_t v = std::max<std::uint64_t>(ns, kSubBuckets);
  const auto shift = static_cast<unsigned>(std::bit_width(v)) - 7;
  return shift * kSubBuckets + static_cast<std::size_t>(v >> shift);
}

std::uint64_t value_of(std::size_t bucket) {
  const auto shift = bucket / kSubBuckets - 1;
  return (bucket - shift * kSubBuckets) << shift;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

struct Head {
  bool complete = false;
  int status = 0;
  std::size_t header = 0, body = 0;
};

// The server under test always names the length.
Head parse_head(std::string_view in) {
  Head head;
  const auto end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) return head;
  head.header = end + 4;
  if (in.size() > 12) std::from_chars(in.data() + 9, in.data() + 12, head.status);
  constexpr std::string_view kLength = "Content-Length: ";
  const auto at = in.substr(0, end).find(kLength);
  if (at != std::string_view::npos) std::from_chars(in.data() + at + kLength.size(), in.data() + end, head.body);
  head.complete = in.size() >= head.header + head.body;
  return head;
}

struct Connection {
  int fd = -1;
  std::string in;
  std::uint64_t sent_at = 0;
};

class Generator {
 public:
  explicit Generator(const Load& load) : load_(load), connections_(load.connections) {}

  LoadResult run() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    begin_ = now_ns();
    counted_from_ = begin_ + static_cast<std::uint64_t>(load_.warm_up * 1e9);
    end_ = counted_from_ + static_cast<std::uint64_t>(load_.seconds * 1e9);
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
    std::vector<epoll_event> events(256);
    while (!done_) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < n; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
      if (now_ns() >= end_) done_ = true;
    }
    result_.seconds = static_cast<double>(std::min(now_ns(), end_) - counted_from_) / 1e9;
    for (auto& c : connections_) {
      if (c.fd >= 0) ::close(c.fd);
    }
    ::close(epoll_);
    return std::move(result_);
  }

 private:
  void open(std::size_t i) {
    auto& c = connections_[i];
    c.fd = connect_to(load_.port);
    c.in.clear();
    if (c.fd < 0) return fail("cannot connect");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event);
    send(c);
  }

  void send(Connection& c) {
    if (load_.requests != 0 && handed_out_ == load_.requests) return;
    ++handed_out_;
    out_.clear();
    load_.next(out_);
    c.sent_at = now_ns();
    if (!send_all(c.fd, out_)) fail("the connection broke");
  }

  void receive(std::size_t i) {
    auto& c = connections_[i];
    const auto n = ::recv(c.fd, buffer_, sizeof buffer_, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      ::close(c.fd);
      fail("the connection was closed");
      return open(i);
    }
    std::string_view in(buffer_, static_cast<std::size_t>(n));
    if (!c.in.empty()) {
      c.in.append(in);
      in = c.in;
    }
    const auto head = parse_head(in);
    if (!head.complete) {
      if (c.in.empty()) c.in.assign(in);
      return;
    }
    const auto at = now_ns();
    if (head.status < 200 || head.status > 299) {
      fail(std::string(in.substr(0, std::min<std::size_t>(in.size(), 300))));
    } else if (at >= counted_from_) {
      ++result_.requests;
      result_.latencies.add(at - c.sent_at);
    }
    if (load_.answered) load_.answered(in.substr(head.header, head.body));
    c.in.clear();
    ++answered_;
    if ((load_.requests != 0 && answered_ == load_.requests) || (load_.stop && load_.stop())) {
      done_ = true;
      end_ = at;
      return;
    }
    send(c);
  }

  void fail(std::string what) {
    ++result_.errors;
    if (result_.first_error.empty()) result_.first_error = std::move(what);
    if (result_.errors > 1000 && result_.requests == 0) done_ = true;
  }

  const Load& load_;
  std::vector<Connection> connections_;
  LoadResult result_;
  std::string out_;
  char buffer_[1 << 17];
  int epoll_ = -1;
  std::uint64_t begin_ = 0, counted_from_ = 0, end_ = 0, handed_out_ = 0, answered_ = 0;
  bool done_ = false;
};

}  // namespace

void Latencies::add(std::uint64_t nanoseconds) {
  const auto bucket = bucket_of(nanoseconds);
  if (buckets_.size() <= bucket) buckets_.resize(bucket + kSubBuckets);
  ++buckets_[bucket];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

double Latencies::quantile_ms(double q) const {
  const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > wanted) return static_cast<double>(value_of(i)) / 1e6;
  }
  return max_ms();
}

LoadResult run(const Load& load) { return std::make_unique<Generator>(load)->run(); }

Download download(std::uint16_t port, std::string_view target) {
  Download result;
  const int fd = connect_to(port);
  if (fd < 0) return result;
  const auto begin = now_ns();
  std::string question = request("GET", target);
  question.insert(question.size() - 2, "Connection: close\r\n");
  std::string start, end;
  std::vector<char> buffer(256u << 10);
  if (send_all(fd, question)) {
    for (ssize_t n; (n = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
      const std::string_view in(buffer.data(), static_cast<std::size_t>(n));
      if (result.bytes == 0) {
        result.first_byte = static_cast<double>(now_ns() - begin) / 1e9;
        start.assign(in.substr(0, 12));
      }
      result.bytes += in.size();
      end.append(in.substr(in.size() - std::min<std::size_t>(in.size(), 8)));
      if (end.size() > 64) end.erase(0, end.size() - 8);
    }
  }
  ::close(fd);
  result.seconds = static_cast<double>(now_ns() - begin) / 1e9;
  result.complete = start == "HTTP/1.1 200" && (end.ends_with("\r\n0\r\n\r\n") || end.ends_with('}'));
  return result;
}

std::string request(std::string_view method, std::string_view target, std::string_view body) {
  std::string out(method);
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!body.empty() || method != "GET") {
    out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  out += "\r\n";
  out += body;
  return out;
}

bool call(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
          std::string& answer) {
  const int fd = connect_to(port);
  if (fd < 0) return false;
  std::string in;
  bool good = send_all(fd, request(method, target, body));
  for (Head head; good;) {
    char buffer[1 << 16];
    const auto n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) {
      good = false;
      break;
    }
    in.append(buffer, static_cast<std::size_t>(n));
    head = parse_head(in);
    if (!head.complete) continue;
    answer = in.substr(head.header, head.body);
    good = head.status >= 200 && head.status <= 299;
    break;
  }
  ::close(fd);
  return good;
}

}  // namespace reprise::bench
