#include "workflow/text_case.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include "workflow/lambda_text.hpp"
#include "workflow/text_case_table.hpp"

namespace reprise::workflow {
namespace {

constexpr std::uint32_t kCapitalSigma = 0x3a3;
constexpr std::uint32_t kFinalSigma = 0x3c2;
constexpr std::uint32_t kDottedCapitalI = 0x130;

std::uint32_t mapped(std::span<const CaseRange> table, std::uint32_t code) {
  const auto after = std::upper_bound(table.begin(), table.end(), code,
                                      [](std::uint32_t c, const CaseRange& range) { return c < range.first; });
  // Ranges of every second character lie inside one another by pairs: at most two have begun and not ended.
  for (auto range = after; range != table.begin() && after - range < 2;) {
    --range;
    if (code <= range->last && (code - range->first) % range->step == 0) {
      return static_cast<std::uint32_t>(static_cast<std::int64_t>(code) + range->distance);
    }
  }
  return code;
}

bool cased(std::uint32_t code) {
  if (code < 0x80) return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  return mapped(kToLower, code) != code || mapped(kToUpper, code) != code;
}

// Whether a sigma between these two stands at the end of a word.
bool ends_word(std::string_view before, std::string_view after) {
  const std::string_view left = last_character(before);
  const std::string_view right = first_character(after);
  return !left.empty() && cased(code_of(left)) && (right.empty() || !cased(code_of(right)));
}

}  // namespace

std::string upper_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view character = first_character(utf8.substr(at));
    at += character.size();
    const std::uint32_t code = code_of(character);
    if (code < 0x80) {
      out += code >= 'a' && code <= 'z' ? static_cast<char>(code - 'a' + 'A') : character[0];
      continue;
    }
    const auto special = std::lower_bound(std::begin(kManyUpper), std::end(kManyUpper), code,
                                          [](const CaseSpecial& each, std::uint32_t c) { return each.code < c; });
    if (special != std::end(kManyUpper) && special->code == code) {
      out += special->text;
    } else {
      append_utf8(out, mapped(kToUpper, code));
    }
  }
  return out;
}

std::string lower_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view character = first_character(utf8.substr(at));
    const std::uint32_t code = code_of(character);
    if (code < 0x80) {
      out += code >= 'A' && code <= 'Z' ? static_cast<char>(code - 'A' + 'a') : character[0];
    } else if (code == kDottedCapitalI) {
      out += "i\u0307";
    } else if (code == kCapitalSigma && ends_word(utf8.substr(0, at), utf8.substr(at + character.size()))) {
      append_utf8(out, kFinalSigma);
    } else {
      append_utf8(out, mapped(kToLower, code));
    }
    at += character.size();
  }
  return out;
}

}  // namespace reprise::workflow
