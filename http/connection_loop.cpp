#include "http/connection_loop.hpp"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace reprise::http {
namespace {

constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kTurnedAway = 256;  // connections beyond the limit that are told so at a time
constexpr int kInboxRounds = 8;

std::uint64_t coarse_ms() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1000 + static_cast<std::uint64_t>(t.tv_nsec) / 1'000'000;
}

std::uint32_t tick_interval_ms(const ServerOptions& o) {
  const std::uint32_t shortest =
      std::min({o.header_timeout_ms, o.body_timeout_ms, o.idle_timeout_ms, o.write_timeout_ms});
  return std::clamp<std::uint32_t>(shortest / 4, 10, 250);
}

}  // namespace

ConnectionLoop::ConnectionLoop(ServerContext& context)
    : context_(context),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      timer_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      scratch_(std::make_unique<char[]>(kScratch)),
      now_ms_(coarse_ms()) {
  itimerspec interval{};
  const std::uint32_t ms = tick_interval_ms(context.options);
  interval.it_interval.tv_sec = interval.it_value.tv_sec = ms / 1000;
  interval.it_interval.tv_nsec = interval.it_value.tv_nsec = static_cast<long>(ms % 1000) * 1'000'000;
  ::timerfd_settime(timer_fd_, 0, &interval, nullptr);
}

ConnectionLoop::~ConnectionLoop() {
  if (wake_fd_ >= 0) ::close(wake_fd_);
  if (timer_fd_ >= 0) ::close(timer_fd_);
}

void ConnectionLoop::begin_turn() noexcept {
  current_ = this;
  now_ms_ = coarse_ms();
  turn_ns_ = 0;
  try {
    std::vector<Handle> again;
    again.swap(again_);
    for (const Handle& handle : again) {
      Connection* connection = find(handle.socket);
      if (connection == nullptr || connection->id() != handle.id) continue;
      connection->again_ = false;
      mark_dirty(*connection);
    }
    std::vector<std::uint64_t> drained;
    drained.swap(drained_);
    for (const std::uint64_t serial : drained) {
      ExchangeImpl* exchange = find_exchange(serial);
      if (exchange == nullptr || exchange->serial_ != serial || !exchange->on_drained_) continue;
      call(*exchange, [&] {
        auto callback = std::move(exchange->on_drained_);
        exchange->on_drained_ = nullptr;
        callback(*exchange);
        if (exchange->open() && !exchange->on_drained_) exchange->on_drained_ = std::move(callback);
      });
    }
    settle();
  } catch (...) {  // out of memory: what was to be done is marked again by the next event or timeout
  }
}

void ConnectionLoop::end_turn() noexcept {
  try {
    int round = 0;
    do settle();
    while (read_inbox() && ++round < kInboxRounds);
    settle();
    follow_phase();
  } catch (...) {
  }
  graveyard_.clear();
  current_ = nullptr;
  if (has_mail() || !again_.empty() || !drained_.empty()) wake();
}

void ConnectionLoop::settle() {
  for (;;) {
    if (!doomed_.empty()) {
      Connection* connection = doomed_.back();
      doomed_.pop_back();
      connection->gone();
    } else if (!dirty_.empty()) {
      Connection* connection = dirty_.back();
      dirty_.pop_back();
      connection->dirty_ = false;
      if (connection->dead()) continue;
      try {
        connection->service();
      } catch (...) {
        connection->gone();
      }
    } else if (!farewells_.empty()) {
      const Farewell farewell = std::move(farewells_.back());
      farewells_.pop_back();
      try {
        farewell.callback(farewell.ticket);
      } catch (...) {  // it was only told
      }
    } else {
      break;
    }
  }
  recycle();
}

void ConnectionLoop::mark_dirty(Connection& connection) {
  if (connection.dirty_ || connection.dead()) return;
  dirty_.push_back(&connection);
  connection.dirty_ = true;
}

void ConnectionLoop::mark_again(Connection& connection) {
  if (connection.again_) return;
  again_.push_back({connection.socket(), connection.id()});
  connection.again_ = true;
}

void ConnectionLoop::mark_drained(const ExchangeImpl& exchange) { drained_.push_back(exchange.serial_); }

void ConnectionLoop::doom(Connection& connection) {
  if (std::exchange(connection.doomed_, true)) return;
  doomed_.push_back(&connection);
}

std::string_view ConnectionLoop::date() { return date_.at(std::time(nullptr)); }

Connection* ConnectionLoop::find(int socket) const {
  const auto index = static_cast<std::size_t>(socket);
  return index < connections_.size() ? connections_[index].get() : nullptr;
}

void ConnectionLoop::opened(int socket, std::size_t id, std::string peer) noexcept {
  try {
    const auto index = static_cast<std::size_t>(socket);
    if (connections_.size() <= index) connections_.resize(index + 64);
    connections_[index] = std::make_unique<Connection>(*this, socket, id, std::move(peer));
  } catch (...) {
    sockets_->close(socket);
    return;
  }
  Connection& connection = *connections_[static_cast<std::size_t>(socket)];
  ++context_.accepted;
  const std::uint64_t open = ++context_.connections;
  if (open <= context_.options.max_connections && !draining_) return;
  ++context_.refused;
  try {
    if (open > context_.options.max_connections + kTurnedAway) {
      connection.gone();
    } else {
      Response response = context_.error({}, 503, draining_ ? "The server is shutting down." : "Too many connections.");
      ask_to_retry(response);
      HeadForm form;
      form.length = response.body.size();
      form.close = true;
      std::string bytes;
      append_head(bytes, response, form, date());
      connection.turn_away(bytes += response.body);
    }
    settle();
  } catch (...) {
    connection.gone();
  }
}

void ConnectionLoop::event(int socket, const Readiness& ready) noexcept {
  Connection* connection = find(socket);
  if (connection == nullptr) return;
  try {
    connection->event(ready);
    settle();
  } catch (...) {
    connection->gone();
  }
}

void ConnectionLoop::close(Connection& connection) {
  const auto index = static_cast<std::size_t>(connection.socket());
  graveyard_.push_back(std::move(connections_[index]));
  --context_.connections;
  sockets_->close(connection.socket());
}

void ConnectionLoop::tick() noexcept {
  std::uint64_t expirations = 0;
  [[maybe_unused]] const ssize_t n = ::read(timer_fd_, &expirations, sizeof expirations);
  const bool second = now_ms_ >= last_second_ms_ + kSecond;
  if (second) last_second_ms_ = now_ms_;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection* connection = connections_[i].get();
    if (connection == nullptr) continue;
    try {
      connection->check_timeouts(now_ms_);
      if (second && !connection->dead()) connection->tick_streams();
    } catch (...) {
      connection->gone();
    }
  }
  try {
    if (second) std::erase_if(orphans_, [this](const auto& orphan) { return orphan.second.until_ms < now_ms_; });
    std::vector<std::function<void()>> postponed;
    postponed.swap(postponed_);
    for (auto& job : postponed) {
      if (!context_.queries.submit(job)) postponed_.push_back(std::move(job));
    }
    settle();
  } catch (...) {
  }
}

}  // namespace reprise::http
