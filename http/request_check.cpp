#include "http/request_check.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "events/json.hpp"
#include "http/printed_ids.hpp"
#include "http/text.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kShown = 64;  // characters of a caller's own text that a sentence shows

// Seconds, possibly with a fraction; nothing when it is no such number.
std::optional<double> parse_seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (!std::isfinite(value) || value < 0 || text.front() == '-') return std::nullopt;
  return value;
}

Duration capped(double seconds, std::size_t max_seconds) {
  return Duration{static_cast<std::int64_t>(std::min(seconds, static_cast<double>(max_seconds)) * 1000.0)};
}

// The value of wait in a Prefer header, which may hold other preferences.
std::optional<std::string_view> preferred_wait(std::string_view prefer) {
  std::optional<std::string_view> found;
  for_each_element(prefer, [&found](std::string_view element) {
    element = trim(element.substr(0, element.find(';')));
    const std::size_t equals = element.find('=');
    if (equals == std::string_view::npos || !equal_ignoring_case(trim(element.substr(0, equals)), "wait")) return true;
    std::string_view value = trim(element.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    found = value;
    return false;
  });
  return found;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "'";
  if (text.size() <= kShown) {
    out += text;
  } else {
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    out.append(text.substr(0, end)).append("…");
  }
  return out += "'";
}

tl::unexpected<Response> refuse(int status, std::string_view error_code, std::string_view detail) {
  return tl::unexpected<Response>(error_response(status, error_code, detail));
}

tl::unexpected<Response> invalid(std::string_view detail) { return refuse(422, "VALIDATION_ERROR", detail); }

tl::unexpected<Response> wrong_member(const Place& place, std::string_view expected, const JsonView& found) {
  std::string detail = place.text();
  detail.append(" must be ").append(expected);
  if (found.is(JsonView::Kind::number) || found.is(JsonView::Kind::boolean)) {
    detail.append(", not ").append(found.bytes().substr(0, kShown));
  } else {
    detail.append(", not ").append(name(found.kind()));
  }
  return invalid(detail.append("."));
}

tl::unexpected<Response> unknown_member(const Place& place, std::string_view key, std::string_view known) {
  const std::string where = place.text();
  std::string detail = quoted(key) + " is not a known member of " + (where.empty() ? "the body" : where);
  if (known.empty()) return invalid(detail + ": none is.");
  return invalid(detail + ": known are " + std::string(known) + ".");
}

bool is_json(const Request& request) {
  const std::string type = request.media_type();
  return type.empty() || type == "application/json";
}

Checked<std::monostate> plain_body(const Request& request) {
  const std::string_view coding = request.header("content-encoding");
  if (coding.empty() || coding == "identity") return std::monostate();
  return refuse(415, "UNSUPPORTED_MEDIA_TYPE",
                "The body is coded as " + quoted(coding) + ": it has to be sent as it is.");
}

// What is wrong with the JSON, and where in it.
static std::string malformed_detail(const Error& error, std::string_view body) {
  std::string detail(error.detail.empty() ? sentence(error.code) : std::string_view(error.detail));
  std::string_view where = error.where;
  if (!where.starts_with("byte ")) return detail;
  where.remove_prefix(5);
  std::size_t offset = 0;
  std::from_chars(where.data(), where.data() + where.size(), offset);
  const std::string_view before = body.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column = before.size() - (last == before.npos ? 0 : last + 1) + 1;
  return detail + " (line " + std::to_string(line) + ", column " + std::to_string(column) + ")";
}

Checked<JsonView> json_object(const Request& request, Empty empty) {
  if (request.body.empty()) {
    if (empty == Empty::allowed) return JsonView("{}");
    return refuse(400, "MALFORMED_JSON", "The body is empty: a JSON object is expected.");
  }
  if (!is_json(request)) {
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE",
                  "The body is of type " + quoted(request.media_type()) + ": application/json is expected.");
  }
  if (auto plain = plain_body(request); !plain) return tl::unexpected(std::move(plain.error()));
  if (const auto checked = check_json(request.body); !checked) {
    return refuse(400, "MALFORMED_JSON", malformed_detail(checked.error(), request.body));
  }
  JsonView view(request.body);
  if (!view.is(JsonView::Kind::object)) return wrong_member("The body", "an object", view);
  return view;
}

Checked<std::string> text_member(const JsonView& value, const Place& place, std::size_t min_size,
                                 std::size_t max_size) {
  if (!value.is(JsonView::Kind::string)) return wrong_member(place, "a string", value);
  std::string text = value.text();
  if (text.size() < min_size || text.size() > max_size) {
    return invalid(place.text() + " must have " + std::to_string(min_size) + " to " + std::to_string(max_size) +
                   " bytes.");
  }
  return text;
}

Checked<std::int64_t> integer_member(const JsonView& value, const Place& place, std::int64_t min, std::int64_t max) {
  const auto number = value.is(JsonView::Kind::number) ? value.integer() : std::nullopt;
  if (!number || *number < min || *number > max) {
    return wrong_member(place, "an integer from " + std::to_string(min) + " to " + std::to_string(max), value);
  }
  return *number;
}

Checked<bool> boolean_member(const JsonView& value, const Place& place) {
  if (!value.is(JsonView::Kind::boolean)) return wrong_member(place, "true or false", value);
  return value.boolean();
}

Checked<std::optional<std::string_view>> parameter_of(const Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    if (found) {
      return invalid(std::string(name) + " is given more than once, as " + quoted(*found) + " and " + quoted(value) +
                     ": one value is expected.");
    }
    found = value;
  }
  return found;
}

Checked<std::optional<std::string>> text_parameter(const Request& request, std::string_view name) {
  auto text = parameter_of(request, name);
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return std::optional<std::string>();
  return std::optional(std::string(**text));
}

Checked<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t fallback,
                                        std::uint64_t min, std::uint64_t max) {
  auto text = parameter_of(request, name);
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return fallback;
  const auto value = parse_unsigned(**text);
  if (!value || *value < min || *value > max) {
    return invalid(std::string(name) + " must be an integer from " + std::to_string(min) + " to " +
                   std::to_string(max) + ", not " + quoted(**text) + ".");
  }
  return *value;
}

Checked<std::optional<events::LogLevel>> level_parameter(const Request& request) {
  auto text = parameter_of(request, "level");
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return std::optional<events::LogLevel>{};
  std::string upper(**text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const auto level = events::parse_log_level(upper);
  if (!level) return invalid("level must be DEBUG, INFO, WARNING or ERROR, not " + quoted(**text) + ".");
  return level;
}

Checked<Wait> wait_wanted(const Request& request, std::size_t max_seconds) {
  Wait wait;
  auto text = parameter_of(request, "wait");
  if (!text) return tl::unexpected(std::move(text.error()));
  if (*text) {
    const auto seconds = parse_seconds(**text);
    if (!seconds) return invalid("wait must be a number of seconds from 0, not " + quoted(**text) + ".");
    wait.time = capped(*seconds, max_seconds);
    return wait;
  }
  // A preference that cannot be understood is ignored, as RFC 7240 has it.
  const std::string_view prefer = request.header("prefer");
  if (prefer.empty()) return wait;
  const auto value = preferred_wait(prefer);
  const auto seconds = value ? parse_unsigned(*value) : std::nullopt;
  if (!seconds) return wait;
  wait.time = capped(static_cast<double>(*seconds), max_seconds);
  wait.applied = "wait=" + std::to_string(wait.time.count() / 1000);
  return wait;
}

Checked<ExecutionId> execution_id(const Request& request) {
  const std::string& text = request.parameters.front();
  // The execution's id says it all: the workflow in front of a printed one is not asked about.
  if (const auto name = parse_run_name(text)) return name->id;
  return tl::unexpected<Response>(
      error_response(404, "EXECUTION_NOT_FOUND", "There is no execution " + quoted(text) + ".", text.substr(0, 128)));
}

bool is_workflow_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == ':' || c == '-';
  });
}

bool accepts(const Request& request, std::string_view media_type) {
  bool found = false;
  for (const auto& [name, value] : request.headers) {
    if (name != "accept") continue;
    for_each_element(value, [&](std::string_view element) {
      found = found || equal_ignoring_case(trim(element.substr(0, element.find(';'))), media_type);
      return !found;
    });
  }
  return found;
}

}  // namespace reprise::http
