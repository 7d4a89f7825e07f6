#include "http/event_batch.hpp"

#include "http/event_stream.hpp"

namespace reprise::http {

void EventBatch::add(const projections::FeedEvent& event, std::string_view id) {
  const events::StreamKind kind = events::stream_kind(event.record.event);
  if (streams_.empty() || streams_.back().kind != kind || streams_.back().subject != event.subject ||
      streams_.back().workspace != event.workspace) {
    streams_.push_back({std::string(event.workspace), std::string(event.subject), kind});
  }
  append_stream_event(bytes_, id, event.record, event.subject);
  const std::uint16_t type = events::type_of(event.record.event).number;
  frames_.push_back({bytes_.size(), static_cast<std::uint32_t>(streams_.size() - 1), type});
  types_[type] = true;
}

bool EventBatch::passes(const Frame& frame, const projections::FeedFilter& filter) const {
  const Stream& stream = streams_[frame.stream];
  return filter.passes(frame.type, stream.kind, stream.workspace, stream.subject);
}

bool EventBatch::any_passes(const projections::FeedFilter& filter) const {
  if ((types_ & filter.types).none()) return false;
  for (const Frame& frame : frames_) {
    if (passes(frame, filter)) return true;
  }
  return false;
}

std::size_t EventBatch::append(std::string& out, const projections::FeedFilter& filter) const {
  if ((types_ & filter.types).none()) return 0;
  std::size_t begin = 0, count = 0;
  for (const Frame& frame : frames_) {
    if (passes(frame, filter)) {
      out.append(bytes_, begin, frame.end - begin);
      ++count;
    }
    begin = frame.end;
  }
  return count;
}

}  // namespace reprise::http
