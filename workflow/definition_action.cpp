#include "workflow/definition_action.hpp"

#include <algorithm>

#include "workflow/argument_check.hpp"
#include "workflow/child_workflow.hpp"
#include "workflow/definition_arguments.hpp"
#include "workflow/definition_builtin.hpp"
#include "workflow/definition_for_each.hpp"
#include "workflow/definition_interaction.hpp"
#include "workflow/definition_members.hpp"
#include "workflow/definition_template.hpp"
#include "workflow/wait_until.hpp"

namespace reprise::workflow {
namespace {

constexpr std::size_t kMostNameBytes = 200;
const Time kAnyTime = from_millis(1'700'000'000'000);  // whether a wait_until is understood does not depend on it

bool matches(std::string_view text, bool dots) {
  if (text.empty() || text.size() > kMostNameBytes) return false;
  return std::all_of(text.begin(), text.end(), [dots](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (dots && c == '.');
  });
}

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, kMostNameBytes)) + "'"; }

// "failing_action" -> "Failing action".
std::string in_words(std::string_view ref) {
  std::string out(ref);
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

void read_kind(const Members& members, TaskPlan& out) {
  const auto action = members.text("action");
  if (!action) {
    if (members.get("action") == nullptr) members.fault("action", "an action needs 'action', the name of what it does");
    return;
  }
  out.action = *action;
  if (!matches(*action, true)) {
    members.fault("action", "'action' must match ^[a-z0-9_.]+$, found " + shown(*action));
    return;
  }
  if (!action->starts_with("core.")) return;
  const BuiltIn* built_in = find_built_in(*action);
  if (built_in == nullptr) {
    std::string known;
    for (const BuiltIn& each : built_ins()) {
      known += (known.empty() ? "" : ", ") + std::string(each.action);
    }
    members.fault("action", "unknown built-in action " + shown(*action) + "; there are " + known);
    return;
  }
  out.kind = built_in->kind;
}

void read_queue(const Members& members, TaskPlan& out) {
  const auto queue = members.text("queue");
  if (out.kind == ActionKind::worker) out.queue = queue ? std::string(*queue) : "default";
  if (!queue) return;
  if (out.kind != ActionKind::worker) {
    members.fault("queue", "'queue' is for actions of workers; " + shown(out.action) + " runs inside the server");
  }
  const bool fine = !queue->empty() && queue->size() <= kMostNameBytes &&
                    std::all_of(queue->begin(), queue->end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (fine) return;
  members.fault("queue", "'queue' must be 1 to 200 printable ASCII characters without spaces, found " + shown(*queue));
}

void read_retry_policy(const Members& action, TaskPlan& out, FaultList& faults) {
  const JsonValue* object = action.object("retry_policy");
  if (object == nullptr) return;
  const Members members(*object, action.at("retry_policy"),
                        {"max_attempts", "timeout", "initial_interval", "backoff", "max_interval", "retry_until"},
                        faults);
  RetryPolicy& retry = out.retry;
  if (const auto n = members.count("max_attempts")) retry.max_attempts = *n;
  if (const auto t = members.milliseconds("timeout")) retry.timeout = Duration{*t};
  if (const auto t = members.milliseconds("initial_interval")) retry.initial_interval = Duration{*t};
  if (const auto t = members.milliseconds("max_interval")) retry.max_interval = Duration{*t};
  if (const auto n = members.number("backoff", 1)) retry.backoff = *n;
}

void compile_wait_until(const Members& members, const Names& names, TaskPlan& out, FaultList& faults) {
  const auto text = members.text("wait_until");
  if (!text) return;
  std::vector<TemplateFault> found;
  out.wait_until = std::make_unique<Template>(
      TemplateCompiler(names, found).compile(*members.get("wait_until"), members.at("wait_until")));
  if (found.empty() && out.wait_until->constant() && !resolve_wait_until(*text, kAnyTime)) {
    members.fault("wait_until", "'wait_until' must be " + std::string(kWaitUntilForms) + ", found " + shown(*text));
  }
  faults.add(std::move(found));
}

// What an action of the engine's own makes of its args is recorded; what goes to a worker or over HTTP is not.
bool takes_secrets(const TaskPlan& task) {
  return task.kind == ActionKind::worker || task.action == "core.http_request" || task.action == "core.http_poll";
}

void check_built_in_arguments(const Members& action, const JsonValue& args, const TaskPlan& task, FaultList& faults) {
  const BuiltIn* built_in = find_built_in(task.action);
  if (built_in != nullptr) check_arguments(*built_in, args, action.at("args"), faults);
}

// How a loop goes about its children: of the definition, or evaluated once when the loop begins.
void compile_child_loop(const JsonValue& args, const std::string& pointer, Names names, TaskPlan& out,
                        FaultList& faults) {
  out.child_loop = read_child_loop(args);
  JsonDocument computed;
  computed.root().SetObject();
  bool any = false;
  for (const std::string_view name : {"loop_strategy", "batch_size", "fail_strategy"}) {
    const JsonValue* value = find(args, name);
    if (value == nullptr) continue;
    any = any || (value->IsString() && holds_template(text_of(*value)));
    computed.root().AddMember(JsonValue(rapidjson::StringRef(name.data(), name.size())),
                              deep_copy(*value, computed.pool()), computed.pool());
  }
  if (!any) return;
  names.var_refusal = "var has no value here: how a loop goes about its children is settled before the first of them";
  std::vector<TemplateFault> found;
  out.child_loop_args = std::make_unique<Template>(TemplateCompiler(names, found).compile(computed.root(), pointer));
  faults.add(std::move(found));
}

}  // namespace

void read_action(const JsonValue& action, std::uint32_t task, TaskPlan& out, FaultList& faults) {
  const Members members(action, "/actions/" + std::to_string(task),
                        {"ref", "description", "action", "args", "depends_on", "interaction", "run_if", "for_each",
                         "retry_policy", "start_delay", "wait_until", "join_strategy", "queue"},
                        faults);
  if (const auto ref = members.text("ref")) {
    out.ref = *ref;
    out.title = in_words(*ref);
    if (!matches(*ref, false)) members.fault("ref", "'ref' must match ^[a-z0-9_]+$, found " + shown(*ref));
  } else if (members.get("ref") == nullptr) {
    members.fault("ref", "an action needs a 'ref', the name by which others refer to it");
  }
  if (const auto description = members.text("description")) out.description = *description;
  read_kind(members, out);
  read_queue(members, out);
  read_retry_policy(members, out, faults);
  if (const auto delay = members.milliseconds("start_delay")) out.start_delay = Duration{*delay};
  if (const auto join = members.text("join_strategy")) {
    out.join_any = *join == "any";
    if (*join != "any" && *join != "all") {
      members.fault("join_strategy", "'join_strategy' must be 'all' or 'any', found " + shown(*join));
    }
  }
}

void compile_action(const JsonValue& action, std::uint32_t task, const Graph& graph, const JsonValue* inputs,
                    Plan& plan, FaultList& faults) {
  TaskPlan& out = plan.tasks[task];
  const Members members(action, "/actions/" + std::to_string(task), faults);
  // `own`: whether the action may name itself, for what is evaluated once it has a result.
  const auto names_for = [&](bool own) {
    Names names;
    names.inputs = inputs;
    names.var_refusal = "var has values only in the args of an action with for_each";
    names.secrets_refusal = kSecretsRefusal;
    names.action = [&, own](std::string_view ref, std::uint32_t& other) -> std::string {
      const auto found = plan.by_ref.find(std::string(ref));
      if (found == plan.by_ref.end()) return "there is no action " + shown(ref);
      other = found->second;
      if (graph.cyclic() || graph.upstream(other, task) || (own && other == task)) return {};
      return shown(ref) + " is not upstream of '" + out.ref + "': its result is not known there";
    };
    return names;
  };
  const Names names = names_for(false);
  const Names own_names = names_for(true);
  out.for_each = compile_for_each(members, names, faults);
  if (!out.for_each.empty()) ++plan.loops;
  if (const JsonValue* args = members.object("args")) {
    Names of_args = names;
    if (members.get("for_each") != nullptr) of_args.var_refusal.clear();
    if (takes_secrets(out)) of_args.secrets_refusal.clear();
    std::vector<TemplateFault> found;
    out.args = TemplateCompiler(of_args, found).compile(*args, members.at("args"));
    const bool sound = found.empty();  // what is wrong anyway is said once
    faults.add(std::move(found));
    check_built_in_arguments(members, *args, out, faults);
    if (sound && out.kind == ActionKind::child && members.get("for_each") != nullptr) {
      compile_child_loop(*args, members.at("args"), names, out, faults);
    }
  } else if (members.get("args") == nullptr) {
    check_built_in_arguments(members, JsonValue(rapidjson::kObjectType), out, faults);
  }
  out.run_if = compile_single(members, "run_if", names, faults);
  compile_wait_until(members, names, out, faults);
  out.interaction = compile_interaction(members, names, own_names, faults);
  for (const std::string_view name : {"for_each", "interaction"}) {
    if (out.kind != ActionKind::goes_on || members.get(name) == nullptr) continue;
    members.fault(name, "'" + std::string(name) + "' has no place at " + out.action + ", which ends the run");
  }
  if (members.get("interaction") != nullptr && members.get("for_each") != nullptr) {
    members.fault("interaction", "'interaction' cannot stand together with 'for_each'");
  }
  if (members.get("interaction") != nullptr && out.kind == ActionKind::goes_on) {
    members.fault("interaction",
                  "'interaction' cannot stand at '" + out.action + "': the run has ended before it could ask");
  }
  if (out.action == "core.interact.response" && members.get("interaction") == nullptr) {
    members.fault("action", "'core.interact.response' needs an 'interaction', the question that it asks");
  }
  const JsonValue* retry = members.get("retry_policy");
  if (retry == nullptr || !retry->IsObject()) return;
  const Members policy(*retry, members.at("retry_policy"), faults);
  out.retry_until = compile_single(policy, "retry_until", own_names, faults);
}

}  // namespace reprise::workflow
