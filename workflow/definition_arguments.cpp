#include "workflow/definition_arguments.hpp"

#include <algorithm>

#include "workflow/definition_members.hpp"
#include "workflow/lambda.hpp"

namespace reprise::workflow {
namespace {

const Argument* find_argument(const BuiltIn& built_in, std::string_view name) {
  const auto found = std::find_if(built_in.arguments.begin(), built_in.arguments.end(),
                                  [name](const Argument& each) { return each.name == name; });
  return found == built_in.arguments.end() ? nullptr : &*found;
}

std::string names_of(const BuiltIn& built_in) {
  std::string out;
  for (const Argument& each : built_in.arguments) out += (out.empty() ? " " : ", ") + std::string(each.name);
  return out.empty() ? " none" : out;
}

std::string of(const BuiltIn& built_in, std::string_view name) {
  return "'" + std::string(name) + "' of " + std::string(built_in.action);
}

bool given(const JsonValue& args, std::string_view name) {
  const JsonValue* value = find(args, name);
  return value != nullptr && !value->IsNull();
}

void check_constant(const BuiltIn& built_in, const Argument& argument, const JsonValue& value,
                    const std::string& pointer, FaultList& faults) {
  if (value.IsNull() && !argument.required) return;
  if (const JsonValue* wrong = misfit(argument.type, value, true); wrong != nullptr) {
    faults.add(pointer, of(built_in, argument.name) + " must be " + std::string(expectation(argument.type, *wrong)) +
                            ", found " + shown(*wrong));
    return;
  }
  if (argument.type != ArgumentType::lambda || holds_template(text_of(value))) return;
  JsonPool pool(512);
  const auto compiled = Lambda::compile(text_of(value), pool);
  if (compiled) return;
  TemplateFault fault{pointer, compiled.error().at, of(built_in, argument.name) + " "};
  fault.message += to_string(compiled.error(), text_of(value));
  faults.add({std::move(fault)});
}

// What no argument says alone.
void check_together(const BuiltIn& built_in, const JsonValue& args, const std::string& pointer, FaultList& faults) {
  if (given(args, "payload") && given(args, "form_data") && find_argument(built_in, "form_data") != nullptr) {
    faults.add(pointer + "/form_data", of(built_in, "form_data") + " has no place beside 'payload'");
  }
  if (built_in.kind != ActionKind::child) return;
  const bool by_id = given(args, "workflow_id");
  const bool by_alias = given(args, "workflow_alias");
  if (by_id && by_alias) {
    faults.add(pointer + "/workflow_alias", of(built_in, "workflow_alias") + " has no place beside 'workflow_id'");
  } else if (!by_id && !by_alias) {
    faults.add(pointer, std::string(built_in.action) + " needs the argument 'workflow_id' or 'workflow_alias'");
  }
}

}  // namespace

void check_arguments(const BuiltIn& built_in, const JsonValue& args, const std::string& pointer, FaultList& faults) {
  // A name that is computed may be any.
  const bool open =
      std::any_of(args.MemberBegin(), args.MemberEnd(), [](const auto& m) { return holds_template(text_of(m.name)); });
  for (const Argument& each : built_in.arguments) {
    if (open || !each.required || find(args, each.name) != nullptr) continue;
    faults.add(pointer, std::string(built_in.action) + " needs the argument '" + std::string(each.name) + "'");
  }
  for (const auto& m : args.GetObject()) {
    const auto name = text_of(m.name);
    const std::string below = append_pointer(pointer, name);
    if (holds_template(name)) continue;
    if (const Argument* argument = find_argument(built_in, name); argument != nullptr) {
      check_constant(built_in, *argument, m.value, below, faults);
    } else {
      constexpr std::size_t kMost = 200;
      faults.add_at_key(below, "unknown argument '" + std::string(name.substr(0, kMost)) + "' of " +
                                   std::string(built_in.action) + "; it takes" + names_of(built_in));
    }
  }
  if (!open) check_together(built_in, args, pointer, faults);
}

}  // namespace reprise::workflow
