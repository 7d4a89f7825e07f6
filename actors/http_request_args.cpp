#include "actors/http_request_args.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace reprise::actors {

namespace {

tl::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return fail(errc::invalid, "core.http_request: `" + std::string(name) + "` must be " + std::string(expected),
              "/" + std::string(name));
}

std::string text_form(const JsonValue& value) {
  return value.IsString() ? std::string(text_of(value)) : to_json(value);
}

void append_url_encoded(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[u >> 4];
      out += kHex[u & 15];
    }
  }
}

std::string url_encoded(const JsonValue& object) {
  std::string out;
  const auto add = [&out](const JsonValue& name, const JsonValue& value) {
    if (!out.empty()) out += '&';
    append_url_encoded(out, text_of(name));
    out += '=';
    append_url_encoded(out, text_form(value));
  };
  for (const auto& member : object.GetObject()) {
    if (member.value.IsArray()) {
      for (const auto& each : member.value.GetArray()) add(member.name, each);
    } else {
      add(member.name, member.value);
    }
  }
  return out;
}

bool holds_line_end(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

const JsonValue* given(const JsonValue& args, std::string_view name) {
  const auto* value = find(args, name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

}  // namespace

Expected<HttpRequestArgs> read_http_request_args(const JsonValue& args) {
  HttpRequestArgs out;
  const auto* url = given(args, "url");
  if (url == nullptr || !url->IsString() ||
      !(text_of(*url).starts_with("http://") || text_of(*url).starts_with("https://"))) {
    return wrong("url", "an http:// or https:// address");
  }
  out.url = text_of(*url);
  if (holds_line_end(out.url)) return wrong("url", "one line");
  if (const auto* method = given(args, "method")) {
    static constexpr std::array<std::string_view, 7> kMethods{"GET",    "POST", "PUT",    "PATCH",
                                                              "DELETE", "HEAD", "OPTIONS"};
    if (!method->IsString()) return wrong("method", "a string");
    out.method = text_of(*method);
    std::transform(out.method.begin(), out.method.end(), out.method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (std::find(kMethods.begin(), kMethods.end(), out.method) == kMethods.end()) {
      return wrong("method", "one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
    }
  }
  if (const auto* headers = given(args, "headers")) {
    if (!headers->IsObject()) return wrong("headers", "an object");
    for (const auto& member : headers->GetObject()) {
      std::pair<std::string, std::string> header(text_of(member.name), text_form(member.value));
      if (holds_line_end(header.first) || holds_line_end(header.second) ||
          header.first.find(':') != std::string::npos) {
        return wrong("headers", "names and values without line ends");
      }
      out.headers.push_back(std::move(header));
    }
  }
  if (const auto* params = given(args, "params")) {
    if (!params->IsObject()) return wrong("params", "an object");
    const auto query = url_encoded(*params);
    if (!query.empty()) out.url += (out.url.find('?') == std::string::npos ? "?" : "&") + query;
  }
  const auto* payload = given(args, "payload");
  const auto* form = given(args, "form_data");
  if (payload != nullptr && form != nullptr) return wrong("form_data", "left out when `payload` is given");
  if (payload != nullptr) {
    out.body = to_json(*payload);
    out.content_type = "application/json";
    out.has_body = true;
  }
  if (form != nullptr) {
    if (!form->IsObject()) return wrong("form_data", "an object");
    out.body = url_encoded(*form);
    out.content_type = "application/x-www-form-urlencoded";
    out.has_body = true;
  }
  if (const auto* auth = given(args, "auth")) {
    const auto* user = auth->IsObject() ? given(*auth, "username") : nullptr;
    const auto* password = auth->IsObject() ? given(*auth, "password") : nullptr;
    if (user == nullptr || password == nullptr || !user->IsString() || !password->IsString()) {
      return wrong("auth", "an object with `username` and `password`");
    }
    out.user = text_of(*user);
    out.password = text_of(*password);
  }
  if (const auto* timeout = given(args, "timeout")) {
    if (!timeout->IsNumber() || timeout->GetDouble() <= 0 || timeout->GetDouble() > 3600) {
      return wrong("timeout", "a number of seconds above 0 and up to 3600");
    }
    out.timeout_ms = std::max(1L, static_cast<long>(timeout->GetDouble() * 1000));
  }
  const auto flag = [&args](std::string_view name, bool& into) -> Expected<void> {
    if (const auto* value = given(args, name)) {
      if (!value->IsBool()) return wrong(name, "true or false");
      into = value->GetBool();
    }
    return {};
  };
  if (auto ok = flag("follow_redirects", out.follow_redirects); !ok) return tl::unexpected(ok.error());
  if (auto ok = flag("verify_ssl", out.verify_ssl); !ok) return tl::unexpected(ok.error());
  if (const auto* redirects = given(args, "max_redirects")) {
    if (!redirects->IsInt() || redirects->GetInt() < 0 || redirects->GetInt() > 100) {
      return wrong("max_redirects", "a whole number from 0 to 100");
    }
    out.max_redirects = redirects->GetInt();
  }
  return out;
}

}  // namespace reprise::actors
