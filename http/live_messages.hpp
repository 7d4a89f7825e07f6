// The live view of an execution: what one event becomes for a client that watches (contract workflow-api.md).
//
// The id of an event's last message is the event's id, of an earlier one "<event id>.<number>": a client that was cut
// off between two messages of one event goes on with the next.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {

// What a client has seen: the messages up to `message` of the event after `event_id`, and all of those up to
// `event_id`.
struct LivePosition {
  std::uint64_t event_id = 0;
  std::uint32_t messages = 0;  // of event_id + 1 that were sent
};
// Of Last-Event-ID; nothing when it is none of ours.
std::optional<LivePosition> parse_live_id(std::string_view text);

// Appends the messages of an event, without the first `skip`, as server-sent events; `rest` as of lines_of. After those
// of the last event of a run that is final, as `row` has it, comes `completion` or `error`.
void append_live_messages(std::string& out, const events::Record& record, std::span<const events::Record> rest,
                          const projections::StatusRow& row, std::uint32_t skip);

}  // namespace reprise::http
