// Instants and their text. All times are UTC with a resolution of one millisecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reprise {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

inline Time from_millis(std::int64_t ms) { return Time{Duration{ms}}; }
inline std::int64_t to_millis(Time t) { return t.time_since_epoch().count(); }

// Appends ISO 8601 / RFC 3339 with milliseconds: 2026-02-23T16:30:00.000Z. Years 0000-9999.
void append_time(std::string& out, Time t);
std::string to_string(Time t);

// Parses RFC 3339 (fraction of any length, `Z`/`z` or an offset; a space in place of `T` is taken). Nothing else.
std::optional<Time> parse_time(std::string_view text);

}  // namespace reprise
