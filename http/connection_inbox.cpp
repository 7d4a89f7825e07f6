// What other threads hand over to a loop: answers of the engine, results of query threads, the server's end.
#include <unistd.h>

#include <utility>

#include "http/connection_loop.hpp"

namespace reprise::http {

thread_local const ConnectionLoop* ConnectionLoop::current_ = nullptr;

// The eventfd is watched edge-triggered and never read: each write makes an edge.
void ConnectionLoop::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

void ConnectionLoop::deliver(std::vector<actors::Delivery>&& batch) noexcept {
  if (batch.empty()) return;
  bool first = false;
  try {
    const std::lock_guard guard(mutex_);
    if (closed_) return;
    first = deliveries_.empty() && results_.empty();
    if (deliveries_.empty()) {
      deliveries_.swap(batch);
    } else {
      for (auto& delivery : batch) deliveries_.push_back(std::move(delivery));
    }
  } catch (...) {  // out of memory: the clients run into their timeouts
  }
  // In its own turn the loop looks here before it waits again.
  if (first && current_ != this) wake();
}

void ConnectionLoop::post(QueryResult&& result) noexcept {
  bool first = false;
  try {
    const std::lock_guard guard(mutex_);
    if (closed_) return;
    first = deliveries_.empty() && results_.empty();
    results_.push_back(std::move(result));
  } catch (...) {
  }
  if (first) wake();
}

bool ConnectionLoop::has_mail() {
  const std::lock_guard guard(mutex_);
  return !deliveries_.empty() || !results_.empty();
}

bool ConnectionLoop::read_inbox() {
  {
    const std::lock_guard guard(mutex_);
    deliveries_.swap(taken_deliveries_);
    results_.swap(taken_results_);
  }
  if (taken_deliveries_.empty() && taken_results_.empty()) return false;
  for (auto& delivery : taken_deliveries_) take_answer(delivery);
  for (auto& result : taken_results_) take_result(result);
  taken_deliveries_.clear();
  taken_results_.clear();
  return true;
}

void ConnectionLoop::take_answer(actors::Delivery& delivery) {
  ExchangeImpl* exchange = find_exchange(delivery.ticket);
  if (exchange == nullptr || exchange->ticket_ != delivery.ticket) return give_back(delivery);
  if (!exchange->on_answer_) return;
  call(*exchange, [&] {
    auto callback = std::move(exchange->on_answer_);
    exchange->on_answer_ = nullptr;
    callback(*exchange, std::move(delivery.answer));
    // Kept for the next answer, unless the callback has deferred anew.
    if (exchange->open() && !exchange->on_answer_) exchange->on_answer_ = std::move(callback);
  });
}

void ConnectionLoop::give_back(actors::Delivery& delivery) {
  const auto orphan = orphans_.find(delivery.ticket);
  if (orphan == orphans_.end()) return;
  const auto callback = std::move(orphan->second.callback);
  orphans_.erase(orphan);
  try {
    callback(std::move(delivery.answer));
  } catch (...) {  // it was only told
  }
}

void ConnectionLoop::give_back_rest() noexcept {
  try {
    std::vector<actors::Delivery> rest;
    {
      const std::lock_guard guard(mutex_);
      closed_ = true;
      rest.swap(deliveries_);
      results_.clear();
    }
    for (auto& delivery : rest) give_back(delivery);
    orphans_.clear();
  } catch (...) {
  }
}

void ConnectionLoop::take_result(QueryResult& result) {
  ExchangeImpl* exchange = find_exchange(result.serial);
  if (exchange == nullptr || exchange->serial_ != result.serial) return;
  if (result.take) {
    call(*exchange, [&] { result.take(*exchange); });
  } else {
    failed(*exchange);
  }
}

void ConnectionLoop::offload(ExchangeImpl& exchange, std::function<Response()>&& work) {
  std::function<void()> job = [this, serial = exchange.serial_, work = std::move(work)] {
    QueryResult result;
    result.serial = serial;
    try {
      result.take = [response = work()](ExchangeImpl& to) mutable { to.respond(std::move(response)); };
    } catch (...) {
      result.take = nullptr;
    }
    post(std::move(result));
  };
  if (!context_.queries.submit(job)) {
    refuse(exchange, 503, "Too many queries are waiting.", false);
  }
}

void ConnectionLoop::read_then(ExchangeImpl& exchange, std::function<std::string()>&& work,
                               std::function<void(Exchange&, std::string&&)>&& done) {
  std::function<void()> job = [this, serial = exchange.serial_, work = std::move(work), done = std::move(done)] {
    QueryResult result;
    result.serial = serial;
    try {
      result.take = [done, bytes = work()](ExchangeImpl& to) mutable { done(to, std::move(bytes)); };
    } catch (...) {
      result.take = nullptr;
    }
    post(std::move(result));
  };
  // A stream that has begun cannot say 503: its read comes when the queue has room.
  if (!context_.queries.submit(job)) postponed_.push_back(std::move(job));
}

void ConnectionLoop::advance_phase(Phase phase) {
  phase_ = phase;
  wake();
}

void ConnectionLoop::follow_phase() {
  const Phase phase = phase_.load();
  if (phase == Phase::running || ended_) return;
  draining_ = true;
  const auto each = [this](auto&& f) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (connections_[i]) f(*connections_[i]);
    }
  };
  each([](Connection& connection) { connection.end_streams(); });  // those too that have begun since
  settle();
  if (phase == Phase::ended) {
    each([](Connection& connection) { connection.gone(); });
    settle();
    ended_ = true;
  }
  bool busy = has_mail();
  each([&](const Connection& connection) { busy = busy || connection.busy() || connection.in_body(); });
  busy_ = busy;
}

}  // namespace reprise::http
