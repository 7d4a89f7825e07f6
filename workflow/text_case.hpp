// Upper and lower case of whole texts, as Python's str.upper() and str.lower() have them.
#pragma once

#include <string>
#include <string_view>

namespace reprise::workflow {

// `utf8` must be well-formed. One character may become several: "ß" becomes "SS".
std::string upper_case(std::string_view utf8);
std::string lower_case(std::string_view utf8);  // a capital sigma that ends a word becomes the final one

}  // namespace reprise::workflow
