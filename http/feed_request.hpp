// What a request for public events asks for: which events, and from where.
#pragma once

#include <cstdint>
#include <optional>

#include "events/type_set.hpp"
#include "http/request_check.hpp"
#include "projections/feed.hpp"

namespace reprise::http {

// ?type= of event types, as patterns separated by commas; all types when absent.
Checked<events::TypeSet> types_wanted(const Request& request);
// ?type= and ?workflow_id=, within the caller's workspace. Precondition: the gatekeeper has run.
Checked<projections::FeedFilter> feed_filter(const Request& request);
// ?cursor=; before the first event when absent.
Checked<projections::FeedCursor> feed_cursor(const Request& request, const projections::Feed& feed);
// Of a stream: the header Last-Event-ID, else ?cursor=; none when neither is there. A client that comes back sends
// both, and only the header has moved on.
Checked<std::optional<projections::FeedCursor>> stream_start(const Request& request, const projections::Feed& feed);
// Last-Event-ID, else ?after=: the id of an event of one execution; 0 when neither is there.
Checked<std::uint64_t> event_start(const Request& request);

}  // namespace reprise::http
