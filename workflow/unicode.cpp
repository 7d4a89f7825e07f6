#include "workflow/unicode.hpp"

#include <algorithm>
#include <iterator>

#include "workflow/unicode_tables.hpp"

namespace reprise::workflow {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kSigma = 0x3a3;
constexpr char32_t kFinalSigma = 0x3c2;
constexpr char32_t kDottedI = 0x130;  // its lower case is two characters: i and the dot

// Code points that Python does not print as they are: format and control characters, private use, and spaces other than
// the plain one.
struct Unprintable {
  char32_t first, last;
};
constexpr Unprintable kUnprintable[] = {{0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
                                        {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
                                        {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},
                                        {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},   {0xd800, 0xf8ff},
                                        {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},   {0x110bd, 0x110bd},
                                        {0x110cd, 0x110cd}, {0x13430, 0x13438}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
                                        {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff}};

char32_t simple(std::span<const CaseRun> runs, char32_t c) {
  const auto after = std::upper_bound(runs.begin(), runs.end(), c,
                                      [](char32_t point, const CaseRun& run) { return point < run.first; });
  // Runs of every second character may lie inside one another: the last two that begin before `c` can hold it.
  for (auto at = after; at != runs.begin() && after - at < 2;) {
    --at;
    if (c <= at->last && (c - at->first) % static_cast<char32_t>(at->step) == 0) {
      return static_cast<char32_t>(static_cast<long>(c) + at->delta);
    }
  }
  return c;
}

char32_t simple_upper(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  return simple(upper_runs(), c);
}

char32_t simple_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  return simple(lower_runs(), c);
}

const FullCase* full(char32_t c) {
  const auto table = full_upper();
  const auto at = std::lower_bound(table.begin(), table.end(), c,
                                   [](const FullCase& row, char32_t point) { return row.character < point; });
  return at != table.end() && at->character == c ? &*at : nullptr;
}

// A letter stands before a sigma and none after it.
bool final_sigma(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t before = begin;
  while (before > 0 && (static_cast<unsigned char>(text[--before]) & 0xc0) == 0x80) {
  }
  if (before == begin || !cased(next_character(text, before))) return false;
  return end >= text.size() || !cased(next_character(text, end));
}

void append_lower_at(std::string& out, std::string_view text, std::size_t begin, std::size_t end, char32_t c) {
  if (c == kSigma && final_sigma(text, begin, end)) {
    append_character(out, kFinalSigma);
  } else {
    append_lower(out, c);
  }
}

}  // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned char lead = byte(at++);
  if (lead < 0x80) return lead;
  if (lead < 0xc2 || lead > 0xf4) return kReplacement;
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  // The second byte is what tells overlong forms, surrogates and numbers beyond the last character.
  unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  char32_t c = lead & (0x3fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const unsigned char next = byte(at);
    if (next < least || next > most) return kReplacement;  // one for the whole part that began well
    c = c << 6 | (next & 0x3fu);
    ++at;
    least = 0x80;
    most = 0xbf;
  }
  return c;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void append_upper(std::string& out, char32_t c) {
  if (const FullCase* row = c < 0x80 ? nullptr : full(c)) {
    for (const char32_t* u = row->upper; *u != 0; ++u) append_character(out, *u);
    return;
  }
  append_character(out, simple_upper(c));
}

void append_lower(std::string& out, char32_t c) {
  if (c == kDottedI) {
    out += "i\xcc\x87";
    return;
  }
  append_character(out, simple_lower(c));
}

void append_title(std::string& out, char32_t c) {
  if ((c >= 0x1c4 && c <= 0x1cc) || (c >= 0x1f1 && c <= 0x1f3)) {  // digraphs: only their first letter is a capital
    append_character(out, c >= 0x1f1 ? 0x1f2 : c - (c - 0x1c4) % 3 + 1);
  } else if (c >= 0x10d0 && c <= 0x10ff) {  // Georgian has capitals for whole words only
    append_character(out, c);
  } else if (c >= 0x1f80 && c <= 0x1faf) {
    append_character(out, c | 8);
  } else if (const FullCase* row = c < 0x80 ? nullptr : full(c)) {
    append_character(out, row->upper[0]);
    for (const char32_t* u = row->upper + 1; *u != 0; ++u) append_character(out, simple_lower(*u));
  } else {
    append_character(out, simple_upper(c));
  }
}

bool cased(char32_t c) {
  if (c < 0x80) return simple_lower(c) != c || simple_upper(c) != c;
  return simple_lower(c) != c || simple_upper(c) != c || full(c) != nullptr || c == kDottedI ||
         (c >= 0x1d00 && c <= 0x1dbf) || c == 0xaa || c == 0xba;
}

std::string to_upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_upper(out, next_character(text, at));
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    append_lower_at(out, text, begin, at, c);
  }
  return out;
}

std::string to_title(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (inside) {
      append_lower_at(out, text, begin, at, c);
    } else {
      append_title(out, c);
    }
    inside = cased(c);
  }
  return out;
}

std::string to_capitalized(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (begin == 0) {
      append_title(out, c);
    } else {
      append_lower_at(out, text, begin, at, c);
    }
  }
  return out;
}

bool printable(char32_t c) {
  if (c >= 0x20 && c < 0x7f) return true;
  const auto* after = std::upper_bound(std::begin(kUnprintable), std::end(kUnprintable), c,
                                       [](char32_t point, const Unprintable& row) { return point < row.first; });
  return after == std::begin(kUnprintable) || (after - 1)->last < c;
}

const char* ascii_spelling(char32_t c) {
  const auto table = spellings();
  const auto at = std::lower_bound(table.begin(), table.end(), c,
                                   [](const Spelling& row, char32_t point) { return row.character < point; });
  return at != table.end() && at->character == c ? at->ascii : nullptr;
}

}  // namespace reprise::workflow
