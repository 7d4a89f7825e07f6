#include "tests/http/server_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace reprise::http::test {

std::string Answered::header(std::string_view name) const {
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + 2 + name.size() + 2;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Client::Client(std::uint16_t port, int receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
  const int one = 1;
  if (socket_ >= 0) ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), end_(other.end_), buffer_(std::move(other.buffer_)) {}

Client::~Client() { close(); }

void Client::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Client::reset() {
  const linger abort{1, 0};
  if (socket_ >= 0) ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  close();
}

void Client::shut_write() { ::shutdown(socket_, SHUT_WR); }

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Client::fill(int wait_ms) {
  if (socket_ < 0 || end_) return false;
  pollfd ready{socket_, POLLIN, 0};
  if (::poll(&ready, 1, wait_ms) <= 0) return false;
  char bytes[65536];
  const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
  if (n <= 0) {
    end_ = true;
    return false;
  }
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::string Client::read_some(int wait_ms) {
  if (buffer_.empty()) fill(wait_ms);
  return std::exchange(buffer_, {});
}

std::string Client::take_buffered() { return std::exchange(buffer_, {}); }

bool Client::closed(int wait_ms) {
  if (!buffer_.empty()) return false;
  return !fill(wait_ms) && end_;
}

bool Client::read_chunks(Answered& answer, int wait_ms) {
  for (;;) {
    std::size_t line = 0;
    while ((line = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill(wait_ms)) return false;
    }
    const std::size_t size = std::strtoul(buffer_.c_str(), nullptr, 16);
    const std::size_t whole = line + 2 + size + 2;
    while (buffer_.size() < whole) {
      if (!fill(wait_ms)) return false;
    }
    answer.body += buffer_.substr(line + 2, size);
    buffer_.erase(0, whole);
    if (size == 0) return true;
  }
}

Answered Client::read(bool head_only, int wait_ms) {
  Answered answer;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(wait_ms)) return answer;
  }
  answer.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(answer.head.c_str() + 9);
  const std::string length = answer.header("Content-Length");
  if (head_only || answer.status == 204 || answer.status == 304 || answer.status < 200) {
    answer.complete = true;
  } else if (!answer.header("Transfer-Encoding").empty()) {
    answer.complete = read_chunks(answer, wait_ms);
  } else if (!length.empty()) {
    const std::size_t size = std::strtoul(length.c_str(), nullptr, 10);
    while (buffer_.size() < size) {
      if (!fill(wait_ms)) break;
    }
    answer.complete = buffer_.size() >= size;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
  } else {
    while (fill(wait_ms)) {
    }
    answer.complete = end_;
    answer.body = std::exchange(buffer_, {});
  }
  return answer;
}

}  // namespace reprise::http::test
