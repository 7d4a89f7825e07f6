#include "http/history_events.hpp"

#include <utility>
#include <variant>

#include "events/json.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {
namespace {

using namespace events;

struct TypeName {
  std::string_view operator()(const ExecutionStarted&) const { return "WORKFLOW_EXECUTION_STARTED"; }
  std::string_view operator()(const ExecutionCompleted&) const { return "WORKFLOW_EXECUTION_COMPLETED"; }
  std::string_view operator()(const ExecutionFailed&) const { return "WORKFLOW_EXECUTION_FAILED"; }
  std::string_view operator()(const ExecutionCancelled&) const { return "WORKFLOW_EXECUTION_CANCELED"; }
  std::string_view operator()(const ExecutionTerminated&) const { return "WORKFLOW_EXECUTION_TERMINATED"; }
  std::string_view operator()(const ExecutionTimedOut&) const { return "WORKFLOW_EXECUTION_TIMED_OUT"; }
  std::string_view operator()(const ExecutionContinued&) const { return "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"; }
  std::string_view operator()(const TaskScheduled&) const { return "ACTIVITY_TASK_SCHEDULED"; }
  std::string_view operator()(const TaskStarted&) const { return "ACTIVITY_TASK_STARTED"; }
  // Of a loop: its iterations were the activities.
  std::string_view operator()(const TaskCompleted& event) const {
    return event.result.bytes.empty() ? "" : "ACTIVITY_TASK_COMPLETED";
  }
  std::string_view operator()(const TaskFailed&) const { return "ACTIVITY_TASK_FAILED"; }
  std::string_view operator()(const TaskTimedOut&) const { return "ACTIVITY_TASK_TIMED_OUT"; }
  std::string_view operator()(const TaskCancelled&) const { return "ACTIVITY_TASK_CANCELED"; }
  std::string_view operator()(const InteractionAnswered&) const { return "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"; }
  std::string_view operator()(const InteractionCompleted&) const { return "WORKFLOW_EXECUTION_UPDATE_COMPLETED"; }
  // Delays, skips, log lines, deliveries and pauses: that surface's history knows nothing like them.
  template <class Other>
  std::string_view operator()(const Other&) const {
    return {};
  }
};

// Whose attempt the event is of.
struct Attempt {
  std::string_view ref;
  std::uint32_t attempt = 0;
};
struct AttemptOf {
  Attempt operator()(const TaskScheduled& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskStarted& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskCompleted& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskFailed& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskTimedOut& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskCancelled& event) const { return {event.ref, event.attempt}; }
  Attempt operator()(const TaskChildStarted& event) const { return {event.ref, event.attempt}; }
  template <class Other>
  Attempt operator()(const Other&) const {
    return {};
  }
};

std::string_view result_of(const Event& event) {
  if (const auto* task = std::get_if<TaskCompleted>(&event)) return task->result.bytes;
  if (const auto* run = std::get_if<ExecutionCompleted>(&event)) return run->result.bytes;
  if (const auto* answer = std::get_if<InteractionCompleted>(&event)) return answer->data.bytes;
  return {};
}

void append_failure(std::string& out, std::string_view message, std::string_view cause) {
  out += "{\"message\":";
  append_json_string(out, message);
  out.append(",\"cause\":").append(cause).append("}");
}

struct AppendFailure {
  std::string& out;

  void operator()(const ExecutionFailed& event) const {
    std::string cause = "{\"type\":";
    append_json_string(cause, event.type);
    cause += ",\"ref\":";
    if (event.ref.empty()) {
      cause += "null";
    } else {
      append_json_string(cause, event.ref);
    }
    append_failure(out, event.message, cause += '}');
  }
  void operator()(const TaskFailed& event) const {
    task(event.message, event.type, event.ref, event.attempt, event.retryable, event.will_retry);
  }
  void operator()(const TaskTimedOut& event) const {
    task("The attempt was not finished within its timeout", "TimeoutError", event.ref, event.attempt, true,
         event.will_retry);
  }
  void operator()(const ExecutionTimedOut&) const {
    append_failure(out, "The execution was not finished within its timeout", "null");
  }
  void operator()(const ExecutionCancelled& event) const { reason(event.reason); }
  void operator()(const ExecutionTerminated& event) const { reason(event.reason); }
  template <class Other>
  void operator()(const Other&) const {
    out += "null";
  }

 private:
  void task(std::string_view message, std::string_view type, std::string_view ref, std::uint32_t attempt,
            bool retryable, bool will_retry) const {
    std::string cause = "{\"type\":";
    append_json_string(cause, type);
    cause += ",\"ref\":";
    append_json_string(cause, ref);
    cause.append(",\"attempt\":").append(std::to_string(attempt));
    cause.append(",\"retryable\":").append(retryable ? "true" : "false");
    cause.append(",\"will_retry\":").append(will_retry ? "true" : "false").append("}");
    append_failure(out, message, cause);
  }
  void reason(std::string_view text) const {
    if (text.empty()) {
      out += "null";
    } else {
      append_failure(out, text, "null");
    }
  }
};

void append_seconds(std::string& out, Duration time) {
  if (time.count() <= 0) {
    out += "null";
    return;
  }
  out += std::to_string(time.count() / 1000);
  const auto fraction = static_cast<unsigned>(time.count() % 1000);
  if (fraction != 0) out.append(".").append(std::to_string(1000 + fraction).substr(1));
}

}  // namespace

std::string_view history_type(const Event& event) { return std::visit(TypeName{}, event); }

void append_failure_of(std::string& out, const Event& event) { std::visit(AppendFailure{out}, event); }

void HistoryEvents::skip(std::uint64_t event_id, const Event& event) {
  open(event_id, event);
  close(event);
}

void HistoryEvents::open(std::uint64_t event_id, const Event& event) {
  if (std::holds_alternative<ExecutionTerminated>(event)) terminated_ = true;
  if (const auto* answer = std::get_if<InteractionAnswered>(&event)) {
    answered_[{answer->ref, answer->user}] = event_id;
  }
  if (const auto* child = std::get_if<TaskChildStarted>(&event)) {
    const auto found = scheduled_.find(child->ref);
    if (found != scheduled_.end() && found->second.child) found->second.child->began(*child, groups_.ids().workspace);
    return;
  }
  const auto* scheduled = std::get_if<TaskScheduled>(&event);
  if (scheduled == nullptr) return;
  Scheduled opened{event_id, scheduled->attempt};
  const HistoryGroups::Action* action = groups_.find(scheduled->ref);
  if (action != nullptr && action->child) {
    opened.child = std::make_shared<ChildCall>(*scheduled, groups_);
    opened.child->set_title(title(opened.child->workflow()));
  }
  scheduled_.insert_or_assign(scheduled->ref, std::move(opened));
}

std::string HistoryEvents::title(const std::string& workflow) {
  if (const auto known = titles_.find(workflow); known != titles_.end()) return known->second;
  constexpr std::size_t kMost = 1'000;  // a loop may call as many workflows as it has iterations
  if (!title_of_ || titles_.size() >= kMost) return workflow;
  return titles_.emplace(workflow, title_of_(workflow)).first->second;
}

std::string_view HistoryEvents::type_of(const Event& event) const {
  const std::string_view ref = std::visit(AttemptOf{}, event).ref;
  const HistoryGroups::Action* action = ref.empty() ? nullptr : groups_.find(ref);
  if (action == nullptr || !action->child) return history_type(event);
  const auto scheduled = scheduled_.find(ref);
  // Of a loop the iterations have children, not the action itself.
  if (scheduled == scheduled_.end() && std::holds_alternative<TaskCancelled>(event)) return {};
  const bool detached = scheduled != scheduled_.end() && scheduled->second.child && scheduled->second.child->detached();
  return child_history_type(event, detached, terminated_);
}

// An iteration that has ended is not heard of again, and there may be many.
void HistoryEvents::close(const Event& event) {
  const bool ends = std::holds_alternative<TaskCompleted>(event) || std::holds_alternative<TaskFailed>(event) ||
                    std::holds_alternative<TaskTimedOut>(event) || std::holds_alternative<TaskCancelled>(event);
  if (!ends) return;
  const std::string_view ref = std::visit(AttemptOf{}, event).ref;
  if (!ref.ends_with(']')) return;
  if (const auto found = scheduled_.find(ref); found != scheduled_.end()) scheduled_.erase(found);
}

// Built at the answer that is accepted, repeated where it completes the interaction.
bool HistoryEvents::append_answer_group_of(std::string& out, const Record& record) const {
  const auto append = [&](const std::string& ref, std::uint64_t event_id, const Json& data, std::string_view result) {
    const HistoryGroups::Action* action = groups_.find(ref);
    if (action == nullptr || action->answer.empty()) return false;
    const auto scheduled = scheduled_.find(ref);
    append_answer_group(out, *action, event_id, scheduled == scheduled_.end() ? 1 : scheduled->second.attempt,
                        data.bytes, result);
    return true;
  };
  if (const auto* answer = std::get_if<InteractionAnswered>(&record.event)) {
    return append(answer->ref, record.event_id, answer->data, {});
  }
  const auto* completed = std::get_if<InteractionCompleted>(&record.event);
  if (completed == nullptr) return false;
  const auto accepted = answered_.find({completed->ref, completed->user});
  return append(completed->ref, accepted == answered_.end() ? record.event_id : accepted->second, completed->data,
                completed->data.bytes);
}

// A failure before anything was scheduled (an expression fails, a task cannot be reached) opens its group itself.
void HistoryEvents::append_group_of(std::string& out, const Record& record) const {
  if (append_answer_group_of(out, record)) return;
  const Attempt of = std::visit(AttemptOf{}, record.event);
  const HistoryGroups::Action* action = of.attempt == 0 ? nullptr : groups_.find(of.ref);
  if (action == nullptr) {
    out += "null";
    return;
  }
  const auto scheduled = scheduled_.find(of.ref);
  const bool known = scheduled != scheduled_.end() && scheduled->second.attempt == of.attempt;
  if (known && scheduled->second.child) {
    return scheduled->second.child->append_group(out, *action, scheduled->second.event_id, of.attempt,
                                                 result_of(record.event));
  }
  append_group(out, *action, known ? scheduled->second.event_id : record.event_id, of.attempt, result_of(record.event));
}

bool HistoryEvents::append(std::string& out, const Record& record) {
  open(record.event_id, record.event);
  const std::string_view type = type_of(record.event);
  if (type.empty()) return false;
  const std::string_view result = result_of(record.event);
  out.append("{\"event_id\":").append(std::to_string(record.event_id)).append(",\"event_time\":\"");
  append_time(out, record.time);
  out.append("\",\"event_type\":\"").append(type).append("\",\"task_id\":").append(std::to_string(record.position));
  out += ",\"event_group\":";
  append_group_of(out, record);
  close(record.event);
  out += ",\"failure\":";
  append_failure_of(out, record.event);
  out.append(",\"result\":").append(result.empty() ? "null" : result).append(",\"role\":");
  const auto* started = std::get_if<ExecutionStarted>(&record.event);
  if (started != nullptr) {
    append_role(out, record.principal.user, record.principal.workspace, started->trigger);
  } else {
    out += "null";
  }
  out += ",\"parent_wf_exec_id\":";
  append_parent(out, started != nullptr ? groups_.ids() : RunIds{});
  out += ",\"workflow_timeout\":";
  append_seconds(out, started != nullptr ? started->timeout : Duration{0});
  out += '}';
  return true;
}

}  // namespace reprise::http
