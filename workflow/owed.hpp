// What one run owes others: messages that follow from its events. They are kept as rows until their receiver has taken
// them (actors/outbox.hpp), so each has its effect exactly once whatever happens in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "events/event.hpp"
#include "events/json.hpp"
#include "events/time.hpp"
#include "events/uuid.hpp"

namespace reprise::workflow {

// A child tells its parent that it exists. Who sends it is the child.
struct TellStarted {
  ExecutionId parent;
  std::string ref;  // the parent's task
  std::uint32_t attempt = 0;
  std::string workflow_id;  // the child's
  std::uint32_t workflow_version = 0;
  bool reports = true;  // it will tell its end as well: where nobody waits for that, it is to be stopped
  bool operator==(const TellStarted&) const = default;
};

// A run is to exist, under an id that follows from who wants it and why: wanted a second time, it is there already.
struct StartRun {
  ExecutionId id;
  std::string workflow_id;
  std::uint32_t workflow_version = 0;  // 0: the newest
  Json inputs;                         // empty: none
  events::Trigger trigger = events::Trigger::manual;
  Duration timeout{0};  // 0: the definition's
  std::optional<events::ExecutionOrigin> origin;
  bool operator==(const StartRun&) const = default;
};

// A run is to end, as if a person had asked for it.
struct StopRun {
  ExecutionId id;
  bool terminate = false;  // otherwise: cancel
  std::string reason;
  bool operator==(const StopRun&) const = default;
};

// A child tells its parent how it ended.
struct TellEnded {
  ExecutionId parent;
  std::string ref;
  std::uint32_t attempt = 0;
  bool completed = false;
  Json result;                // completed
  std::string message, type;  // otherwise
  bool retryable = true;
  bool operator==(const TellEnded&) const = default;
};

// The messages in the order in which those of one sender about one attempt go out: none overtakes another.
using OwedMessage = std::variant<TellStarted, StartRun, StopRun, TellEnded>;

// What a message is about that is about no task of the run, but about the run.
inline constexpr std::uint32_t kWholeRun = 0xFFFF'FFFF;

struct Owed {
  std::uint32_t task = kWholeRun;  // as in Effects::Attempt
  std::uint32_t attempt = 0;
  OwedMessage message;
  bool operator==(const Owed&) const = default;
};

}  // namespace reprise::workflow
