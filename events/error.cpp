#include "events/error.hpp"

#include <array>

namespace reprise {
namespace {

struct Meaning {
  errc code;
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array kMeanings{
    Meaning{errc::ok, "OK", "Nothing is wrong."},
    Meaning{errc::malformed, "MALFORMED", "The bytes do not follow their format."},
    Meaning{errc::invalid, "INVALID", "A member is missing, unknown, of the wrong type or out of range."},
    Meaning{errc::definition_faults, "DEFINITION_FAULTS", "The workflow definition has faults."},
    Meaning{errc::inputs_rejected, "INPUTS_REJECTED", "The inputs are not what the workflow expects."},
    Meaning{errc::not_found_workflow, "NOT_FOUND_WORKFLOW", "There is no workflow of that id."},
    Meaning{errc::not_found_execution, "NOT_FOUND_EXECUTION", "There is no execution of that id."},
    Meaning{errc::not_found, "NOT_FOUND", "There is no such thing."},
    Meaning{errc::wrong_state, "WRONG_STATE", "The execution is in a state that does not allow this."},
    Meaning{errc::idempotency_conflict, "IDEMPOTENCY_CONFLICT",
            "The idempotency key was used before with another request."},
    Meaning{errc::stale, "STALE", "The result or lease is of an earlier delivery."},
    Meaning{errc::duplicate, "DUPLICATE", "The command was applied before."},
    Meaning{errc::unauthorized, "UNAUTHORIZED", "No token was given, or an unknown one."},
    Meaning{errc::forbidden, "FORBIDDEN", "The principal may not do this."},
    Meaning{errc::rate_limited, "RATE_LIMITED", "The principal is past its rate limit."},
    Meaning{errc::busy, "BUSY", "The server is at one of its bounds: try again."},
    Meaning{errc::unavailable, "UNAVAILABLE", "The store cannot write now: try again later."},
    Meaning{errc::outcome_unknown, "OUTCOME_UNKNOWN", "A write failed half-way: it may or may not be stored."},
    Meaning{errc::shutting_down, "SHUTTING_DOWN", "The server is shutting down."},
    Meaning{errc::too_large, "TOO_LARGE", "It is larger than the limit."},
    Meaning{errc::expression, "EXPRESSION", "An expression failed."},
    Meaning{errc::corrupt, "CORRUPT", "Stored bytes are damaged."},
    Meaning{errc::unsupported_version, "UNSUPPORTED_VERSION", "It was stored by a newer version of Reprise."},
    Meaning{errc::store_in_use, "STORE_IN_USE", "Another process has the store open."},
    Meaning{errc::would_block, "WOULD_BLOCK", "The answer needs the disk, and the caller asked not to wait for it."},
    Meaning{errc::io, "IO", "The operating system refused an operation."},
    Meaning{errc::internal, "INTERNAL", "Reprise has a fault of its own."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kMeanings.size(); ++i) {
    if (static_cast<std::size_t>(kMeanings[i].code) != i) return false;
  }
  return kMeanings.size() == static_cast<std::size_t>(errc::internal) + 1;
}
static_assert(in_order(), "every errc has its meaning, in the order of the enum");

const Meaning& meaning(errc code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kMeanings.size() ? kMeanings[index] : kMeanings.back();
}

}  // namespace

std::string_view name(errc code) { return meaning(code).name; }
std::string_view sentence(errc code) { return meaning(code).sentence; }

}  // namespace reprise
