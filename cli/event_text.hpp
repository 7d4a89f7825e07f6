// Public events in short, for people.
#pragma once

#include <string>
#include <string_view>

#include "cli/console.hpp"
#include "events/json.hpp"

namespace reprise::cli {

// "reprise.task.completed.v1" without what every type has.
std::string_view short_event_type(std::string_view type);
Colour colour_of_event(std::string_view short_type);
// The event's data in a line: the members that say something, without the ref.
std::string event_summary(const JsonValue& data);

}  // namespace reprise::cli
