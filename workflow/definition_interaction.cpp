#include "workflow/definition_interaction.hpp"

#include "workflow/answer_schema.hpp"
#include "workflow/definition_template.hpp"

namespace reprise::workflow {
namespace {

constexpr std::uint32_t kMostApprovers = 1'000;

void read_type(const Members& members, InteractionPlan& out) {
  const auto type = members.text("type");
  if (type) {
    out.type = *type == "approval" ? InteractionType::approval : InteractionType::response;
    if (*type == "response" || *type == "approval") return;
    members.fault("type", "the 'type' of an interaction must be 'response' or 'approval', found '" +
                              std::string(type->substr(0, 200)) + "'");
  } else if (members.get("type") == nullptr) {
    members.fault("type", "an interaction needs a 'type', 'response' or 'approval'");
  }
}

void read_groups(const Members& members, InteractionPlan& out) {
  const JsonValue* groups = members.list("approver_groups");
  if (groups == nullptr) return;
  for (rapidjson::SizeType i = 0; i < groups->Size(); ++i) {
    if ((*groups)[i].IsString() && (*groups)[i].GetStringLength() != 0) {
      out.approver_groups.emplace_back(text_of((*groups)[i]));
      continue;
    }
    members.fault("approver_groups",
                  "'approver_groups' must be a list of names, found " + std::string(kind_of((*groups)[i])) + " in it");
    return;
  }
}

void refuse_beside_response(const Members& members) {
  for (const std::string_view name : {"required_approvers", "approver_groups", "approve_if"}) {
    if (members.get(name) != nullptr) {
      members.fault(name, "'" + std::string(name) + "' is for interactions of type 'approval'");
    }
  }
}

void read_schema(const Members& members, InteractionPlan& out, FaultList& faults) {
  const JsonValue* source = members.object("schema");
  if (source == nullptr) return;
  auto schema = AnswerSchema::compile(*source);
  if (schema) {
    out.schema = std::move(*schema);
  } else {
    faults.add(members.at("schema") + schema.error().where, std::move(schema.error().detail));
  }
}

}  // namespace

std::unique_ptr<InteractionPlan> compile_interaction(const Members& action, const Names& names, const Names& own,
                                                     FaultList& faults) {
  const JsonValue* object = action.object("interaction");
  if (object == nullptr) return nullptr;
  const Members members(*object, action.at("interaction"),
                        {"type", "timeout", "required_approvers", "approver_groups", "message", "approve_if", "schema"},
                        faults);
  auto out = std::make_unique<InteractionPlan>();
  read_type(members, *out);
  if (const auto timeout = members.milliseconds("timeout")) out->timeout = Duration{*timeout};
  if (const auto count = members.count("required_approvers", 1, kMostApprovers)) out->required_approvers = *count;
  read_groups(members, *out);
  out->message = compile_text(members, "message", names, faults);
  out->approve_if = compile_single(members, "approve_if", own, faults);
  read_schema(members, *out, faults);
  if (out->type == InteractionType::response) refuse_beside_response(members);
  return out;
}

}  // namespace reprise::workflow
