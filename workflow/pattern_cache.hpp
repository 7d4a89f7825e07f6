// Regular expressions that were compiled lately: compiling one costs a hundred times what a match does. What comes out
// does not depend on what is in here, nor does what an evaluation is charged.
#pragma once

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace reprise::workflow {

// The pattern, compiled; not ok() where it is none. Each thread keeps a few of its own.
std::shared_ptr<const re2::RE2> compiled_pattern(std::string_view source);

}  // namespace reprise::workflow
