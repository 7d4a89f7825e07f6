// Comparing JSON by value.
#pragma once

#include <string_view>

namespace reprise {

// Whether two texts of JSON stand for the same value, however they are written: the order of members does not matter.
// An integer and a double are two values. A text that is no JSON is the same as its own bytes alone.
bool same_json(std::string_view a, std::string_view b);

}  // namespace reprise
