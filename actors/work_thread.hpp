// One thread for work that may wait for the disk: loading executions, compiling definitions, scanning timer and queue
// rows. Neither a CAF scheduler thread nor an HTTP loop may do that.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace reprise::actors {

class WorkThread {
 public:
  using Job = std::function<void()>;

  // Without a thread, run_one() does the work (deterministic tests).
  WorkThread(bool threaded, std::size_t bound);
  ~WorkThread();

  // False when the bound is reached or the thread has stopped. `always` passes the bound: for work that was admitted
  // before.
  bool post(Job job, bool always = false);
  bool run_one();
  std::size_t waiting() const;
  void stop();  // finishes what is queued

 private:
  void loop();

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace reprise::actors
