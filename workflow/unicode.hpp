// Characters beyond ASCII: UTF-8 in and out, case, and the nearest ASCII spelling. Own tables (unicode_tables.cpp), of
// Unicode 14 and simple mappings with the full upper case forms (ß is SS); no locale has a say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "events/utf8.hpp"

namespace reprise::workflow {

// The character that begins at `at`, which moves on past it. A byte that begins none counts as U+FFFD.
char32_t next_character(std::string_view text, std::size_t& at);
std::size_t count_characters(std::string_view text);

// Each appends, and may give more than one character. `after` is what comes next in a text, for the final sigma.
void append_upper(std::string& out, char32_t c);
void append_lower(std::string& out, char32_t c);
void append_title(std::string& out, char32_t c);
bool cased(char32_t c);  // has an upper or lower case form

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
std::string to_title(std::string_view text);        // str.title: a capital at the start of every run of letters
std::string to_capitalized(std::string_view text);  // str.capitalize

bool printable(char32_t c);  // str.isprintable

// The ASCII spelling of a Latin, Greek or Cyrillic letter (é is e, ж is zh); null: there is none.
const char* ascii_spelling(char32_t c);

}  // namespace reprise::workflow
