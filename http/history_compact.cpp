#include "http/history_compact.hpp"

#include <charconv>
#include <variant>

#include "events/json.hpp"
#include "events/json_time.hpp"
#include "http/history_events.hpp"

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
  void operator()(const events::TaskScheduled& task) const {
    auto& row = put(task.ref, "SCHEDULED");
    row.closed_at = Time{};
  }
  void operator()(const events::TaskStarted& task) const {
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
    row.type = "ACTIVITY_TASK_COMPLETED";
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
    if (const std::string_view type = history_type(event); !type.empty()) row.type = type;
    if (!of_loop) row.status = status;
    return row;
  }
  void failed(HistoryCompact::Row& row, bool will_retry, const std::string& ref) const {
    if (iteration(ref) != kNone) return;
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
  out.append(",\"action_input\":").append(action == nullptr ? "null" : action->args);
  out += ",\"action_result\":";
  append_result(out, row);
  out.append(",\"action_error\":").append(or_null(row.error));
  // The rows of a loop are merged into the first one.
  out.append(",\"child_wf_exec_id\":null,\"child_wf_count\":0,\"loop_index\":").append(row.loop ? "0" : "null");
  out += ",\"child_wf_wait_strategy\":null}";
}

void HistoryCompact::append_rows(std::string& out) const {
  for (const Row& row : rows_) {
    if (&row != &rows_.front()) out += ',';
    append_row(out, row);
  }
}

}  // namespace reprise::http
