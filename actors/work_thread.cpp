#include "actors/work_thread.hpp"

#include <pthread.h>

#include <utility>

namespace reprise::actors {

WorkThread::WorkThread(bool threaded, std::size_t bound) : bound_(bound) {
  if (threaded) thread_ = std::thread([this] { loop(); });
}

WorkThread::~WorkThread() { stop(); }

bool WorkThread::post(Job job, bool always) {
  {
    std::lock_guard guard(mutex_);
    if (stopped_ || (!always && jobs_.size() >= bound_)) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

bool WorkThread::run_one() {
  Job job;
  {
    std::lock_guard guard(mutex_);
    if (jobs_.empty()) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
  }
  job();
  return true;
}

std::size_t WorkThread::waiting() const {
  std::lock_guard guard(mutex_);
  return jobs_.size();
}

void WorkThread::stop() {
  {
    std::lock_guard guard(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WorkThread::loop() {
  pthread_setname_np(pthread_self(), "loader");
  for (;;) {
    Job job;
    {
      std::unique_lock guard(mutex_);
      wake_.wait(guard, [this] { return stopped_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace reprise::actors
