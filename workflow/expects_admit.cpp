// Inputs against `entrypoint.expects`.
#include "workflow/expects.hpp"
#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

void violation(std::string& out, std::string_view sentence) {
  if (!out.empty()) out += "; ";
  out += sentence;
}

// "the str 'abc'": short enough for a message.
std::string found(const JsonValue& value) {
  std::string text;
  append_json(text, value);
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Expected<Json> admit_inputs(const Plan& plan, const JsonValue* inputs, std::string_view inputs_bytes) {
  const bool given = inputs != nullptr && !inputs->IsNull();
  if (given && !inputs->IsObject()) return fail(errc::inputs_rejected, "the inputs must be an object", "/inputs");
  const std::string bytes = given ? std::string(inputs_bytes) : "{}";
  if (!plan.expects) return Json{bytes};

  std::string violations;
  std::string filled;
  for (const ExpectedInput& expected : *plan.expects) {
    const JsonValue* value = given ? find(*inputs, expected.name) : nullptr;
    if (value == nullptr) {
      if (!expected.default_value) {
        violation(violations, "'" + expected.name + "' is missing, expected " + to_string(expected.type));
        continue;
      }
      if (!filled.empty()) filled += ',';
      append_json_string(filled, expected.name);
      filled += ':';
      filled += expected.default_value->bytes;
    } else if (!fits(expected.type, *value)) {
      violation(violations, "'" + expected.name + "' must be " + to_string(expected.type) + ", found " + found(*value));
    }
  }
  if (given) {
    for (const auto& m : inputs->GetObject()) {
      const auto name = text_of(m.name);
      bool known = false;
      for (const ExpectedInput& expected : *plan.expects) known = known || expected.name == name;
      if (!known) violation(violations, "'" + std::string(name.substr(0, 100)) + "' is not expected");
      if (violations.size() > 4096) break;
    }
  }
  if (!violations.empty()) return fail(errc::inputs_rejected, std::move(violations), "/inputs");
  if (filled.empty()) return Json{bytes};

  std::string out = "{";
  if (given) {
    for (const auto& m : inputs->GetObject()) {
      append_json_string(out, text_of(m.name));
      out += ':';
      append_json(out, m.value);
      out += ',';
    }
  }
  out += filled;
  out += '}';
  return Json{std::move(out)};
}

}  // namespace reprise::workflow
