#include "workflow/webhook_call.hpp"

#include <algorithm>

#include "workflow/expects.hpp"

namespace reprise::workflow {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_header(std::string_view chosen, std::string_view lower_case) {
  return std::equal(chosen.begin(), chosen.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

void append_member(std::string& object, std::string_view name, std::string_view value) {
  object += object.size() == 1 ? "" : ",";
  append_json_string(object, name);
  object += ':';
  object += value;
}

// A header that is repeated is one with its values separated by commas.
std::string headers_of(const Plan& plan, const Headers& headers) {
  std::string out = "{";
  for (const std::string& chosen : chosen_headers(plan)) {
    std::string value;
    bool found = false;
    for (const auto& [name, text] : headers) {
      if (!same_header(chosen, name)) continue;
      if (found) value += ", ";
      found = true;
      value += text;
    }
    if (!found) continue;
    std::string quoted;
    append_json_string(quoted, value);
    append_member(out, chosen, quoted);
  }
  return out += '}';
}

bool expected(const Plan& plan, std::string_view name) {
  if (!plan.expects) return false;
  return std::any_of(plan.expects->begin(), plan.expects->end(),
                     [name](const ExpectedInput& input) { return input.name == name; });
}

}  // namespace

std::vector<std::string> chosen_headers(const Plan& plan) {
  std::vector<std::string> out;
  for (const TriggerPlan& trigger : plan.triggers) {
    if (trigger.type != "webhook" || trigger.args.bytes.empty()) continue;
    const auto args = parse_json(trigger.args.bytes);
    const JsonValue* headers = args ? find(args->root(), "headers") : nullptr;
    if (headers == nullptr || !headers->IsArray()) continue;
    for (const auto& item : headers->GetArray()) {
      if (!item.IsString()) continue;
      std::string name(text_of(item));
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
    }
  }
  return out;
}

Expected<Json> webhook_inputs(const Plan& plan, const Json& body, const Json& query, const Headers& headers) {
  const auto members = parse_json(body.bytes);
  if (!members) return tl::unexpected(members.error());
  std::string inputs = "{";
  for (const auto& member : members->root().GetObject()) {
    const std::string_view name = text_of(member.name);
    if (name != "query" && name != "headers") append_member(inputs, name, to_json(member.value));
  }
  const std::pair<std::string_view, std::string> ours[] = {{"query", query.bytes},
                                                           {"headers", headers_of(plan, headers)}};
  for (const auto& [name, value] : ours) {
    if (expected(plan, name)) append_member(inputs, name, value);
  }
  inputs += '}';
  const auto parsed = parse_json(inputs);
  if (!parsed) return tl::unexpected(parsed.error());
  auto admitted = admit_inputs(plan, &parsed->root(), inputs);
  if (!admitted) return admitted;
  admitted->bytes.pop_back();
  for (const auto& [name, value] : ours) {
    if (!expected(plan, name)) append_member(admitted->bytes, name, value);
  }
  admitted->bytes += '}';
  return admitted;
}

}  // namespace reprise::workflow
