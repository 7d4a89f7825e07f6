#include "workflow/child_workflow.hpp"

#include <algorithm>
#include <cmath>

#include "workflow/definition_builtin.hpp"

namespace reprise::workflow {
namespace {

constexpr std::string_view kAction = "core.workflow.execute";

const JsonValue* given(const JsonValue& args, std::string_view name) {
  const JsonValue* value = find(args, name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

std::string text(const JsonValue& args, std::string_view name) {
  const JsonValue* value = given(args, name);
  return value == nullptr ? std::string() : std::string(text_of(*value));
}

std::uint32_t count(const JsonValue& args, std::string_view name, std::uint32_t absent) {
  const JsonValue* value = given(args, name);
  return value == nullptr ? absent : value->GetUint();
}

}  // namespace

ChildLoop read_child_loop(const JsonValue& args) {
  ChildLoop out;
  if (const JsonValue* size = given(args, "batch_size"); size != nullptr && size->IsUint()) {
    out.batch_size = std::max(size->GetUint(), 1u);
  }
  const auto is = [&args](std::string_view name, std::string_view value) {
    const JsonValue* found = given(args, name);
    return found != nullptr && found->IsString() && text_of(*found) == value;
  };
  if (is("loop_strategy", "parallel")) out.strategy = LoopStrategy::parallel;
  if (is("loop_strategy", "sequential")) out.strategy = LoopStrategy::sequential;
  out.isolated = !is("fail_strategy", "all");
  return out;
}

Expected<ChildWorkflow> read_child_workflow(const JsonValue& args) {
  if (!args.IsObject()) return fail(errc::invalid, std::string(kAction) + " needs arguments");
  if (std::string why = argument_refusal(*find_built_in(kAction), args); !why.empty()) {
    return fail(errc::invalid, std::string(kAction) + ": " + why);
  }
  ChildWorkflow out;
  out.workflow_id = text(args, "workflow_id");
  out.workflow_alias = text(args, "workflow_alias");
  if (out.workflow_id.empty() == out.workflow_alias.empty()) {
    return fail(errc::invalid, std::string(kAction) + ": it needs 'workflow_id' or 'workflow_alias', and not both");
  }
  out.trigger_inputs = given(args, "trigger_inputs");
  out.environment = text(args, "environment");
  if (const JsonValue* timeout = given(args, "timeout")) {
    out.timeout = Duration{std::llround(timeout->GetDouble() * 1000)};
  }
  out.version = count(args, "version", out.version);
  out.loop = read_child_loop(args);
  out.detached = text(args, "wait_strategy") == "detach";
  return out;
}

}  // namespace reprise::workflow
