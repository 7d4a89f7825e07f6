#include "projections/status.hpp"

#include <array>

namespace reprise::projections {

namespace {

struct Names {
  std::string_view canonical;
  std::string_view workflow_api;
};

// By the number of the status; the spellings are those of the contract's table.
constexpr std::array<Names, kStatuses> kNames{{
    {"received", "pending"},
    {"rejected", "failed"},
    {"scheduled", "pending"},
    {"running", "running"},
    {"stopping", "running"},
    {"paused", "paused"},
    {"interrupted", "paused"},
    {"resuming", "running"},
    {"completed", "completed"},
    {"completed_with_error", "completed"},
    {"failed", "failed"},
    {"crashed", "failed"},
    {"cancelled_by_user", "cancelled"},
    {"cancelled_by_system", "cancelled"},
    {"terminated", "cancelled"},
    {"timed_out", "failed"},
    {"continued_as_new", "completed"},
}};

const Names& names(Status status) {
  const auto number = static_cast<std::size_t>(status);
  return kNames[number < kNames.size() ? number : 0];
}

}  // namespace

std::string_view workflow_api_name(Status status) { return names(status).workflow_api; }
std::string_view canonical_name(Status status) { return names(status).canonical; }

std::optional<std::uint32_t> statuses_of_workflow_api(std::string_view name) {
  std::uint32_t set = 0;
  for (std::size_t number = 0; number < kNames.size(); ++number) {
    if (kNames[number].workflow_api == name) set |= 1u << number;
  }
  if (set == 0) return std::nullopt;
  return set;
}

}  // namespace reprise::projections
