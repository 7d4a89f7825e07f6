// Threads for what may wait for the disk, so that no loop has to.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace reprise::http {

class QueryPool {
 public:
  QueryPool(std::size_t threads, std::size_t max_waiting) : threads_wanted_(threads), max_waiting_(max_waiting) {}
  ~QueryPool() { stop(); }

  void start();
  // Any thread. Takes `job`; false when as many jobs wait as may, and it is untouched then. A job does not throw.
  bool submit(std::function<void()>& job);
  // Waits for the jobs that run; those that wait are dropped.
  void stop();

 private:
  void run();

  const std::size_t threads_wanted_, max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  bool stopped_ = true;
};

}  // namespace reprise::http
