#include "workflow/html_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

// U+00A0 to U+00FF in order.
constexpr std::array<std::string_view, 96> kLatin = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

struct Named {
  std::string_view name;
  char32_t character;
};
constexpr Named kNamed[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},      {"apos", '\''},
    {"AMP", '&'},       {"LT", '<'},        {"GT", '>'},        {"QUOT", '"'},      {"OElig", 0x152},
    {"oelig", 0x153},   {"Scaron", 0x160},  {"scaron", 0x161},  {"Yuml", 0x178},    {"fnof", 0x192},
    {"circ", 0x2c6},    {"tilde", 0x2dc},   {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009},
    {"zwnj", 0x200c},   {"zwj", 0x200d},    {"lrm", 0x200e},    {"rlm", 0x200f},    {"ndash", 0x2013},
    {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201a},  {"ldquo", 0x201c},
    {"rdquo", 0x201d},  {"bdquo", 0x201e},  {"dagger", 0x2020}, {"Dagger", 0x2021}, {"bull", 0x2022},
    {"hellip", 0x2026}, {"permil", 0x2030}, {"prime", 0x2032},  {"Prime", 0x2033},  {"lsaquo", 0x2039},
    {"rsaquo", 0x203a}, {"euro", 0x20ac},   {"trade", 0x2122},  {"larr", 0x2190},   {"uarr", 0x2191},
    {"rarr", 0x2192},   {"darr", 0x2193},   {"harr", 0x2194},   {"minus", 0x2212},  {"infin", 0x221e},
    {"asymp", 0x2248},  {"ne", 0x2260},     {"le", 0x2264},     {"ge", 0x2265}};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool named(std::string_view name, char32_t& out) {
  if (const auto* at = std::find(kLatin.begin(), kLatin.end(), name); at != kLatin.end()) {
    out = static_cast<char32_t>(0xa0 + (at - kLatin.begin()));
    return true;
  }
  const auto* at = std::find_if(std::begin(kNamed), std::end(kNamed), [name](auto& row) { return row.name == name; });
  if (at == std::end(kNamed)) return false;
  out = at->character;
  return true;
}

// The reference that begins at `at`, with its ampersand: its character and its length. False: none does.
bool reference(std::string_view text, std::size_t at, char32_t& out, std::size_t& length) {
  constexpr std::size_t kMost = 12;
  std::size_t end = at + 1;
  if (end < text.size() && text[end] == '#') {
    const bool hex = ++end < text.size() && (text[end] == 'x' || text[end] == 'X');
    if (hex) ++end;
    std::uint32_t number = 0;
    const char* const limit = text.data() + std::min(text.size(), end + kMost);
    const auto [stop, error] = std::from_chars(text.data() + end, limit, number, hex ? 16 : 10);
    if (stop == text.data() + end) return false;
    const bool character = error == std::errc{} && number != 0 && number <= 0x10ffff && (number >> 11) != 0x1b;
    out = character ? number : 0xfffd;
    end = static_cast<std::size_t>(stop - text.data());
    length = end - at + (end < text.size() && text[end] == ';' ? 1 : 0);
    return true;
  }
  while (end < text.size() && end < at + kMost && (letter(text[end]) || digit(text[end]))) ++end;
  if (end >= text.size() || text[end] != ';' || !named(text.substr(at + 1, end - at - 1), out)) return false;
  length = end + 1 - at;
  return true;
}

bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  std::vector<std::string> run() {
    while (at_ < html_.size()) {
      const std::size_t open = std::min(html_.find('<', at_), html_.size());
      if (open > at_) out_.push_back(decode_html(html_.substr(at_, open - at_)));
      at_ = open;
      if (at_ < html_.size() && !markup()) {
        out_.emplace_back("<");
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  // What begins with the `<` at the current place, when it is markup and ends.
  bool markup() {
    const std::string_view rest = html_.substr(at_);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    // Each construct that does not end was looked for up to the end of the text.
    if (unfinished_ > kMostUnfinished) return false;
    if (rest.starts_with("<!--")) return past(html_.find("-->", at_ + 4), 3);
    if (next == '!' || next == '?') return past(html_.find('>', at_), 1);
    if (next == '/') return rest.size() > 2 && letter(rest[2]) && past(html_.find('>', at_), 1);
    if (!letter(next)) return false;
    const std::size_t begin = at_ + 1;
    if (!past(end_of_tag(begin), 1)) return false;
    std::size_t end = begin;
    while (end < html_.size() && (letter(html_[end]) || digit(html_[end]))) ++end;
    const std::string_view name = html_.substr(begin, end - begin);
    for (const std::string_view raw : {"script", "style"}) {
      if (name.size() == raw.size() && same_word(name, raw) && html_[at_ - 2] != '/') raw_text(raw);
    }
    return true;
  }

  bool past(std::size_t end, std::size_t length) {
    if (end == html_.npos) {
      ++unfinished_;
      return false;
    }
    at_ = end + length;
    return true;
  }

  // A `>` inside of a quoted attribute ends nothing.
  std::size_t end_of_tag(std::size_t at) const {
    char quote = '\0';
    for (; at < html_.size(); ++at) {
      const char c = html_[at];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if ((c == '"' || c == '\'') && html_[at - 1] == '=') {
        quote = c;
      } else if (c == '>') {
        return at;
      }
    }
    return html_.npos;
  }

  void raw_text(std::string_view name) {
    std::size_t end = html_.find("</", at_);
    while (end != html_.npos && !same_word(html_.substr(end + 2), name)) end = html_.find("</", end + 2);
    end = std::min(end, html_.size());
    if (end > at_) out_.emplace_back(html_.substr(at_, end - at_));
    at_ = end;
  }

  std::string_view html_;
  static constexpr int kMostUnfinished = 64;
  std::size_t at_ = 0;
  int unfinished_ = 0;
  std::vector<std::string> out_;
};

}  // namespace

std::string decode_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t character = 0;
    std::size_t length = 0;
    if (text[at] == '&' && reference(text, at, character, length)) {
      append_character(out, character);
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::vector<std::string> html_text(std::string_view html) { return Reader(html).run(); }

}  // namespace reprise::workflow
