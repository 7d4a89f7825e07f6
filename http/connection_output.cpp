#include "http/connection_output.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace reprise::http {
namespace {

constexpr std::size_t kPiece = 64u << 10;
constexpr std::size_t kWorthMoving = 32u << 10;
constexpr std::size_t kPerTurn = 4u << 20;
constexpr std::size_t kVectors = 16;

}  // namespace

std::string& ConnectionOutput::tail() {
  if (pieces_.empty() || pieces_.back().size() >= kPiece) pieces_.emplace_back();
  return pieces_.back();
}

void ConnectionOutput::append(std::string_view bytes) {
  append_with([&](std::string& piece) { piece.append(bytes); });
}

void ConnectionOutput::append_own(std::string&& bytes) {
  if (bytes.size() < kWorthMoving) return append(bytes);
  size_ += bytes.size();
  if (!pieces_.empty() && pieces_.back().empty()) {
    pieces_.back() = std::move(bytes);
  } else {
    pieces_.push_back(std::move(bytes));
  }
}

ConnectionOutput::Sent ConnectionOutput::send(int socket, bool& progress) {
  std::size_t total = 0;
  while (size_ > 0) {
    if (total >= kPerTurn) return Sent::enough;
    std::array<iovec, kVectors> vectors;
    std::size_t count = 0;
    for (std::size_t i = first_; i < pieces_.size() && count < kVectors; ++i) {
      const std::size_t skip = i == first_ ? offset_ : 0;
      vectors[count++] = {pieces_[i].data() + skip, pieces_[i].size() - skip};
    }
    ssize_t n = 0;
    if (count == 1) {
      n = ::send(socket, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
      msghdr message{};
      message.msg_iov = vectors.data();
      message.msg_iovlen = count;
      n = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (n > 0) {
      progress = true;
      total += static_cast<std::size_t>(n);
      drop_sent(static_cast<std::size_t>(n));
    } else if (errno == EINTR) {
      continue;
    } else {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::full : Sent::broken;
    }
  }
  return Sent::all;
}

void ConnectionOutput::drop_sent(std::size_t bytes) {
  size_ -= bytes;
  if (size_ == 0) return clear();
  offset_ += bytes;
  while (first_ < pieces_.size() && offset_ >= pieces_[first_].size()) {
    offset_ -= pieces_[first_].size();
    std::string().swap(pieces_[first_++]);
  }
  if (first_ >= kVectors) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void ConnectionOutput::clear() {
  // One piece of the usual size stays for the next answers.
  if (!pieces_.empty()) {
    if (pieces_.back().capacity() > 2 * kPiece) std::string().swap(pieces_.back());
    pieces_.back().clear();
    if (pieces_.size() > 1) {
      std::swap(pieces_.front(), pieces_.back());
      pieces_.resize(1);
    }
  }
  first_ = offset_ = size_ = 0;
}

}  // namespace reprise::http
