// Forms, queries and whatever else the call of a webhook brings, from arbitrary bytes: what was encoded is decoded to
// the same, both readers of pairs agree, a workflow is only ever given JSON, and parameters stay within their bounds.
#include "http/form.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/json.hpp"
#include "events/utf8.hpp"
#include "http/parser_target.hpp"
#include "http/parser_text.hpp"
#include "http/request_check.hpp"
#include "http/webhook_body.hpp"
#include "require.hpp"

using namespace reprise;
using namespace reprise::http;

namespace {

// Encodes as a client might: what needs no escape has one where a bit of `choice` says so, in either case.
std::string encoded(std::string_view text, Encoded where, std::uint8_t choice) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || (c == '+' && where == Encoded::path);
    const bool turn = (choice >> i % 8 & 1) != 0;
    if (c == ' ' && where != Encoded::path && turn) {
      out += '+';
    } else if (plain && turn) {
      out += c;
    } else {
      const char* const digits = turn ? "0123456789ABCDEF" : "0123456789abcdef";
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[c & 15];
    }
  }
  return out;
}

// The input cut into texts at its line ends; what is no UTF-8 becomes U+FFFD.
std::vector<std::string> texts_of(std::string_view bytes) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(line.size() < bytes.size() ? line.size() + 1 : line.size());
    std::string quoted;
    append_json_string(quoted, line);
    const auto clean = parse_json(quoted);
    require(clean.has_value());
    texts.emplace_back(text_of(clean->root()));
  }
  return texts;
}

// The values of each name, in their order; names in the order of their first appearance.
void check_json_of(const Pairs& pairs) {
  const auto document = parse_json(json_of(pairs));
  require(document.has_value() && document->root().IsObject());
  std::size_t values = 0;
  const auto* next = pairs.data();
  for (const auto& member : document->root().GetObject()) {
    const std::string_view name = text_of(member.name);
    while (find(document->root(), next->first) != &member.value) ++next;
    require(next->first == name);
    std::vector<std::string_view> given;
    for (const auto& [each, value] : pairs) {
      if (each == name) given.push_back(value);
    }
    values += given.size();
    if (given.size() == 1) {
      require(member.value.IsString() && text_of(member.value) == given.front());
      continue;
    }
    require(member.value.IsArray() && member.value.Size() == given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
      require(text_of(member.value[static_cast<unsigned>(i)]) == given[i]);
    }
  }
  require(values == pairs.size());
}

void try_round_trip(std::string_view bytes, std::uint8_t choice) {
  const std::vector<std::string> texts = texts_of(bytes);
  Pairs pairs;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) pairs.emplace_back(texts[i], texts[i + 1]);
  std::string form, query = "/", path;
  bool nul = false;
  for (const auto& [name, value] : pairs) {
    const std::string pair = encoded(name, Encoded::form, choice) + "=" + encoded(value, Encoded::form, choice);
    form.append(form.empty() ? "" : (choice & 1) != 0 ? "&" : "&&").append(pair);
    query.append(query.size() == 1 ? "?" : "&").append(pair);
    nul = nul || (name + value).find('\0') != std::string::npos;
  }
  const auto read = parse_form(form);
  require(read && *read == pairs);
  check_json_of(*read);

  Request request;
  RequestStock stock;
  const std::string_view fault = read_target(query, Method::get, request, stock);
  require(fault.empty() == !nul);
  if (fault.empty()) require(request.query == pairs && request.path == "/");

  for (const std::string& text : texts) path.append("/").append(encoded(text, Encoded::path, choice));
  if (path.size() < 2 || path.find("%00") != std::string::npos) return;
  stock.take_back(request);
  require(read_target(path, Method::get, request, stock).empty());
  require(request.segments == texts);
}

void try_any_pairs(std::string_view text) {
  const auto form = parse_form(text);
  if (form) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : *form) {
      require(valid_utf8(name) && valid_utf8(value));
      bytes += name.size() + value.size();
    }
    require(bytes <= text.size() && form->size() <= text.size());
    check_json_of(*form);
  }
  Request request;
  RequestStock stock;
  const bool query = read_target("/?" + std::string(text), Method::get, request, stock).empty();
  // A target has no other characters; a form has them, and NUL.
  const bool same =
      character::all(text, character::target) && (!form || json_of(*form).find("\\u0000") == std::string::npos);
  if (query) require(form && *form == request.query);
  if (same) require(query == form.has_value());
}

void try_body(std::string_view text, std::size_t which) {
  constexpr std::string_view kTypes[] = {
      "",           "application/json", "application/x+json; charset=utf-8", "application/x-www-form-urlencoded",
      "text/plain", "image/png"};
  Request request;
  if (!kTypes[which].empty()) request.headers.emplace_back("content-type", kTypes[which]);
  request.body = text;
  const auto body = trigger_of(request);
  if (!body) {
    require(body.error().status == (which == 5 ? 415 : 422) && !body.error().message.empty());
    require(which == 5 || !body.error().type.empty());
    return;
  }
  const auto document = parse_json(*body);
  require(document.has_value() && document->root().IsObject());
  if (which == 4 && !text.empty()) require(text_of(*find(document->root(), "body")) == text);

  const std::string header = header_text(std::string(text));
  require(valid_utf8(header) && (header == text) == valid_utf8(text));
}

template <class T>
void check_refusal(const Checked<T>& value) {
  if (!value) require(value.error().status == 422 && check_json(value.error().body).has_value());
}

// The query, and behind a line end the header Prefer.
void try_parameters(std::string_view text) {
  const std::string_view query = text.substr(0, text.find('\n'));
  Request request;
  RequestStock stock;
  if (!read_target("/?" + std::string(query), Method::get, request, stock).empty()) return;
  if (query.size() < text.size()) request.headers.emplace_back("prefer", text.substr(query.size() + 1));

  const auto number = number_parameter(request, "n", 7, 10, 100);
  check_refusal(number);
  if (number) require((*number >= 10 && *number <= 100) || (*number == 7 && !request.parameter("n")));
  const auto given = text_parameter(request, "q");
  check_refusal(given);
  require(given.has_value() == (request.parameters_of("q").size() < 2));
  if (given) require(*given == request.parameter("q"));
  const auto level = level_parameter(request);
  check_refusal(level);
  if (level) require(level->has_value() == request.parameter("level").has_value());
  const auto wait = wait_wanted(request, 10);
  check_refusal(wait);
  if (!wait) return;
  require(wait->time >= Duration{0} && wait->time <= std::chrono::seconds(10));
  if (!wait->applied.empty()) {
    require(wait->applied == "wait=" + std::to_string(wait->time.count() / 1000) && !request.parameter("wait"));
  }
}

}  // namespace

// The first byte says what is tried, the second how.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  switch (data[0] % 4) {
    case 0: try_round_trip(text, data[1]); break;
    case 1: try_any_pairs(text); break;
    case 2: try_body(text, data[1] % 6); break;
    default: try_parameters(text);
  }
  return 0;
}
