// The one error type of Reprise: a code with a sentence of its own, the detail of this case, and where it lies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace reprise {

// Every way in which something of ours can fail. `sentence()` has the meaning of each.
enum class errc : std::uint8_t {
  ok = 0,
  malformed,             // bytes that do not follow their format (JSON, YAML, a request)
  invalid,               // well-formed, but a member is missing, unknown, of the wrong type or out of range
  definition_faults,     // a workflow definition with faults; Error::detail lists them
  inputs_rejected,       // inputs fail the workflow's `entrypoint.expects`
  not_found_workflow,    // no workflow of that id
  not_found_execution,   // no execution of that id
  not_found,             // anything else that does not exist
  wrong_state,           // the command does not fit the state that the execution is in
  idempotency_conflict,  // an idempotency key used again with another body
  stale,                 // a result or lease of an earlier delivery
  duplicate,             // a command that was already applied
  unauthorized,          // no or an unknown token
  forbidden,             // a known principal that may not do this
  rate_limited,          // past the principal's limit
  busy,                  // a bound is reached: try again
  unavailable,           // the store cannot write (disk full, I/O error): try again later
  outcome_unknown,       // a write failed half-way: it may or may not be stored
  shutting_down,         // the server drains
  too_large,             // past a size limit
  expression,            // an expression that fails
  corrupt,               // stored bytes that are damaged
  unsupported_version,   // stored by a newer version of Reprise
  store_in_use,          // another process has the store open
  would_block,           // the answer needs the disk, and the caller asked not to wait for it
  io,                    // the operating system refused
  internal,              // a fault of ours
};

std::string_view name(errc code);      // "NOT_FOUND_EXECUTION" style, stable
std::string_view sentence(errc code);  // one sentence for people

struct Error {
  errc code = errc::internal;
  std::string detail;  // what happened here, for people; never holds internals of the process
  std::string where;   // a JSON pointer, a file, a byte offset; may be empty
};

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(errc code, std::string detail, std::string where = {}) {
  return tl::unexpected<Error>(Error{code, std::move(detail), std::move(where)});
}

}  // namespace reprise
