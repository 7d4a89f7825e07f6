// What the resources with a name have in common (schedules, subscriptions, sources): how they are put, steered, shown
// and listed over HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/gateway.hpp"
#include "http/exchange.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"

namespace reprise::http {

struct ResourceKind {
  std::string_view noun;        // "schedule", in sentences
  std::string_view collection;  // "schedules", in paths and lists
  Expected<std::string> (actors::Gateway::*one)(const std::string& workspace, const std::string& name) const;
  Expected<actors::NamedPage> (actors::Gateway::*page)(const std::string& workspace, const std::string& after,
                                                       std::size_t limit) const;
};

// Takes the members of an object one by one: `take` gives nothing, or the answer that refuses.
template <class F>
std::optional<Response> each_member(const JsonView& object, F&& take) {
  std::optional<Response> refused;
  object.members([&](std::string_view key, const JsonView& value) {
    refused = take(key, value);
    return !refused;
  });
  return refused;
}

// {name} of a PUT's path; refuses with 422 what cannot be one.
Checked<std::string> new_name(const Request& request);
// {name} of the path; a name that none can have is answered with 404, and then nothing is given.
std::optional<std::string> known_name(const ResourceKind& kind, Exchange& exchange);
// The body that a command may have: {} or {"<member>": text}, with no member where `member` is empty.
Checked<std::string> only_member(const Request& request, std::string_view member, std::size_t min_size,
                                 std::size_t max_size);
constexpr std::size_t kMaxReason = 1024;  // why something is paused

// The ticket of a PUT: 201 and Location where it is new, else 200, with what the gateway says.
actors::Ticket defer_put(const ResourceKind& kind, const std::string& name, Exchange& exchange);
// The ticket of a command: what the gateway says of the resource, or of a removed one that it is deleted.
actors::Ticket defer_command(const std::string& name, bool removed, Exchange& exchange);

void get_named(const ResourceKind& kind, const Surface& surface, Exchange& exchange);
void list_named(const ResourceKind& kind, const Surface& surface, Exchange& exchange);

// ---- pages by name

struct NamePage {
  std::size_t limit = 0;
  std::string after;  // the last name of the page before; empty: the first page
};
// ?limit= and ?cursor= of a list in the order of names or ids; refuses with 422.
Checked<NamePage> name_page(const Request& request);
// `],"limit":…,"next_cursor":…}`; an empty cursor: there is no next page.
void append_page_end(std::string& body, std::size_t limit, std::string_view next_cursor);

// Who commands, and for what.
template <class Command>
void sign(Command& command, const Request& request) {
  command.principal = caller_of(request).principal;
  command.causation = causation_of(request);
}

}  // namespace reprise::http
