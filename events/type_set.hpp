// A choice of event types, as subscribers name it: patterns over the public names, such as "reprise.task.*".
#pragma once

#include <bitset>
#include <string_view>

#include "events/error.hpp"
#include "events/event.hpp"

namespace reprise::events {

// By stored type number.
using TypeSet = std::bitset<128>;

TypeSet all_types();
inline bool contains(const TypeSet& set, const Event& event) { return set[type_of(event).number]; }

// The types that one of `patterns`, separated by commas, matches; all where there is none. In a pattern `*` stands for
// any run of characters. Error: invalid, where a pattern is empty or matches no type.
Expected<TypeSet> parse_type_set(std::string_view patterns);

}  // namespace reprise::events
