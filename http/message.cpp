#include "http/message.hpp"

#include <algorithm>
#include <array>

#include "http/parser_text.hpp"

namespace reprise::http {

std::string_view name(Method method) {
  static constexpr std::array<std::string_view, 8> names = {"GET",    "HEAD",  "POST",    "PUT",
                                                            "DELETE", "PATCH", "OPTIONS", "OTHER"};
  return names[static_cast<std::size_t>(method)];
}

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [field, value] : headers) {
    if (field == lower_case_name) return value;
  }
  return {};
}

bool Request::has_header(std::string_view lower_case_name) const {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& each) { return each.first == lower_case_name; });
}

std::optional<std::string_view> Request::parameter(std::string_view query_name) const {
  for (const auto& [key, value] : query) {
    if (key == query_name) return std::string_view(value);
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::parameters_of(std::string_view query_name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : query) {
    if (key == query_name) values.emplace_back(value);
  }
  return values;
}

std::string Request::media_type() const {
  const std::string_view whole = header("content-type");
  std::string type(without_blanks(whole.substr(0, whole.find(';'))));
  for (char& c : type) c = to_lower(c);
  return type;
}

}  // namespace reprise::http
