// What the language has and this version does not run yet: checked and kept in the plan, but refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reprise::workflow {

enum class Feature : std::uint8_t {
  always,           // runs
  interaction,      // of an action, and core.interact.response
  error_handler,    // of a definition
  child_workflows,  // core.workflow.execute and .continue_as_new
  http_poll,        // core.http_poll
};

// The gate: a feature that runs is one that this says so of.
constexpr bool supported(Feature feature) {
  return feature == Feature::always || feature == Feature::http_poll || feature == Feature::child_workflows ||
         feature == Feature::error_handler || feature == Feature::interaction;
}

inline std::string unsupported(std::string_view name) {
  return "'" + std::string(name) + "' is not supported by this version";
}

}  // namespace reprise::workflow
