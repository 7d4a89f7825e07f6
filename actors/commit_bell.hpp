// Tells those who follow the feed on a thread of their own that there is something new. Costs the journal's thread one
// addition while nobody waits.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace reprise::actors {

// Any thread, all of it.
class CommitBell {
 public:
  // Events have become durable.
  void ring() {
    count_.fetch_add(1, std::memory_order_seq_cst);
    if (waiting_.load(std::memory_order_seq_cst) == 0) return;
    const std::lock_guard lock(mutex_);
    rung_.notify_all();
  }

  // How often it has rung.
  std::uint64_t count() const { return count_.load(std::memory_order_seq_cst); }

  // Waits until it has rung more often than `heard`, at most for `time`; returns count(). Blocks: never on a CAF
  // scheduler thread or an HTTP loop.
  std::uint64_t wait(std::uint64_t heard, std::chrono::milliseconds time) {
    if (count() != heard) return count();
    waiting_.fetch_add(1, std::memory_order_seq_cst);
    {
      std::unique_lock lock(mutex_);
      rung_.wait_for(lock, time, [&] { return count() != heard; });
    }
    waiting_.fetch_sub(1, std::memory_order_seq_cst);
    return count();
  }

 private:
  std::atomic<std::uint64_t> count_{0};
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::condition_variable rung_;
};

}  // namespace reprise::actors
