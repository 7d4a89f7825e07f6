#include "http/feed_request.hpp"

#include <string>

#include "http/auth.hpp"
#include "http/text.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kLastEventId = "last-event-id";

// "the cursor ..." as a sentence that names where it came from.
tl::unexpected<Response> refuse_because(std::string_view place, const Error& error) {
  return invalid(std::string(place) + ": " + error.detail + ".");
}

}  // namespace

Checked<events::TypeSet> types_wanted(const Request& request) {
  auto text = parameter_of(request, "type");
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return events::all_types();
  if ((*text)->empty()) return invalid("type must name event types, such as reprise.task.*; leave it out for all.");
  const auto types = events::parse_type_set(**text);
  if (!types) return refuse_because("type", types.error());
  return *types;
}

Checked<projections::FeedFilter> feed_filter(const Request& request) {
  auto types = types_wanted(request);
  if (!types) return tl::unexpected<Response>(std::move(types.error()));
  projections::FeedFilter filter;
  filter.types = *types;
  filter.workspace = workspace_of(request);
  auto workflow = text_parameter(request, "workflow_id");
  if (!workflow) return tl::unexpected(std::move(workflow.error()));
  if (*workflow && !is_workflow_id(**workflow)) {
    return invalid("workflow_id must be 1-128 of the characters A-Z a-z 0-9 _ . : -, not " + quoted(**workflow) + ".");
  }
  filter.workflow_id = std::move(*workflow).value_or("");
  return filter;
}

Checked<projections::FeedCursor> feed_cursor(const Request& request, const projections::Feed& feed) {
  auto text = parameter_of(request, "cursor");
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text || (*text)->empty()) return feed.begin();
  auto cursor = feed.parse(**text);
  if (!cursor) return refuse_because("cursor", cursor.error());
  return std::move(*cursor);
}

Checked<std::optional<projections::FeedCursor>> stream_start(const Request& request, const projections::Feed& feed) {
  using Start = std::optional<projections::FeedCursor>;
  const std::string_view header = request.header(kLastEventId);
  if (header.empty()) {
    if (!request.parameter("cursor")) return Start{};
    return feed_cursor(request, feed).map([](projections::FeedCursor&& cursor) { return Start(std::move(cursor)); });
  }
  auto cursor = feed.parse(header);
  if (!cursor) return refuse_because("Last-Event-ID", cursor.error());
  return Start(std::move(*cursor));
}

Checked<std::uint64_t> event_start(const Request& request) {
  const std::string_view header = request.header(kLastEventId);
  if (header.empty()) return number_parameter(request, "after", 0, 0, INT64_MAX);
  const auto id = parse_unsigned(header);
  if (!id || *id > INT64_MAX) {
    return invalid("Last-Event-ID must be the id of an event of this execution, not " + quoted(header) + ".");
  }
  return *id;
}

}  // namespace reprise::http
