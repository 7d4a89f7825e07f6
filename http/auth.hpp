// Who asks, and what they may do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/record.hpp"
#include "http/message.hpp"

namespace reprise::http {

enum class Role : std::uint8_t {
  admin = 1,      // everything
  operating = 2,  // "operator": registers, starts, steers and reads
  viewer = 4,     // reads
  worker = 8,     // takes tasks and reports their results
};
using Roles = std::uint8_t;  // bit set of Role

constexpr Roles operator|(Role a, Role b) {
  return static_cast<Roles>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr Roles operator|(Roles a, Role b) { return static_cast<Roles>(a | static_cast<unsigned>(b)); }

// What a route may ask for: any one of these.
inline constexpr Roles kMayRead = Role::admin | Role::operating | Role::viewer;
inline constexpr Roles kMaySteer = Role::admin | Role::operating;
inline constexpr Roles kMayWork = Role::admin | Role::worker;
inline constexpr Roles kEveryRole = Role::admin | Role::operating | Role::viewer | Role::worker;

std::string_view name(Role role);  // "operator"
std::optional<Role> parse_role(std::string_view name);
std::string names(Roles roles);  // "admin, operator"

struct Caller {
  events::Principal principal;
  Roles roles = 0;
  bool anonymous = false;           // an open server, or an open route
  std::vector<std::string> groups;  // that approvals may ask for
};

// The caller of an open server: no user, workspace "default", every role.
std::shared_ptr<const Caller> anyone();

// The token of `Authorization: Bearer <token>`; nothing when the header is absent or of another form.
std::optional<std::string_view> bearer_token(const Request& request);

// The token that the caller shows: the bearer's, or on /workflow-executions also that of `x-tracecat-service-key`.
std::optional<std::string_view> token_of(const Request& request);

// Precondition: the gatekeeper has run.
inline const Caller& caller_of(const Request& request) { return *request.caller; }
inline const std::string& workspace_of(const Request& request) { return request.caller->principal.workspace; }

}  // namespace reprise::http
