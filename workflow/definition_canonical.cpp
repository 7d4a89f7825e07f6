#include "workflow/definition_canonical.hpp"

#include <span>
#include <string_view>

namespace reprise::workflow {
namespace {

constexpr std::string_view kAction[] = {"ref",         "description",   "action",   "args",         "depends_on",
                                        "interaction", "run_if",        "for_each", "retry_policy", "start_delay",
                                        "wait_until",  "join_strategy", "queue"};
constexpr std::string_view kRetryPolicy[] = {"max_attempts", "timeout",      "initial_interval",
                                             "backoff",      "max_interval", "retry_until"};
constexpr std::string_view kInteraction[] = {
    "type", "timeout", "required_approvers", "approver_groups", "message", "approve_if", "schema"};
constexpr std::string_view kConfig[] = {"environment", "timeout"};
constexpr std::string_view kExpected[] = {"type", "description", "default"};

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void definition(const JsonValue& source) {
    open();
    plain(source, "title");
    plain(source, "description");
    if (const auto* entrypoint = start(source, "entrypoint")) {
      open();
      plain(*entrypoint, "ref");
      if (const auto* expects = start(*entrypoint, "expects")) {
        open();
        for (const auto& m : expects->GetObject()) {
          name(text_of(m.name));
          expected(m.value);
        }
        close();
      }
      close();
    }
    if (const auto* actions = start(source, "actions")) {
      out_ += '[';
      for (const auto& each : actions->GetArray()) {
        if (&each != actions->Begin()) out_ += ',';
        action(each);
      }
      out_ += ']';
    }
    if (const auto* config = start(source, "config")) members(*config, kConfig);
    for (const auto rest : {"triggers", "inputs", "returns", "error_handler"}) plain(source, rest);
    close();
  }

 private:
  void open() {
    out_ += '{';
    first_ = true;
  }
  void close() {
    out_ += '}';
    first_ = false;
  }
  void name(std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, text);
    out_ += ':';
  }
  const JsonValue* start(const JsonValue& object, std::string_view member) {
    const auto* value = find(object, member);
    if (value == nullptr || value->IsNull()) return nullptr;
    name(member);
    return value;
  }
  void plain(const JsonValue& object, std::string_view member) {
    if (const auto* value = start(object, member)) append_json(out_, *value);
  }
  void members(const JsonValue& object, std::span<const std::string_view> order) {
    open();
    for (const auto member : order) plain(object, member);
    close();
  }
  void expected(const JsonValue& object) {
    open();
    for (const auto member : kExpected) {
      const auto* value = find(object, member);
      // A default of null is a default.
      if (value == nullptr || (value->IsNull() && member != "default")) continue;
      name(member);
      append_json(out_, *value);
    }
    close();
  }
  void action(const JsonValue& object) {
    open();
    for (const auto member : kAction) {
      if (member == "retry_policy") {
        if (const auto* policy = start(object, member)) members(*policy, kRetryPolicy);
      } else if (member == "interaction") {
        if (const auto* interaction = start(object, member)) members(*interaction, kInteraction);
      } else {
        plain(object, member);
      }
    }
    close();
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace

std::string canonical_definition(const JsonValue& definition) {
  std::string out;
  Writer(out).definition(definition);
  return out;
}

}  // namespace reprise::workflow
