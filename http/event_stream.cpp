#include "http/event_stream.hpp"

namespace reprise::http {

Response event_stream_head() {
  Response head;
  head.content_type = "text/event-stream";
  head.headers.emplace_back("Cache-Control", "no-cache, no-transform");
  head.headers.emplace_back("X-Accel-Buffering", "no");
  return head;
}

void append_stream_id(std::string& out, std::string_view id) { out.append("id: ").append(id).append("\n\n"); }

void append_stream_event(std::string& out, std::string_view id, const events::Record& record,
                         std::string_view subject) {
  out.append("id: ").append(id).append("\nevent: ").append(events::type_of(record.event).name).append("\ndata: ");
  events::append_cloud_event(out, record, subject);
  out += "\n\n";
}

}  // namespace reprise::http
