#include "http/auth.hpp"

#include <array>

#include "http/error_body.hpp"
#include "http/text.hpp"

namespace reprise::http {
namespace {

constexpr std::array kRoles{Role::admin, Role::operating, Role::viewer, Role::worker};

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::admin: return "admin";
    case Role::operating: return "operator";
    case Role::viewer: return "viewer";
    case Role::worker: return "worker";
  }
  return {};
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : kRoles) {
    if (name(role) == text) return role;
  }
  return std::nullopt;
}

std::string names(Roles roles) {
  std::string out;
  for (const Role role : kRoles) {
    if ((roles & static_cast<unsigned>(role)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += name(role);
  }
  return out;
}

std::shared_ptr<const Caller> anyone() {
  static const std::shared_ptr<const Caller> caller =
      std::make_shared<Caller>(Caller{events::Principal{"", "default"}, kEveryRole, true, {}});
  return caller;
}

std::optional<std::string_view> bearer_token(const Request& request) {
  constexpr std::string_view scheme = "bearer ";
  std::string_view value = request.header("authorization");
  if (value.size() <= scheme.size() || !equal_ignoring_case(value.substr(0, scheme.size()), scheme))
    return std::nullopt;
  value = trim(value.substr(scheme.size()));
  if (value.empty() || value.find(' ') != std::string_view::npos) return std::nullopt;
  return value;
}

std::optional<std::string_view> token_of(const Request& request) {
  const auto bearer = bearer_token(request);
  if (bearer || !of_workflow_executions(request.path)) return bearer;
  const std::string_view key = trim(request.header("x-tracecat-service-key"));
  if (key.empty()) return std::nullopt;
  return key;
}

}  // namespace reprise::http
