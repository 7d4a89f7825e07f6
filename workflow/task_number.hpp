// One number for each task of a run, in keys, tokens and effects: an action of the plan, or one iteration of its loop.
// The low 13 bits are the action's index, the others the iteration plus one (0: the action itself), so that the number
// of an action is its index. Stored: never change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workflow/plan.hpp"

namespace reprise::workflow {

inline constexpr std::uint32_t kActionBits = 13;
inline constexpr std::uint32_t kMostIterations = 500'000;  // of one loop
static_assert(kMaxActions <= (1u << kActionBits));
static_assert(kMostIterations < (1u << (32 - kActionBits)));

constexpr std::uint32_t action_of(std::uint32_t task) { return task & ((1u << kActionBits) - 1); }
constexpr bool is_iteration(std::uint32_t task) { return task >> kActionBits != 0; }
constexpr std::uint32_t iteration_of(std::uint32_t task) { return (task >> kActionBits) - 1; }  // of an iteration
constexpr std::uint32_t iteration_number(std::uint32_t action, std::uint32_t iteration) {
  return action | ((iteration + 1) << kActionBits);
}

// Its name in events and logs: "ref", or "ref[iteration]". Precondition: the plan has the action.
std::string ref_of(const Plan& plan, std::uint32_t task);

// The way back. Empty: the plan has no such action, or it has no loop.
std::optional<std::uint32_t> find_task(const Plan& plan, const std::string& ref);

}  // namespace reprise::workflow
