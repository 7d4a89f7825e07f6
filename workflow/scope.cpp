#include "workflow/scope.hpp"

#include <cstring>
#include <new>

#include "events/splitmix.hpp"

namespace reprise::workflow {

namespace {

JsonValue* fresh(JsonPool& pool) { return new (pool.Malloc(sizeof(JsonValue))) JsonValue(); }

// Of a text that lives as long as the scope, or a literal.
JsonValue borrowed(std::string_view text) {
  return JsonValue(rapidjson::StringRef(text.data(), static_cast<rapidjson::SizeType>(text.size())));
}
JsonValue copied(std::string_view text, JsonPool& pool) {
  return JsonValue(text.data(), static_cast<rapidjson::SizeType>(text.size()), pool);
}

// Python's name of the type of a JSON text, told by how it begins.
std::string_view type_name(std::string_view json) {
  switch (json.empty() ? 'n' : json.front()) {
    case '{': return "dict";
    case '[': return "list";
    case '"': return "str";
    case 't':
    case 'f': return "bool";
    case 'n': return "NoneType";
    default: return json.find_first_of(".eE") == std::string_view::npos ? "int" : "float";
  }
}

std::string_view type_name(const InteractionPlan& plan) {
  return plan.type == InteractionType::approval ? "approval" : "response";
}

// The value is shared, not copied: values in the pool are never changed or freed one by one. Null stays null.
void share(JsonValue& out, const JsonValue* value) {
  if (value == nullptr) return;
  out.~JsonValue();
  std::memcpy(static_cast<void*>(&out), static_cast<const void*>(value), sizeof out);
}

constexpr std::string_view kErrorTypename = "ActionErrorInfo";

bool present(const TaskState& task) {
  return task.status == TaskStatus::completed || (task.status == TaskStatus::failed && !task.unreachable);
}

}  // namespace

TurnMemory::TurnMemory() : buffer(new char[kBuffer]), pool(buffer.get(), kBuffer, kBuffer) {}

TurnScope::TurnScope(const State& state, Time now, TurnMemory& memory) : state_(state), now_(now), memory_(memory) {}

TurnMemory::Seen& TurnScope::seen(std::uint32_t task) const {
  if (memory_.seen.size() <= task) memory_.seen.resize(state_.tasks.size());
  TurnMemory::Seen& entry = memory_.seen[task];
  if (entry.turn != memory_.turn) entry = {memory_.turn, nullptr, nullptr};
  return entry;
}

const JsonValue* TurnScope::parse(const std::string& bytes) const {
  constexpr std::size_t kStack = 512;
  rapidjson::GenericDocument<rapidjson::UTF8<>, JsonPool> document(&memory_.pool, kStack);
  // As a terminated string: RapidJSON's stream for a given length is slower, and no JSON text holds a zero byte. The
  // recursive parser is faster as well; a short text cannot nest deeply enough to harm the stack.
  constexpr std::size_t kShort = 1024;
  constexpr unsigned kFlags = rapidjson::kParseFullPrecisionFlag;
  if (bytes.size() <= kShort) {
    document.Parse<kFlags>(bytes.c_str());
  } else {
    document.Parse<kFlags | rapidjson::kParseIterativeFlag>(bytes.c_str());
  }
  if (document.HasParseError()) return nullptr;
  JsonValue* value = fresh(memory_.pool);
  static_cast<JsonValue&>(document).Swap(*value);
  return value;
}

const JsonValue* TurnScope::action_result(std::uint32_t task) const {
  if (task >= state_.tasks.size() || !present(task) || state_.tasks[task].status == TaskStatus::failed) return nullptr;
  TurnMemory::Seen& entry = seen(task);
  if (entry.result == nullptr) entry.result = parse(state_.tasks[task].result.bytes);
  return entry.result;
}

const JsonValue* TurnScope::action(std::uint32_t task) const {
  if (task >= state_.tasks.size() || !present(task)) return nullptr;
  TurnMemory::Seen& entry = seen(task);
  if (entry.action != nullptr) return entry.action;
  const TaskState& of = state_.tasks[task];
  JsonPool& pool = memory_.pool;
  JsonValue* object = fresh(pool);
  object->SetObject();
  object->AddMember("result", JsonValue().Move(), pool);
  share(object->MemberBegin()->value, action_result(task));
  object->AddMember("result_typename", borrowed(type_name(of.result.bytes)), pool);
  if (of.status == TaskStatus::failed) {
    JsonValue error(rapidjson::kObjectType);
    error.AddMember("ref", borrowed(state_.plan->tasks[task].ref), pool);
    error.AddMember("message", copied(of.error_message, pool), pool);
    error.AddMember("type", copied(of.error_type, pool), pool);
    error.AddMember("expr_context", "ACTIONS", pool);
    error.AddMember("attempt", of.attempt, pool);
    object->AddMember("error", error, pool);
    object->AddMember("error_typename", borrowed(kErrorTypename), pool);
  }
  if (of.interaction) {
    object->AddMember("interaction", JsonValue().Move(), pool);
    const bool weighed = weighed_ != nullptr && weighed_task_ == task;
    const Json& data = of.interaction->data;
    share((object->MemberEnd() - 1)->value, weighed ? weighed_ : data.bytes.empty() ? nullptr : parse(data.bytes));
    const std::string id = reprise::to_string(interaction_uuid(state_.id, state_.plan->tasks[task].ref));
    object->AddMember("interaction_id", copied(id, pool), pool);
    object->AddMember("interaction_type", borrowed(type_name(*state_.plan->tasks[task].interaction)), pool);
  }
  entry.action = object;
  return object;
}

const JsonValue* TurnScope::trigger() const {
  if (trigger_ == nullptr) trigger_ = parse(state_.trigger.bytes);
  return trigger_;
}

const JsonValue* TurnScope::inputs() const { return &state_.plan->inputs.root(); }

const JsonValue* TurnScope::env() const {
  if (env_ != nullptr) return env_;
  JsonPool& pool = memory_.pool;
  JsonValue workflow(rapidjson::kObjectType);
  workflow.AddMember("start_time", copied(reprise::to_string(state_.started_at), pool), pool);
  workflow.AddMember("dispatch_type", "push", pool);
  workflow.AddMember("execution_id", copied(reprise::to_string(state_.id), pool), pool);
  workflow.AddMember("run_id", copied(reprise::to_string(run_id(state_)), pool), pool);
  workflow.AddMember("trigger_type", borrowed(events::name(state_.trigger_type)), pool);
  JsonValue* env = fresh(pool);
  env->SetObject();
  env->AddMember("workflow", workflow, pool);
  env->AddMember("environment", borrowed(state_.environment()), pool);
  env->AddMember("variables", JsonValue(rapidjson::kObjectType), pool);
  env_ = env;
  return env;
}

void TurnScope::bind(std::uint32_t iteration) {
  bound_ = iteration;
  vars_.assign(state_.plan->tasks[action_of(iteration)].for_each.size(), nullptr);
}

const JsonValue* TurnScope::var(std::string_view name) const {
  if (bound_ == kUnbound) return nullptr;
  const std::uint32_t action = action_of(bound_);
  const auto& variables = state_.plan->tasks[action].for_each;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (variables[v].name != name) continue;
    if (vars_[v] == nullptr) {
      vars_[v] = parse(std::string(state_.tasks[action].loop->items.value(v, iteration_of(bound_))));
    }
    return vars_[v];
  }
  return nullptr;
}

Time TurnScope::now() const { return now_; }

std::uint64_t TurnScope::random() const {
  return splitmix(splitmix(splitmix(state_.seed) ^ state_.next_event_id) ^ drawn_++);
}

void TurnScope::remember(std::uint32_t task, const JsonValue& result) { seen(task).result = &result; }

bool TurnScope::present(std::uint32_t task) const {
  return reprise::workflow::present(state_.tasks[task]) || (weighed_ != nullptr && weighed_task_ == task);
}

void TurnScope::of_interaction(std::uint32_t task, bool own) {
  interaction_ = nullptr;
  if (!own) return;
  JsonPool& pool = memory_.pool;
  const std::string& ref = state_.plan->tasks[task].ref;
  JsonValue* object = fresh(pool);
  object->SetObject();
  object->AddMember("interaction_id", copied(reprise::to_string(interaction_uuid(state_.id, ref)), pool), pool);
  object->AddMember("execution_id", copied(reprise::to_string(state_.id), pool), pool);
  object->AddMember("action_ref", borrowed(ref), pool);
  interaction_ = object;
}

void TurnScope::weigh(std::uint32_t task, const JsonValue* answer) {
  weighed_ = answer;
  weighed_task_ = task;
  seen(task).action = nullptr;
}

void append_context(std::string& out, const State& state) {
  out += "{\"ACTIONS\":{";
  bool first = true;
  for (std::size_t i = 0; i < state.tasks.size(); ++i) {
    const TaskState& task = state.tasks[i];
    if (!present(task)) continue;
    const std::string& ref = state.plan->tasks[i].ref;
    if (!first) out += ',';
    first = false;
    append_json_string(out, ref);
    out += ":{\"result\":";
    out += task.result.bytes.empty() ? std::string_view("null") : std::string_view(task.result.bytes);
    out += ",\"result_typename\":\"";
    out += type_name(task.result.bytes);
    out += '"';
    if (task.status == TaskStatus::failed) {
      out += ",\"error\":{\"ref\":";
      append_json_string(out, ref);
      out += ",\"message\":";
      append_json_string(out, task.error_message);
      out += ",\"type\":";
      append_json_string(out, task.error_type);
      out += ",\"expr_context\":\"ACTIONS\",\"attempt\":";
      out += std::to_string(task.attempt);
      out += "},\"error_typename\":\"";
      out += kErrorTypename;
      out += '"';
    }
    if (task.interaction) {
      const Json& data = task.interaction->data;
      out += ",\"interaction\":";
      out += data.bytes.empty() ? std::string_view("null") : std::string_view(data.bytes);
      out += ",\"interaction_id\":\"";
      append_uuid(out, interaction_uuid(state.id, ref));
      out += "\",\"interaction_type\":\"";
      out += type_name(*state.plan->tasks[i].interaction);
      out += '"';
    }
    out += '}';
  }
  out += "},\"INPUTS\":";
  reprise::append_json(out, state.plan->inputs.root());
  out += ",\"TRIGGER\":";
  out += state.trigger.bytes.empty() ? std::string_view("{}") : std::string_view(state.trigger.bytes);
  out += '}';
}

}  // namespace reprise::workflow
