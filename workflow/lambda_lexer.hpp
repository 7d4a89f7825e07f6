// The words of a lambda: names, numbers, strings and symbols, as Python writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/value.hpp"

namespace reprise::workflow {

struct LambdaToken {
  enum class Kind : std::uint8_t { end, bad, name, number, string, symbol };
  Kind kind = Kind::end;
  std::size_t at = 0;
  std::string_view text;  // as it stands there
  Value number;
  std::string bytes;  // string: its value; bad: what is wrong
};

// All words of the text, `end` or `bad` the last of them: what lies behind a bad one is not looked at. White space and
// line ends separate words and mean nothing else.
std::vector<LambdaToken> lambda_tokens(std::string_view text);

bool is_python_keyword(std::string_view name);

}  // namespace reprise::workflow
