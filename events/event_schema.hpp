// JSON Schema (2020-12) of public events, made from the event structs. docs/events/ keeps them for readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise::events {

// The public names of all types, in the order of their numbers.
std::vector<std::string_view> type_names();

// The schema of one type's CloudEvent, `data` included, laid out for people and ending with a line end. Empty: there is
// no such type.
std::string event_schema(std::string_view type_name);

}  // namespace reprise::events
