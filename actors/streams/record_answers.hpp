// Answers to interactions that come as records: given, and waited for.
//
// An answer is a commit of the run that asks, so it cannot be one with the position of the record. Instead the run's
// own events say which record an answer came by (the causation of its chunk): a record that is read again, because the
// server ended between the two commits, is found there and not given a second time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/streams/source_record.hpp"

namespace reprise::actors {

struct Services;

class RecordAnswers final : public ReplySink {
 public:
  explicit RecordAnswers(Services& services) : services_(services) {}

  struct Given {
    RecordAnswer answer;
    std::string user;       // of who answers
    std::string causation;  // of the record, and of no other
  };
  // Gives the answers in their order and tells what became of each: nothing, where it is taken (now or before), or why
  // it never will be. Error: some could not be given just now; all may be given again. Waits: on a reader's thread.
  Expected<std::vector<std::optional<Error>>> give(const std::string& workspace, const std::vector<Given>& all);

  void deliver(std::vector<Delivery>&& batch) noexcept override;  // any thread

 private:
  struct Waiting {
    std::optional<Error> outcome;
  };
  // Whether the run already has the answer of that record. Errors: not_found, io, corrupt.
  Expected<bool> is_given(const std::string& workspace, const Given& given) const;
  Error ask(const std::string& workspace, const Given& given);

  Services& services_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::uint64_t tickets_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;
};

}  // namespace reprise::actors
