// What surfaces ask of a request before they act on it. Each check gives the value or the answer that refuses; its
// sentence names the member and what was expected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "events/event.hpp"
#include "events/time.hpp"
#include "events/uuid.hpp"
#include "http/error_body.hpp"
#include "http/json_view.hpp"
#include "http/message.hpp"
#include "http/place.hpp"

namespace reprise::http {

template <class T>
using Checked = tl::expected<T, Response>;

// The caller's own text in quotes, as a sentence shows it: cut between characters where it is long.
std::string quoted(std::string_view text);
tl::unexpected<Response> refuse(int status, std::string_view error_code, std::string_view detail);
// 422 VALIDATION_ERROR.
tl::unexpected<Response> invalid(std::string_view detail);
// 422: `place` must be `expected`.
tl::unexpected<Response> wrong_member(const Place& place, std::string_view expected, const JsonView& found);
tl::unexpected<Response> unknown_member(const Place& place, std::string_view key, std::string_view known);

enum class Empty : std::uint8_t { refused, allowed };
// The body, an object of checked JSON; an empty body reads as {}. Refuses with 400, 415 or 422.
Checked<JsonView> json_object(const Request& request, Empty empty);
// True when Content-Type is absent or `application/json`.
bool is_json(const Request& request);
Checked<std::monostate> plain_body(const Request& request);  // 415 where it is compressed

// ---- members

Checked<std::string> text_member(const JsonView& value, const Place& place, std::size_t min_size, std::size_t max_size);
Checked<std::int64_t> integer_member(const JsonView& value, const Place& place, std::int64_t min, std::int64_t max);
Checked<bool> boolean_member(const JsonView& value, const Place& place);

// ---- parameters of the query

// Each refuses a parameter that is given more than once: none of its values would be the one that is meant.
Checked<std::optional<std::string_view>> parameter_of(const Request& request, std::string_view name);
Checked<std::optional<std::string>> text_parameter(const Request& request, std::string_view name);
// `fallback` when absent; refuses what is no decimal number from min to max.
Checked<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t fallback,
                                        std::uint64_t min, std::uint64_t max);
// `level`; nothing when absent.
Checked<std::optional<events::LogLevel>> level_parameter(const Request& request);

// How long to wait for an execution's end: ?wait=SECONDS, else Prefer: wait=SECONDS (RFC 7240), capped.
struct Wait {
  Duration time{0};
  std::string applied;  // the value of Preference-Applied; empty: none
};
Checked<Wait> wait_wanted(const Request& request, std::size_t max_seconds);

// ---- ids in the path

Checked<ExecutionId> execution_id(const Request& request);  // parameters[0], plain or printed; 404 when it is none
bool is_workflow_id(std::string_view text);                 // 1-128 of A-Z a-z 0-9 _ . : -

// Whether `Accept` names the media type itself (wildcards do not count).
bool accepts(const Request& request, std::string_view media_type);

}  // namespace reprise::http
