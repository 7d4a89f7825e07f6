#include "http/query_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace reprise::http {

void QueryPool::start() {
  stopped_ = false;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads_wanted_); ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "query");
      run();
    });
  }
}

bool QueryPool::submit(std::function<void()>& job) {
  {
    const std::lock_guard guard(mutex_);
    if (stopped_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void QueryPool::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      if (stopped_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
  }
}

void QueryPool::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
    waiting_.clear();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace reprise::http
