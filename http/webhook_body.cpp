#include "http/webhook_body.hpp"

#include "events/json.hpp"
#include "events/utf8.hpp"
#include "http/form.hpp"
#include "http/json_view.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

std::string wrapped(std::string_view json) { return "{\"body\":" + std::string(json) + "}"; }

tl::unexpected<BodyFault> refused(std::string message, std::string_view type) {
  return tl::unexpected(BodyFault{422, std::move(message), type});
}

}  // namespace

tl::expected<std::string, BodyFault> trigger_of(const Request& request) {
  if (request.body.empty()) return "{}";
  const std::string type = request.media_type();
  if (type.empty() || type == "application/json" || type.ends_with("+json")) {
    if (const auto checked = check_json(request.body); !checked) {
      return refused("JSON decode error: " + checked.error().detail, "json_invalid");
    }
    const JsonView view(request.body);
    return view.is(JsonView::Kind::object) ? std::string(view.bytes()) : wrapped(view.bytes());
  }
  if (type == kForm) {
    const auto pairs = parse_form(request.body);
    if (!pairs) return refused("Input should be a valid URL-encoded form", "value_error");
    return json_of(*pairs);
  }
  if (type.starts_with("text/")) {
    if (!valid_utf8(request.body)) return refused("Input should be UTF-8", "value_error");
    std::string text;
    append_json_string(text, request.body);
    return wrapped(text);
  }
  return tl::unexpected(
      BodyFault{415, "A webhook takes application/json, application/x-www-form-urlencoded or text/plain.", {}});
}

std::string header_text(const std::string& value) {
  if (valid_utf8(value)) return value;
  std::string out;
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "\xEF\xBF\xBD";
  return out;
}

}  // namespace reprise::http
