// How answers leave the engine: to a ticket of whoever asked, in batches, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "events/uuid.hpp"

namespace reprise::actors {

// What the engine says to one request. Which members are filled in is said at each call of gateway.hpp.
struct Answer {
  Error error{errc::ok, {}, {}};
  ExecutionId id;
  std::string row;     // bytes of the status row (projections::parse_status_row)
  std::string lines;   // JSON log lines of the run, separated by commas, when they were at hand; else empty
  std::string body;    // JSON bytes of the answer itself, where the engine makes them
  std::string damage;  // found in the store on the way to this answer; for the log, never for the asker
  std::string name;    // of the workflow that was registered
  std::uint64_t number = 0;
  bool flag = false;
};

class ReplySink;

// Where an answer goes. `id` is the sink's own name for the request; it is never used again by another request.
struct Ticket {
  ReplySink* sink = nullptr;
  std::uint64_t id = 0;
};

struct Delivery {
  std::uint64_t ticket = 0;
  Answer answer;
};

// Implemented by whoever asks (an HTTP loop, a test). Outlives the engine's threads.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  // Any thread; must not block: hands the batch over to the sink's own thread with one wake-up. A delivery whose
  // request is gone is dropped there.
  virtual void deliver(std::vector<Delivery>&& batch) noexcept = 0;
};

}  // namespace reprise::actors
