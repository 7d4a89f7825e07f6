#include "workflow/state.hpp"

#include <optional>
#include <utility>

namespace reprise::workflow {

std::string_view name(Status status) {
  switch (status) {
    case Status::received: return "received";
    case Status::rejected: return "rejected";
    case Status::scheduled: return "scheduled";
    case Status::running: return "running";
    case Status::stopping: return "stopping";
    case Status::paused: return "paused";
    case Status::interrupted: return "interrupted";
    case Status::resuming: return "resuming";
    case Status::completed: return "completed";
    case Status::completed_with_error: return "completed with error";
    case Status::failed: return "failed";
    case Status::crashed: return "crashed";
    case Status::cancelled_by_user:
    case Status::cancelled_by_system: return "cancelled";
    case Status::terminated: return "terminated";
    case Status::timed_out: return "timed out";
    case Status::continued_as_new: return "continued as new";
  }
  return "unknown";
}

bool open(TaskStatus status) {
  return status == TaskStatus::delayed || status == TaskStatus::held || status == TaskStatus::queued ||
         status == TaskStatus::running || status == TaskStatus::looping || status == TaskStatus::answering;
}

std::string_view name(TaskStatus status) {
  switch (status) {
    case TaskStatus::waiting: return "waiting";
    case TaskStatus::delayed: return "delayed";
    case TaskStatus::held: return "held";
    case TaskStatus::queued: return "queued";
    case TaskStatus::running:
    case TaskStatus::looping: return "running";
    case TaskStatus::completed: return "completed";
    case TaskStatus::failed: return "failed";
    case TaskStatus::skipped: return "skipped";
    case TaskStatus::cancelled: return "cancelled";
    case TaskStatus::answering: return "answering";
  }
  return "unknown";
}

std::string_view name(EdgeStatus status) {
  switch (status) {
    case EdgeStatus::pending: return "pending";
    case EdgeStatus::visited: return "visited";
    case EdgeStatus::skipped: return "skipped";
  }
  return "unknown";
}

// Each value with the bytes' owner's mark, so that a value of an attempt that was taken back is not shown again.
struct State::Parsed {
  struct Value {
    std::uint32_t attempt = 0;
    std::optional<JsonDocument> document;
  };
  std::optional<JsonDocument> trigger;
  std::vector<Value> results;
};

State::State(ExecutionId execution, std::shared_ptr<const Plan> of) : id(execution), plan(std::move(of)) {
  tasks.resize(plan->tasks.size());
  edges.resize(plan->edges.size(), EdgeStatus::pending);
  unresolved = static_cast<std::uint32_t>(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].unresolved_in = static_cast<std::uint32_t>(plan->tasks[i].in_edges.size());
  }
}

State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

const JsonValue* State::trigger_value() const {
  if (trigger.bytes.empty()) return nullptr;
  if (!parsed_) parsed_ = std::make_unique<Parsed>();
  if (!parsed_->trigger) {
    auto document = parse_json(trigger.bytes);
    if (!document) return nullptr;
    parsed_->trigger = std::move(*document);
  }
  return &parsed_->trigger->root();
}

const JsonValue* State::result_value(std::uint32_t task) const {
  if (task >= tasks.size() || tasks[task].result.bytes.empty()) return nullptr;
  if (!parsed_) parsed_ = std::make_unique<Parsed>();
  parsed_->results.resize(tasks.size());
  Parsed::Value& value = parsed_->results[task];
  if (!value.document || value.attempt != tasks[task].attempt) {
    auto document = parse_json(tasks[task].result.bytes);
    if (!document) return nullptr;
    value.document = std::move(*document);
    value.attempt = tasks[task].attempt;
  }
  return &value.document->root();
}

const TaskState* State::find(std::uint32_t task) const {
  const std::uint32_t action = action_of(task);
  if (action >= tasks.size()) return nullptr;
  if (!is_iteration(task)) return &tasks[action];
  if (!tasks[action].loop) return nullptr;
  const auto& iterations = tasks[action].loop->iterations;
  const auto found = iterations.find(iteration_of(task));
  return found == iterations.end() ? nullptr : &found->second;
}

LoopState::Record State::last_result(std::uint32_t task) const {
  if (const TaskState* open_task = find(task)) return {open_task->last_attempt, open_task->last_delivery};
  const std::uint32_t action = action_of(task);
  if (action >= tasks.size() || !tasks[action].loop) return {};
  const auto& records = tasks[action].loop->records;
  const std::uint32_t iteration = iteration_of(task);
  return iteration < records.size() && records[iteration].delivery != 0 ? records[iteration] : LoopState::Record{};
}

Uuid run_id(const State& state) { return run_uuid(state.seed); }

}  // namespace reprise::workflow
