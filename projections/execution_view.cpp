#include "projections/execution_view.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>
#include <variant>

#include "events/json_time.hpp"
#include "projections/log_lines.hpp"
#include "projections/queries.hpp"

namespace reprise::projections {

// What each event changes in the view.
struct Folding {
  ExecutionView& view;
  const events::Chunk& chunk;

  void operator()(const events::ExecutionStarted& event) {
    view.workflow_id = event.workflow_id;
    view.workflow_version = event.workflow_version;
    view.user = chunk.principal.user;
    view.workspace = chunk.principal.workspace;
    view.started_at = chunk.time;
    view.timeout_ = event.timeout;
    view.status = Status::running;
    if (event.idempotency_key.empty()) return;
    view.idempotency_ = std::make_shared<const ExecutionView::IdempotencyRow>(ExecutionView::IdempotencyRow{
        idempotency_key(view.workspace, view.user, event.idempotency_key),
        idempotency_value({idempotency_body_hash(event.workflow_id, event.inputs.bytes), view.id})});
  }
  void operator()(const events::ExecutionCompleted& event) {
    end(Status::completed);
    view.result = event.result;
  }
  void operator()(const events::ExecutionFailed& event) {
    end(Status::failed);
    view.error.clear();
    append_failure(view.error, event);
  }
  void operator()(const events::ExecutionCancelled&) { end(Status::cancelled_by_user); }
  void operator()(const events::ExecutionTerminated&) { end(Status::terminated); }
  void operator()(const events::ExecutionTimedOut&) {
    end(Status::timed_out);
    view.error = "execution timed out after ";
    append_seconds(view.error, view.timeout_);
  }
  void operator()(const events::ExecutionContinued&) { end(Status::continued_as_new); }
  void operator()(const events::ExecutionPaused&) { view.status = Status::paused; }
  void operator()(const events::ExecutionResumed&) { view.status = Status::running; }

  void operator()(const events::TaskDelayed& event) { open(event.ref); }
  void operator()(const events::TaskScheduled& event) { open(event.ref); }
  void operator()(const events::TaskCompleted& event) { close(event.ref); }
  void operator()(const events::TaskFailed& event) {
    if (!event.will_retry) close(event.ref);
  }
  void operator()(const events::TaskTimedOut& event) {
    if (!event.will_retry) close(event.ref);
  }
  void operator()(const events::TaskSkipped& event) { close(event.ref); }
  void operator()(const events::TaskLoopStarted& event) { open(event.ref); }
  void operator()(const events::InteractionRequested& event) { open(event.ref); }
  void operator()(const events::InteractionCompleted& event) { close(event.ref); }
  void operator()(const events::TaskCancelled& event) { close(event.ref); }

  // The rest change no member of the view but its log counters.
  template <class Other>
  void operator()(const Other&) {}

 private:
  void end(Status status) {
    view.status = status;
    view.completed_at = chunk.time;
    view.open_.clear();
  }
  // An iteration of a loop is not a node: its action is.
  static bool iteration(const std::string& ref) { return !ref.empty() && ref.back() == ']'; }
  void open(const std::string& ref) {
    if (iteration(ref)) return;
    auto& nodes = view.open_;
    if (!nodes.empty() && nodes.back() == ref) return;
    const auto place = std::find(nodes.begin(), nodes.end(), ref);
    if (place == nodes.end()) {
      nodes.push_back(ref);
    } else {
      std::rotate(place, place + 1, nodes.end());
    }
  }
  void close(const std::string& ref) {
    if (iteration(ref)) return;
    auto& nodes = view.open_;
    const auto place = std::find(nodes.rbegin(), nodes.rend(), ref);
    if (place != nodes.rend()) nodes.erase(place.base() - 1);
  }
};

void ExecutionView::fold(const events::Chunk& chunk) {
  const std::span<const events::Event> events(chunk.events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::visit(Folding{*this, chunk}, events[i]);
    interactions.fold(events[i], chunk.time);
    lines_of(events[i], chunk.time, events.subspan(i + 1),
             [this](Time, events::LogLevel level, std::string_view ref, std::string_view message) {
               ++log_lines;
               log_bytes += line_json_size(level, ref, message);
             });
  }
  last_event_id += events.size();
  if (open_.empty()) {
    current_node.clear();
  } else {
    current_node = open_.back();
  }
}

namespace {

void append_nullable(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

}  // namespace

void ExecutionView::append_status_json(std::string& out) const {
  out.reserve(out.size() + 256 + result.bytes.size() + error.size());
  out += R"({"execution_id":")";
  append_uuid(out, id);
  out += R"(","workflow_id":)";
  append_json_string(out, workflow_id);
  out += R"(,"status":")";
  out += workflow_api_name(status);
  out += R"(","current_node":)";
  append_nullable(out, current_node);
  out += R"(,"result":)";
  out += result.bytes.empty() ? std::string_view("null") : std::string_view(result.bytes);
  out += R"(,"error":)";
  append_nullable(out, error);
  out += R"(,"started_at":)";
  append_json_time(out, started_at);
  out += R"(,"completed_at":)";
  append_json_time(out, completed_at);
  out += '}';
}

}  // namespace reprise::projections
