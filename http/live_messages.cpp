#include "http/live_messages.hpp"

#include <vector>

#include "events/json.hpp"
#include "http/json_view.hpp"
#include "http/text.hpp"
#include "projections/log_lines.hpp"
#include "projections/status.hpp"

namespace reprise::http {
namespace {

using projections::Status;

struct Message {
  std::string_view kind;
  std::string data;
};

// A line end in JSON bytes is white space, and would end the data of a message.
void append_on_one_line(std::string& out, std::string_view json) {
  for (const char c : json) {
    if (c != '\n' && c != '\r') out += c;
  }
}

std::string opening(const ExecutionId& id, Status now) {
  std::string data = "{\"execution_id\":\"";
  append_uuid(data, id);
  return data.append("\",\"status\":\"").append(projections::workflow_api_name(now)).append("\"");
}

class Messages {
 public:
  Messages(const events::Record& record, std::span<const events::Record> rest) : record_(record) {
    projections::lines_of(record, rest,
                          [this](Time time, events::LogLevel level, std::string_view ref, std::string_view message) {
                            std::string line;
                            projections::append_line_json(line, time, level, ref, message);
                            log_.push_back({"log", std::move(line)});
                          });
    std::visit([this](const auto& event) { of(event); }, record.event);
  }

  // Node and status news first, then the lines.
  std::vector<Message> take() {
    std::vector<Message> all = std::move(news_);
    for (Message& message : log_) all.push_back(std::move(message));
    return all;
  }

 private:
  void of(const events::ExecutionStarted&) { status(Status::running); }
  void of(const events::ExecutionPaused&) { status(Status::paused); }
  void of(const events::ExecutionResumed&) { status(Status::running); }
  void of(const events::ExecutionCompleted&) { status(Status::completed); }
  void of(const events::ExecutionCancelled&) { status(Status::cancelled_by_user); }
  void of(const events::ExecutionTerminated&) { status(Status::terminated); }
  void of(const events::ExecutionFailed&) { status(Status::failed); }
  void of(const events::ExecutionContinued&) { status(Status::continued_as_new); }
  void of(const events::ExecutionTimedOut&) { status(Status::timed_out); }

  void of(const events::TaskDelayed& event) { node(event.ref, "waiting", event.attempt); }
  void of(const events::TaskScheduled& event) {
    node(event.ref, event.queue.empty() ? "running" : "queued", event.attempt);
  }
  void of(const events::TaskStarted& event) { node(event.ref, "running", event.attempt); }
  void of(const events::TaskRequeued& event) { node(event.ref, "queued", event.attempt); }
  void of(const events::TaskCompleted& event) { node(event.ref, "completed", event.attempt); }
  void of(const events::TaskFailed& event) { node(event.ref, event.will_retry ? "retrying" : "failed", event.attempt); }
  void of(const events::TaskTimedOut& event) {
    node(event.ref, event.will_retry ? "retrying" : "failed", event.attempt);
  }
  void of(const events::TaskSkipped& event) { node(event.ref, "skipped", 0); }
  void of(const events::TaskCancelled& event) { node(event.ref, "cancelled", event.attempt); }
  void of(const events::TaskLoopStarted& event) { node(event.ref, "running", event.attempt); }
  void of(const events::TaskChildStarted& event) { node(event.ref, "running", event.attempt); }
  void of(const events::InteractionRequested& event) { node(event.ref, "waiting", 0); }
  void of(const events::InteractionCompleted& event) {
    if (event.approved) node(event.ref, "completed", 0);  // else task.failed follows
  }
  template <class Other>
  void of(const Other&) {}

  void append_instant(std::string& data, std::string_view member) const {
    data.append(",\"").append(member).append("\":\"");
    append_time(data, record_.time);
    data += "\"}";
  }
  void status(Status now) {
    std::string data = opening(record_.execution_id, now);
    append_instant(data, "timestamp");
    news_.push_back({"status", std::move(data)});
  }
  void node(std::string_view ref, std::string_view state, std::uint32_t attempt) {
    std::string data = "{\"node_id\":";
    append_json_string(data, ref);
    data.append(",\"status\":\"").append(state).append("\",\"attempt\":");
    data += attempt == 0 ? "null" : std::to_string(attempt);
    append_instant(data, "timestamp");
    news_.push_back({"node_update", std::move(data)});
  }

  const events::Record& record_;
  std::vector<Message> news_, log_;
};

// What a run came to, in the words of its row.
Message end_of(const ExecutionId& id, const projections::StatusRow& row) {
  const bool failed = row.status == Status::failed || row.status == Status::timed_out;
  const std::string_view shown = failed ? "error" : "result";
  std::string data = opening(id, row.status);
  JsonView(row.json).members([&](std::string_view member, const JsonView& value) {
    if (member != shown && member != "completed_at") return true;
    append_json_string(data += ',', member);
    append_on_one_line(data += ':', value.bytes());
    return true;
  });
  return {failed ? "error" : "completion", data += '}'};
}

}  // namespace

std::optional<LivePosition> parse_live_id(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto event_id = parse_unsigned(text.substr(0, dot));
  if (!event_id) return std::nullopt;
  if (dot == std::string_view::npos) return LivePosition{*event_id, 0};
  const auto message = parse_unsigned(text.substr(dot + 1));
  if (!message || *message > 1'000'000 || *event_id == 0) return std::nullopt;
  return LivePosition{*event_id - 1, static_cast<std::uint32_t>(*message + 1)};
}

void append_live_messages(std::string& out, const events::Record& record, std::span<const events::Record> rest,
                          const projections::StatusRow& row, std::uint32_t skip) {
  std::vector<Message> messages = Messages(record, rest).take();
  if (row.final && record.event_id == row.last_event_id) messages.push_back(end_of(record.execution_id, row));
  const std::string id = std::to_string(record.event_id);
  for (std::size_t i = skip; i < messages.size(); ++i) {
    out.append("id: ").append(id);
    if (i + 1 < messages.size()) out.append(".").append(std::to_string(i));
    out.append("\nevent: ").append(messages[i].kind).append("\ndata: ").append(messages[i].data).append("\n\n");
  }
}

}  // namespace reprise::http
