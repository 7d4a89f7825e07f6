#include "http/history_compact.hpp"

#include <charconv>
#include <variant>

#include "events/json.hpp"
#include "events/json_time.hpp"
#include "http/history_children.hpp"
#include "http/history_events.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {
namespace {

std::string_view or_null(std::string_view json) { return json.empty() ? std::string_view("null") : json; }

}  // namespace

struct CompactFolding {
  HistoryCompact& all;
  std::uint64_t event_id;
  Time time;
  const events::Event& event;

  void operator()(const events::TaskLoopStarted& task) const {
    auto& row = put(task.ref, "STARTED");
    row.type = "ACTIVITY_TASK_SCHEDULED";
    row.closed_at = Time{};
    row.loop = true;
    row.results.assign(task.iterations, {});
    row.result.clear();
    row.error.clear();
  }
  void operator()(const events::TaskLoopPolicy& policy) const {
    all.row_of(policy.ref, event_id, time).isolated = policy.isolated;
  }
  void operator()(const events::TaskScheduled& task) const {
    auto& row = put(task.ref, "SCHEDULED");
    row.closed_at = Time{};
    if (!row.child || (iteration(task.ref) != kNone && !row.child_id.empty())) return;
    const ChildCall call(task, all.groups_);
    row.detached = call.detached();
    row.child_id = call.execution();
    row.child_input = call.trigger_inputs();
  }
  void operator()(const events::TaskChildStarted& task) const {
    auto& row = put(task.ref, "STARTED");
    if (row.started_at == Time{}) row.started_at = time;
    if (const std::size_t at = iteration(task.ref); at != kNone && at != 0) return;
    const auto id = parse_uuid(task.execution_id);
    if (!id) return;
    row.child_id.clear();
    append_run_id(row.child_id, workflow_uuid(all.groups_.ids().workspace, task.workflow_id), *id);
  }
  void operator()(const events::TaskStarted& task) const {
    if (const auto* action = all.groups_.find(task.ref); action != nullptr && action->child) return;
    auto& row = put(task.ref, "STARTED");
    if (row.started_at == Time{}) row.started_at = time;
  }
  void operator()(const events::TaskRequeued& task) const {
    auto& row = put(task.ref, "SCHEDULED");
    row.type = "ACTIVITY_TASK_SCHEDULED";
  }
  void operator()(const events::TaskCompleted& task) const {
    auto& row = put(task.ref, "COMPLETED");
    if (const std::size_t at = iteration(task.ref); at != kNone) {
      if (at < row.results.size()) row.results[at] = task.result.bytes;
      return;
    }
    if (row.child) {
      row.type = row.detached ? "CHILD_WORKFLOW_EXECUTION_STARTED" : "CHILD_WORKFLOW_EXECUTION_COMPLETED";
      if (row.detached) row.status = "DETACHED";
    } else {
      row.type = "ACTIVITY_TASK_COMPLETED";
    }
    row.closed_at = time;
    row.result = task.result.bytes;
    row.error.clear();
  }
  // One that is tried again is open still: clients take FAILED for the end.
  void operator()(const events::TaskFailed& task) const {
    failed(put(task.ref, task.will_retry ? "SCHEDULED" : "FAILED"), task.will_retry, task.ref);
  }
  void operator()(const events::TaskTimedOut& task) const {
    failed(put(task.ref, task.will_retry ? "SCHEDULED" : "TIMED_OUT"), task.will_retry, task.ref);
  }
  void operator()(const events::TaskCancelled& task) const {
    auto& row = put(task.ref, all.terminated_ ? "TERMINATED" : "CANCELED");
    if (iteration(task.ref) == kNone) row.closed_at = time;
  }
  // The row is open until people have answered.
  void operator()(const events::InteractionRequested& asked) const { put(asked.ref, "STARTED").closed_at = Time{}; }
  void operator()(const events::InteractionAnswered& answer) const {
    auto& row = all.row_of(answer.ref, event_id, time);
    row.type = history_type(event);
  }
  void operator()(const events::InteractionCompleted& answered) const {
    put(answered.ref, answered.approved ? "COMPLETED" : "STARTED").closed_at = answered.approved ? time : Time{};
  }
  void operator()(const events::ExecutionTerminated&) const { all.terminated_ = true; }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  // As the loop's result has it (workflow/apply_loop.cpp).
  std::string isolated_result() const {
    const auto* failure = std::get_if<events::TaskFailed>(&event);
    std::string out = "{\"is_error\":true,\"type\":";
    append_json_string(out, failure == nullptr ? std::string_view("TimeoutError") : std::string_view(failure->type));
    out += ",\"message\":";
    append_json_string(out, failure == nullptr ? std::string_view("The attempt was not finished within its timeout")
                                               : std::string_view(failure->message));
    return out += '}';
  }

  static constexpr std::size_t kNone = std::size_t(-1);

  // Of "ref[3]", 3. The events are the engine's own: what stands in the brackets is a number.
  static std::size_t iteration(const std::string& ref) {
    if (ref.empty() || ref.back() != ']') return kNone;
    std::size_t number = 0;
    std::from_chars(ref.data() + ref.find('[') + 1, ref.data() + ref.size() - 1, number);
    return number;
  }

  // An iteration's events show in its action's row, whose status they leave alone: the loop is open until its own end.
  HistoryCompact::Row& put(const std::string& ref, std::string_view status) const {
    const bool of_loop = iteration(ref) != kNone;
    auto& row = all.row_of(of_loop ? ref.substr(0, ref.find('[')) : ref, event_id, time);
    const std::string_view type =
        row.child ? child_history_type(event, row.detached, all.terminated_) : history_type(event);
    if (!type.empty()) row.type = type;
    if (!of_loop) row.status = status;
    return row;
  }
  void failed(HistoryCompact::Row& row, bool will_retry, const std::string& ref) const {
    if (const std::size_t at = iteration(ref); at != kNone) {
      const auto* action = all.groups_.find(ref);
      if (will_retry || at >= row.results.size() || action == nullptr) return;
      if (!row.isolated.value_or(action->isolated)) return;
      row.results[at] = isolated_result();
      return;
    }
    row.closed_at = will_retry ? Time{} : time;
    row.result.clear();
    row.error.clear();
    append_failure_of(row.error, event);
  }
};

HistoryCompact::Row& HistoryCompact::row_of(const std::string& ref, std::uint64_t event_id, Time time) {
  if (const auto found = by_ref_.find(ref); found != by_ref_.end()) return *found->second;
  Row& row = rows_.emplace_back();
  row.ref = ref;
  row.source_event_id = event_id;
  row.scheduled_at = time;
  const HistoryGroups::Action* action = groups_.find(ref);
  row.child = action != nullptr && action->child;
  by_ref_.emplace(ref, &row);
  return row;
}

void HistoryCompact::fold(std::uint64_t event_id, Time time, const events::Event& event) {
  std::visit(CompactFolding{*this, event_id, time, event}, event);
}

void HistoryCompact::append_result(std::string& out, const Row& row) {
  if (!row.loop) {
    out += or_null(row.result);
    return;
  }
  out += '[';
  for (std::size_t i = 0; i < row.results.size(); ++i) {
    if (i != 0) out += ',';
    out += or_null(row.results[i]);
  }
  out += ']';
}

void HistoryCompact::append_row(std::string& out, const Row& row) const {
  const HistoryGroups::Action* action = groups_.find(row.ref);
  out.append("{\"source_event_id\":").append(std::to_string(row.source_event_id)).append(",\"schedule_time\":");
  append_json_time(out, row.scheduled_at);
  out += ",\"start_time\":";
  append_json_time(out, row.started_at);
  out += ",\"close_time\":";
  append_json_time(out, row.closed_at);
  out.append(",\"curr_event_type\":\"").append(row.type).append("\",\"status\":\"").append(row.status);
  out += "\",\"action_name\":";
  append_json_string(out, action == nullptr ? std::string_view() : std::string_view(action->key));
  out += ",\"action_ref\":";
  append_json_string(out, row.ref);
  out.append(",\"action_input\":");
  if (row.child_input.empty()) {
    out += action == nullptr ? "null" : action->args;
  } else {
    out += row.child_input;
  }
  out += ",\"action_result\":";
  append_result(out, row);
  out.append(",\"action_error\":").append(or_null(row.error));
  // The rows of a loop are merged into the first one.
  out += ",\"child_wf_exec_id\":";
  if (row.child_id.empty()) {
    out += "null";
  } else {
    out.append("\"").append(row.child_id).append("\"");
  }
  const std::size_t merged = row.child && row.results.size() > 1 ? row.results.size() - 1 : 0;
  out.append(",\"child_wf_count\":").append(std::to_string(merged));
  out.append(",\"loop_index\":").append(row.loop ? "0" : "null");
  out += ",\"child_wf_wait_strategy\":";
  out += !row.child ? "null}" : row.detached ? "\"detach\"}" : "\"wait\"}";
}

void HistoryCompact::append_rows(std::string& out) const {
  for (const Row& row : rows_) {
    if (&row != &rows_.front()) out += ',';
    append_row(out, row);
  }
}

}  // namespace reprise::http
