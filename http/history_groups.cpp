#include "http/history_groups.hpp"

#include <cmath>
#include <utility>

#include "events/json.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {
namespace {

// The value of a member as JSON; `fallback` where it is absent or null: a definition says what differs from these.
std::string value_or(const JsonValue& object, std::string_view name, std::string_view fallback) {
  const JsonValue* value = find(object, name);
  if (value == nullptr || value->IsNull()) return std::string(fallback);
  return to_json(*value);
}

// "failing_action" becomes "Failing action".
std::string in_words(std::string_view ref) {
  std::string words(ref);
  for (char& c : words) {
    if (c == '_') c = ' ';
  }
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_json_string(out, text);
}

void append_member(std::string& out, std::string_view name, std::string_view json) {
  out.append(",\"").append(name).append("\":").append(json);
}

std::string retry_policy_of(const JsonValue& action) {
  const JsonValue* given = find(action, "retry_policy");
  const JsonValue nothing(rapidjson::kObjectType);
  const JsonValue& policy = given != nullptr && given->IsObject() ? *given : nothing;
  std::string timeout = "300";
  if (const JsonValue* seconds = find(policy, "timeout"); seconds != nullptr && seconds->IsNumber()) {
    timeout = std::to_string(std::llround(std::ceil(seconds->GetDouble())));  // clients read an integer
  }
  std::string out = "{\"max_attempts\":" + value_or(policy, "max_attempts", "1");
  append_member(out, "timeout", timeout);
  append_member(out, "retry_until", value_or(policy, "retry_until", "null"));
  return out += '}';
}

std::string task_of(const JsonValue& action, const std::string& retry_policy) {
  std::string out = "{\"ref\":" + value_or(action, "ref", "\"\"");
  append_member(out, "description", value_or(action, "description", "\"\""));
  append_member(out, "action", value_or(action, "action", "\"\""));
  append_member(out, "args", value_or(action, "args", "{}"));
  append_member(out, "depends_on", value_or(action, "depends_on", "[]"));
  for (const std::string_view name : {"interaction", "run_if", "for_each"}) {
    append_member(out, name, value_or(action, name, "null"));
  }
  append_member(out, "retry_policy", retry_policy);
  append_member(out, "start_delay", value_or(action, "start_delay", "0"));
  append_member(out, "wait_until", value_or(action, "wait_until", "null"));
  append_member(out, "join_strategy", value_or(action, "join_strategy", "\"all\""));
  return out += '}';
}

std::string run_context_of(const JsonValue& definition, const RunIds& ids) {
  std::string out = "{\"wf_id\":\"";
  append_workflow_id(out, ids.workflow);
  out += "\",\"wf_exec_id\":\"";
  append_run_id(out, ids.workflow, ids.execution);
  out += "\",\"wf_run_id\":\"";
  append_uuid(out, ids.run);
  out += '"';
  const JsonValue* config = find(definition, "config");
  if (!ids.environment.empty()) {
    append_text_member(out, "environment", ids.environment);
  } else {
    append_member(out, "environment",
                  config == nullptr ? "\"default\"" : value_or(*config, "environment", "\"default\""));
  }
  return out += '}';
}

std::string text_or_empty(const JsonValue& action, std::string_view name) {
  const JsonValue* value = find(action, name);
  return value != nullptr && value->IsString() ? std::string(text_of(*value)) : std::string();
}

// {"interaction_id", "execution_id", "action_ref": what FN.get_interaction() gives, with the id as it is printed here.
// Not closed.
std::string interaction_of(std::string_view ref, const RunIds& ids) {
  std::string out = "{\"interaction_id\":\"";
  append_uuid(out, interaction_uuid(ids.execution, ref));
  out += "\",\"execution_id\":\"";
  append_run_id(out, ids.workflow, ids.execution);
  out += '"';
  append_text_member(out, "action_ref", ref);
  return out;
}

HistoryGroups::Action action_of(const JsonValue& action, const RunIds& ids, const std::string& run_context) {
  HistoryGroups::Action out;
  out.key = text_or_empty(action, "action");
  out.args = value_or(action, "args", "{}");
  const std::string ref = text_or_empty(action, "ref");
  const std::string retry_policy = retry_policy_of(action);

  const std::string_view key = out.key;
  const std::size_t dot = key.rfind('.');
  std::string& description = out.description;
  append_text_member(description, "udf_namespace", dot == std::string_view::npos ? "" : key.substr(0, dot));
  append_text_member(description, "udf_name", dot == std::string_view::npos ? key : key.substr(dot + 1));
  append_text_member(description, "udf_key", key);
  append_member(description, "action_id", "null");  // an action has no id but its ref
  append_text_member(description, "action_ref", ref);
  append_text_member(description, "action_title", in_words(ref));
  append_text_member(description, "action_description", text_or_empty(action, "description"));
  description += ",\"action_input\":{\"task\":";
  description += task_of(action, retry_policy);
  // Results are at the events that brought them: repeating them all at each event would square a history's size.
  description.append(",\"exec_context\":{},\"run_context\":").append(run_context);
  const JsonValue* asks = find(action, "interaction");
  if (asks != nullptr && asks->IsObject()) {
    description.append(",\"interaction_context\":").append(interaction_of(ref, ids)).append("}}");
    append_text_member(out.answer, "udf_namespace", "core.interact");
    append_text_member(out.answer, "udf_name", "response");
    append_text_member(out.answer, "udf_key", "core.interact.response");
    append_member(out.answer, "action_id", "null");
    append_text_member(out.answer, "action_ref", ref);
    append_text_member(out.answer, "action_title", in_words(ref));
    append_text_member(out.answer, "action_description", text_or_empty(action, "description"));
    out.answer.append(",\"action_input\":").append(interaction_of(ref, ids)).append(",\"data\":");
  } else {
    description += ",\"interaction_context\":null}";
  }

  append_member(out.schedule, "retry_policy", retry_policy);
  append_member(out.schedule, "start_delay", value_or(action, "start_delay", "0"));
  append_member(out.schedule, "join_strategy", value_or(action, "join_strategy", "\"all\""));
  out.child = out.key == "core.workflow.execute";
  const JsonValue* args = find(action, "args");
  const bool all = args != nullptr && args->IsObject() && value_or(*args, "fail_strategy", "null") == "\"all\"";
  out.isolated = out.child && !all && find(action, "for_each") != nullptr;
  return out;
}

}  // namespace

void append_parent(std::string& out, const RunIds& ids) {
  if (ids.parent.empty()) {
    out += "null";
  } else {
    out.append("\"").append(ids.parent).append("\"");
  }
}

Expected<HistoryGroups> HistoryGroups::of(std::string_view canonical, const RunIds& ids) {
  const auto definition = parse_json(canonical);
  if (!definition) return fail(errc::corrupt, "a stored definition is no JSON: " + definition.error().detail);
  HistoryGroups groups;
  groups.ids_ = ids;
  const JsonValue* actions = reprise::find(definition->root(), "actions");
  if (actions == nullptr || !actions->IsArray()) return groups;
  groups.run_context_ = run_context_of(definition->root(), ids);
  for (const JsonValue& action : actions->GetArray()) {
    groups.actions_.emplace(text_or_empty(action, "ref"), action_of(action, ids, groups.run_context_));
  }
  return groups;
}

const HistoryGroups::Action* HistoryGroups::find(std::string_view ref) const {
  const auto found = actions_.find(ref.substr(0, ref.find('[')));
  return found == actions_.end() ? nullptr : &found->second;
}

std::vector<std::string> HistoryGroups::asking() const {
  std::vector<std::string> refs;
  for (const auto& [ref, action] : actions_) {
    if (!action.answer.empty()) refs.push_back(ref);
  }
  return refs;
}

void append_answer_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id,
                         std::uint32_t attempt, std::string_view data, std::string_view result) {
  out.append("{\"event_id\":").append(std::to_string(event_id)).append(action.answer).append(data).append("}");
  out.append(",\"action_result\":").append(result.empty() ? "null" : result);
  out.append(",\"current_attempt\":").append(std::to_string(attempt)).append(action.schedule);
  out += ",\"related_wf_exec_id\":null}";
}

void append_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id, std::uint32_t attempt,
                  std::string_view result) {
  out.append("{\"event_id\":").append(std::to_string(event_id)).append(action.description);
  out.append(",\"action_result\":").append(result.empty() ? "null" : result);
  out.append(",\"current_attempt\":").append(std::to_string(attempt)).append(action.schedule);
  out += ",\"related_wf_exec_id\":null}";
}

}  // namespace reprise::http
