// FN: indicators in a text: addresses, names, hashes. Each function gives every one once, in the order of the text.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "workflow/functions.hpp"
#include "workflow/ip_address.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool hex(char c) { return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool word(char c) { return letter(c) || digit(c) || c == '_'; }
bool one_of(std::string_view set, char c) { return set.find(c) != set.npos; }

// What was found, without repetitions.
class Found {
 public:
  void add(std::string text) {
    if (seen_.insert(text).second) list_.push_back(std::move(text));
  }
  bool give(Evaluation& e, Value& out) const {
    ListBuilder list(e, list_.size());
    for (const std::string& text : list_) {
      Value value;
      if (!e.text(text, value) || !list.add(value)) return false;
    }
    return list.finish(out);
  }

 private:
  std::vector<std::string> list_;
  std::unordered_set<std::string> seen_;
};

using Accept = bool (*)(std::string_view found);

bool always(std::string_view) { return true; }

// All matches of a pattern that `accept` takes, one after another.
bool find_all(Evaluation& e, std::string_view text, const RE2& pattern, Accept accept, Found& found) {
  if (!e.spend_regex(text.size(), static_cast<std::size_t>(pattern.ProgramSize()))) return false;
  const re2::StringPiece piece(text.data(), text.size());
  std::size_t at = 0;
  re2::StringPiece match;
  while (at < text.size() && pattern.Match(piece, at, text.size(), RE2::UNANCHORED, &match, 1)) {
    if (!e.spend(1)) return false;
    if (accept({match.data(), match.size()})) found.add(std::string(match.data(), match.size()));
    at = static_cast<std::size_t>(match.data() - text.data()) + std::max<std::size_t>(match.size(), 1);
  }
  return true;
}

// Matches between characters that must not stand before and after them. RE2 looks at no neighbours, so that each place
// is tried.
struct Bordered {
  const RE2& pattern;
  bool (*starts)(char c);  // what a match can begin with
  bool (*before)(char c);  // what must not stand before it
  bool (*after)(char c);   // nor after it
};

bool find_bordered(Evaluation& e, std::string_view text, const Bordered& what, Accept accept, Found& found) {
  constexpr std::size_t kLongest = 1024;
  if (!e.spend_regex(text.size(), static_cast<std::size_t>(what.pattern.ProgramSize()))) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!what.starts(text[at]) || (at > 0 && what.before(text[at - 1]))) continue;
    const std::string_view rest = text.substr(at, kLongest);
    re2::StringPiece match;
    if (!e.spend(1)) return false;
    if (!what.pattern.Match({rest.data(), rest.size()}, 0, rest.size(), RE2::ANCHOR_START, &match, 1)) continue;
    const std::size_t end = at + match.size();
    if (end < text.size() && what.after(text[end])) continue;
    if (accept({match.data(), match.size()})) found.add(std::string(match.data(), match.size()));
    at = end - 1;
  }
  return true;
}

struct Replacement {
  std::string_view from, to;
};

// Ways to write an address so that nobody follows it, undone one after another.
bool refang(Evaluation& e, std::string_view text, std::span<const Replacement> replacements, std::string& out) {
  out = text;
  for (const Replacement& r : replacements) {
    if (!e.spend(out.size() / 64 + 1)) return false;
    std::string next;
    for (std::size_t at = 0;;) {
      const auto hit = out.find(r.from, at);
      next.append(out, at, hit == out.npos ? hit : hit - at);
      if (hit == out.npos) break;
      next += r.to;
      at = hit + r.from.size();
    }
    out = std::move(next);
  }
  return true;
}

constexpr Replacement kDots[] = {{"[.]", "."},   {"(.)", "."},   {"[dot]", "."},
                                 {"(dot)", "."}, {" dot ", "."}, {"\\.", "."}};
constexpr Replacement kColons[] = {
    {"[:]", ":"},     {"(:)", ":"},   {"\\:", ":"},   {"(colon)", ":"}, {"[colon]", ":"},  {" colon colon ", "::"},
    {" colon ", ":"}, {"(dot)", "."}, {"[dot]", "."}, {" dot ", "."},   {" period ", "."}, {"[::]", "::"},
    {"(::)", "::"}};
constexpr Replacement kUrls[] = {{"[.]", "."},
                                 {"(.)", "."},
                                 {"[dot]", "."},
                                 {"(dot)", "."},
                                 {" dot ", "."},
                                 {" colon ", ":"},
                                 {"[:]//", "://"},
                                 {"(:)//", "://"},
                                 {":[/][/]", "://"},
                                 {":(/)(/)", "://"},
                                 {"hxxps://", "https://"},
                                 {"hxxp://", "http://"},
                                 {"xxxps://", "https://"},
                                 {"xxxp://", "http://"},
                                 {"xxps://", "https://"},
                                 {"xxp://", "http://"}};

// The text argument, and whether defanged forms count too; then `search` in the text and in its refanged form.
template <class Search>
bool extract(Evaluation& e, const ArgumentReader& arguments, std::size_t flag,
             std::span<const Replacement> replacements, Search search) {
  std::string_view text;
  bool defanged = false;
  if (!arguments.text(0, text) || !arguments.flag(flag, defanged) || !e.spend(text.size() / 64)) return false;
  if (!search(text)) return false;
  std::string plain;
  return !defanged || (refang(e, text, replacements, plain) && search(std::string_view(plain)));
}

template <class Search>
bool extract(Evaluation& e, std::string_view name, Arguments a, std::size_t flag,
             std::span<const Replacement> replacements, Search search, Value& out) {
  Found found;
  return extract(e, ArgumentReader{e, name, a}, flag, replacements,
                 [&](std::string_view text) { return search(text, found); }) &&
         found.give(e, out);
}

// Just one pattern.
bool plain(Evaluation& e, std::string_view name, Arguments a, const RE2& pattern, Value& out) {
  return extract(
      e, name, a, 1, {}, [&](auto text, Found& found) { return find_all(e, text, pattern, always, found); }, out);
}

bool extract_asns(Evaluation& e, Arguments a, Value& out) {
  static const RE2 pattern(R"(\bAS\d+\b)");
  return plain(e, "extract_asns", a, pattern, out);
}
bool extract_cves(Evaluation& e, Arguments a, Value& out) {
  static const RE2 pattern(R"(CVE-\d{4}-\d{4,7})");
  return plain(e, "extract_cves", a, pattern, out);
}

// So many hex digits that no word character touches.
template <std::size_t digits>
bool extract_hash(Evaluation& e, std::string_view name, Arguments a, Value& out) {
  return extract(
      e, name, a, 1, {},
      [&](std::string_view text, Found& found) {
        std::size_t begin = 0;
        bool sound = true;
        for (std::size_t at = 0; at <= text.size(); ++at) {
          if (at < text.size() && word(text[at])) {
            sound = sound && hex(text[at]);
            continue;
          }
          if (sound && at - begin == digits) found.add(std::string(text.substr(begin, digits)));
          begin = at + 1;
          sound = true;
        }
        return e.spend(text.size() / 64);
      },
      out);
}
bool extract_md5(Evaluation& e, Arguments a, Value& out) { return extract_hash<32>(e, "extract_md5", a, out); }
bool extract_sha1(Evaluation& e, Arguments a, Value& out) { return extract_hash<40>(e, "extract_sha1", a, out); }
bool extract_sha256(Evaluation& e, Arguments a, Value& out) { return extract_hash<64>(e, "extract_sha256", a, out); }
bool extract_sha512(Evaluation& e, Arguments a, Value& out) { return extract_hash<128>(e, "extract_sha512", a, out); }

bool find_ipv4(Evaluation& e, std::string_view text, Found& found) {
  static const RE2 pattern(R"(\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b)");
  return find_all(
      e, text, pattern, [](std::string_view ip) { return parse_ipv4(ip).has_value(); }, found);
}

// The longest address at the start of each run of its characters that is one.
bool find_ipv6(Evaluation& e, std::string_view text, Found& found) {
  const auto part = [](char c) { return hex(c) || c == ':' || c == '.'; };
  constexpr std::size_t kLongest = 45;
  for (std::size_t at = 0; at < text.size();) {
    if (!part(text[at]) || (at > 0 && word(text[at - 1]))) {
      ++at;
      continue;
    }
    std::size_t end = at;
    std::size_t colons = 0;
    while (end < text.size() && part(text[end])) colons += text[end++] == ':' ? 1 : 0;
    const std::size_t run = end;
    if (!e.spend(1 + (run - at) / 64)) return false;
    std::size_t next = run;
    for (end = std::min(run, at + kLongest); colons > 1 && end > at + 1; --end) {
      const std::string_view candidate = text.substr(at, end - at);
      const bool cut = end < text.size() && word(text[end]) && word(text[end - 1]);
      if (cut || candidate == "::" || !parse_ipv6(candidate)) continue;
      found.add(std::string(candidate));
      next = end;
      break;
    }
    at = std::max(next, at + 1);
  }
  return true;
}

bool extract_ipv4(Evaluation& e, Arguments a, Value& out) {
  return extract(
      e, "extract_ipv4", a, 1, kDots, [&](auto text, Found& found) { return find_ipv4(e, text, found); }, out);
}
bool extract_ipv6(Evaluation& e, Arguments a, Value& out) {
  return extract(
      e, "extract_ipv6", a, 1, kColons, [&](auto text, Found& found) { return find_ipv6(e, text, found); }, out);
}
// IPv4 addresses first, then those of IPv6.
bool extract_ip(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "extract_ip", a};
  Found found;
  return extract(e, arguments, 1, kDots, [&](auto text) { return find_ipv4(e, text, found); }) &&
         extract(e, arguments, 1, kColons, [&](auto text) { return find_ipv6(e, text, found); }) && found.give(e, out);
}

// Lower case, with colons.
bool extract_mac(Evaluation& e, Arguments a, Value& out) {
  static const RE2 pattern("[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})");
  const auto near = [](char c) { return hex(c) || c == ':' || c == '-'; };
  Found raw;
  std::string_view text;
  if (!ArgumentReader{e, "extract_mac", a}.text(0, text) ||
      !find_bordered(e, text, {pattern, hex, near, near}, always, raw)) {
    return false;
  }
  Value list;
  if (!raw.give(e, list)) return false;
  Found found;
  for (const auto& element : list.json().GetArray()) {
    std::string mac = to_lower(text_of(element));
    std::replace(mac.begin(), mac.end(), '-', ':');
    found.add(std::move(mac));
  }
  return found.give(e, out);
}

bool domain_labels(std::string_view domain) {
  if (domain.size() > 253) return false;
  while (!domain.empty()) {
    const auto label = domain.substr(0, domain.find('.'));
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    domain.remove_prefix(std::min(domain.size(), label.size() + 1));
  }
  return true;
}

bool is_domain(std::string_view text) {
  const auto top = text.substr(text.rfind('.') + 1);
  return domain_labels(text) && top.size() >= 2 && std::all_of(top.begin(), top.end(), letter);
}

bool extract_domains(Evaluation& e, Arguments a, Value& out) {
  // Labels and a name at the top; both also in their encoded form.
  static const RE2 pattern(R"((?:(?:xn--[a-zA-Z0-9]+|[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)\.)+)"
                           R"((?:xn--[a-zA-Z0-9-]+|[a-zA-Z]{2,})(?:\.(?:xn--[a-zA-Z0-9-]+|[a-zA-Z]{2,}))*)");
  constexpr auto starts = [](char c) { return letter(c) || digit(c); };
  constexpr auto before = [](char c) { return word(c) || one_of(":/+", c); };
  constexpr auto after = [](char c) { return word(c) || one_of(":/+@", c); };
  return extract(
      e, "extract_domains", a, 1, kDots,
      [&](std::string_view text, Found& found) {
        return find_bordered(e, text, {pattern, starts, before, after}, is_domain, found);
      },
      out);
}

// What Python's email_validator takes, as far as the text itself says it.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.' ||
      local.find("..") != local.npos || domain.find('.') == domain.npos || !domain_labels(domain)) {
    return false;
  }
  const std::string top = to_lower(domain.substr(domain.rfind('.') + 1));
  return top != "test" && top != "local" && top != "localhost" && top != "invalid" && top != "onion" && top != "arpa";
}

std::string normalized(std::string_view email) {
  const std::string lower = to_lower(email);
  const auto at = lower.find('@');
  return lower.substr(0, std::min(lower.find('+'), at)) + lower.substr(at);
}

bool extract_emails(Evaluation& e, Arguments a, Value& out) {
  static const RE2 pattern(R"([a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,})");
  const ArgumentReader arguments{e, "extract_emails", a};
  std::string_view text;
  bool normalize = false;
  Found found;
  if (!arguments.text(0, text) || !arguments.flag(1, normalize) || !find_all(e, text, pattern, is_email, found) ||
      !found.give(e, out)) {
    return false;
  }
  if (!normalize) return true;
  Found shorter;
  for (const auto& element : out.json().GetArray()) shorter.add(normalized(text_of(element)));
  return shorter.give(e, out);
}

bool normalize_email(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "normalize_email", a};
  std::string_view text;
  if (!arguments.text(0, text)) return false;
  if (std::count(text.begin(), text.end(), '@') != 1) return arguments.refuse(0, "an e-mail address with one @");
  return e.spend(text.size() / 16) && e.text(normalized(text), out);
}

bool extract_urls(Evaluation& e, Arguments a, Value& out) {
  // A scheme, a host with a dot, a port, a path. A match does not end with what rather ends the sentence around it.
  static const char* const host =
      R"(://[-a-zA-Z0-9@:%._+~#=\x{A0}-\x{FFFF}]+\.[a-zA-Z0-9()\x{A0}-\x{FFFF}]+(?::\d{1,5})?)"
      R"((?:/[-a-zA-Z0-9()@:%_+.~#?&/=\x{A0}-\x{FFFF}]*)?)";
  static const RE2 any(std::string("(?:https?|tcp|udp|ftps?|sftp)") + host);
  static const RE2 http(std::string("https?") + host);
  const ArgumentReader arguments{e, "extract_urls", a};
  bool http_only = false;
  if (!arguments.flag(1, http_only)) return false;
  Found raw;
  const auto search = [&](std::string_view text) { return find_all(e, text, http_only ? http : any, always, raw); };
  Value list;
  if (!extract(e, arguments, 2, kUrls, search) || !raw.give(e, list)) return false;
  Found found;
  for (const auto& element : list.json().GetArray()) {
    std::string_view url = text_of(element);
    const auto scheme = url.find("://") + 3;
    // Nor with a parenthesis that opens before it.
    const auto surplus = [](std::string_view part) {
      return part.back() == ')' &&
             std::count(part.begin(), part.end(), '(') < std::count(part.begin(), part.end(), ')');
    };
    while (url.size() > scheme && (one_of("?&=/#.", url.back()) || surplus(url))) {
      if (!e.spend(1 + url.size() / 64)) return false;
      url.remove_suffix(1);
    }
    const auto dot = url.find('.', scheme);
    if (dot != url.npos && dot > scheme && dot + 1 < url.size()) found.add(std::string(url));
  }
  return found.give(e, out);
}

constexpr Function kExtractFunctions[] = {
    {"extract_asns", 1, 1, extract_asns},       {"extract_cves", 1, 1, extract_cves},
    {"extract_domains", 1, 2, extract_domains}, {"extract_emails", 1, 2, extract_emails},
    {"extract_ip", 1, 2, extract_ip},           {"extract_ipv4", 1, 2, extract_ipv4},
    {"extract_ipv6", 1, 2, extract_ipv6},       {"extract_mac", 1, 1, extract_mac},
    {"extract_md5", 1, 1, extract_md5},         {"extract_sha1", 1, 1, extract_sha1},
    {"extract_sha256", 1, 1, extract_sha256},   {"extract_sha512", 1, 1, extract_sha512},
    {"extract_urls", 1, 3, extract_urls},       {"normalize_email", 1, 1, normalize_email},
};

}  // namespace

std::span<const Function> extract_functions() { return kExtractFunctions; }

}  // namespace reprise::workflow
