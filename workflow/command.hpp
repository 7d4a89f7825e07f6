// What can be asked of an execution. A command that is accepted becomes one chunk of events whose first event records
// it whole, so that replay can decide it again: command_of() is the way back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/record.hpp"

namespace reprise::workflow {

struct Start {
  struct Stop {
    bool terminate = false;  // otherwise: cancel
    std::string reason;
  };
  events::ExecutionStarted started;
  std::optional<events::ExecutionOrigin> origin{};  // none: a caller wants it, directly
  std::optional<Stop> stop{};  // with an origin: it is not wanted any more, and ends before anything is done
};
struct Cancel {
  std::string reason;
};
struct Terminate {
  std::string reason;
};
struct Pause {
  std::string reason;
};
struct Resume {};

// A worker takes a queued attempt. Refused as stale when that attempt and delivery is not queued.
struct Lease {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  std::string worker;
  Time lease_until;
};
// The result of an attempt: of a worker (delivery of its lease) or of the server itself. A result for a queued attempt
// of the same delivery is taken as well: its lease was handed out, but lost in a crash before it was durable.
struct Complete {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  Json result;
  Json metadata;
};
struct Fail {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  std::string message;
  std::string type;
  bool retryable = true;
};
// The lease ended without a result.
struct Requeue {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;  // of the lease that ended
  events::RequeueReason reason = events::RequeueReason::lease_expired;
};
struct Log {
  std::string ref;
  std::vector<events::LogLine> lines;
};

// Somebody answers an interaction. Who may, and whether the data fits the schema, is asked before (interaction.hpp).
struct Respond {
  std::string ref;
  std::string interaction_id;
  std::string user;  // empty: nobody is known
  Json data;
};

enum class TimerKind : std::uint8_t {
  execution_timeout = 0,
  delay = 1,
  attempt_timeout = 2,
  lease = 3,
  interaction = 5,  // nobody has answered in time
};
// A timer ran out. Refused as stale when it is no longer the one that is armed.
struct TimerFired {
  TimerKind kind = TimerKind::delay;
  std::string ref;  // empty for execution_timeout
  std::uint32_t attempt = 0;
  std::uint32_t delivery = 0;  // lease only
};

// The child of an attempt exists. Its end is told by Complete or Fail.
struct ChildStarted {
  std::string ref;
  std::uint32_t attempt = 1;
  std::string execution_id;
  std::string workflow_id;
  std::uint32_t workflow_version = 0;
};

using Command = std::variant<Start, Cancel, Terminate, Pause, Resume, Lease, Complete, Fail, Requeue, Log, TimerFired,
                             ChildStarted, Respond>;

// The command that a chunk records: its first event, and of a start with an origin also the next ones. Empty for an
// event that never stands first.
std::optional<Command> command_of(std::span<const events::Event> chunk);

// What a decision may know beyond the state.
struct Now {
  Time time;
};

}  // namespace reprise::workflow
