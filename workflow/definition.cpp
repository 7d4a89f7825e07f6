// A definition from its text to a plan: read, check everything, compile.
#include <algorithm>

#include "events/record.hpp"
#include "events/sha256.hpp"
#include "workflow/definition_action.hpp"
#include "workflow/definition_canonical.hpp"
#include "workflow/definition_members.hpp"
#include "workflow/definition_reach.hpp"
#include "workflow/definition_template.hpp"
#include "workflow/expects.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {
namespace {

static_assert(kMaxActions * kMostEventsOfTask + 2 <= events::kMaxChunkEvents);

class DefinitionReader {
 public:
  DefinitionReader(const JsonValue& root, Plan& plan, FaultList& faults)
      : members_(root, {},
                 {"title", "description", "entrypoint", "actions", "config", "triggers", "inputs", "returns",
                  "error_handler"},
                 faults),
        plan_(plan),
        faults_(faults) {}

  void run() {
    if (const auto title = members_.text("title")) plan_.title = *title;
    if (const auto description = members_.text("description")) plan_.description = *description;
    read_config();
    read_inputs();
    read_actions();
    read_entrypoint();
    compile_returns();
    read_triggers();
    read_error_handler();
    collect_secrets();
  }

 private:
  void read_config() {
    const JsonValue* config = members_.object("config");
    if (config == nullptr) return;
    const Members members(*config, "/config", {"environment", "timeout"}, faults_);
    if (const auto environment = members.text("environment")) plan_.environment = *environment;
    if (const auto timeout = members.milliseconds("timeout")) plan_.timeout = Duration{*timeout};
  }

  void read_inputs() {
    plan_.inputs.root().SetObject();
    inputs_ = members_.object("inputs");
    if (inputs_ == nullptr) {
      if (members_.get("inputs") == nullptr) inputs_ = &plan_.inputs.root();
      return;
    }
    refuse_expressions(*inputs_, "/inputs");
    plan_.inputs.root() = deep_copy(*inputs_, plan_.inputs.pool());
  }

  void refuse_expressions(const JsonValue& value, const std::string& pointer) {
    constexpr std::string_view kOpen = "${{";
    if (value.IsString() && text_of(value).find(kOpen) != std::string_view::npos) {
      faults_.add(pointer, "an expression inside 'inputs': they are constants");
    } else if (value.IsArray()) {
      for (rapidjson::SizeType i = 0; i < value.Size() && !faults_.full(); ++i) {
        refuse_expressions(value[i], pointer + "/" + std::to_string(i));
      }
    } else if (value.IsObject()) {
      for (const auto& m : value.GetObject()) {
        const std::string below = append_pointer(pointer, text_of(m.name));
        if (text_of(m.name).find(kOpen) != std::string_view::npos) {
          faults_.add_at_key(below, "an expression inside 'inputs': they are constants");
        }
        refuse_expressions(m.value, below);
      }
    }
  }

  void read_actions() {
    const JsonValue* actions = members_.list("actions");
    if (actions == nullptr) {
      if (members_.get("actions") == nullptr) faults_.add({}, "a definition needs 'actions', a list of one or more");
      return;
    }
    if (actions->Empty()) {
      faults_.add("/actions", "no action: a definition needs one or more");
      return;
    }
    if (actions->Size() > kMaxActions) {
      faults_.add("/actions",
                  "more than " + std::to_string(kMaxActions) + " actions: " + std::to_string(actions->Size()));
      return;
    }
    plan_.tasks.resize(actions->Size());
    for (std::uint32_t task = 0; task < actions->Size() && !faults_.full(); ++task) read_one((*actions)[task], task);
    read_edges(*actions, plan_, faults_);
    graph_.emplace(plan_, faults_);
    if (!graph_->cyclic()) warn_unreachable(plan_, faults_);
    for (std::uint32_t task = 0; task < actions->Size() && !faults_.full(); ++task) {
      if ((*actions)[task].IsObject()) compile_action((*actions)[task], task, *graph_, inputs_, plan_, faults_);
    }
  }

  void read_one(const JsonValue& action, std::uint32_t task) {
    const std::string pointer = "/actions/" + std::to_string(task);
    if (!action.IsObject()) {
      faults_.add(pointer, "an action must be an object, found " + std::string(kind_of(action)));
      return;
    }
    TaskPlan& out = plan_.tasks[task];
    read_action(action, task, out, faults_);
    if (out.ref.empty()) return;
    if (const auto [first, fresh] = plan_.by_ref.emplace(out.ref, task); !fresh) {
      faults_.add(pointer + "/ref", "duplicate ref '" + out.ref.substr(0, 200) + "': /actions/" +
                                        std::to_string(first->second) + " has it too");
    }
  }

  void read_entrypoint() {
    const JsonValue* entrypoint = members_.object("entrypoint");
    if (entrypoint == nullptr) return;
    const Members members(*entrypoint, "/entrypoint", {"ref", "expects"}, faults_);
    if (const auto ref = members.text("ref"); ref && !plan_.by_ref.contains(std::string(*ref))) {
      members.fault("ref", "there is no action '" + std::string(ref->substr(0, 200)) + "'");
    }
    const JsonValue* expects = members.object("expects");
    if (expects == nullptr || expects->ObjectEmpty()) return;  // no names: anything goes
    auto inputs = std::make_shared<std::vector<ExpectedInput>>();
    for (const auto& m : expects->GetObject()) {
      if (faults_.full()) return;
      read_expected(m, append_pointer("/entrypoint/expects", text_of(m.name)), inputs->emplace_back());
    }
    plan_.expects = std::move(inputs);
  }

  void read_expected(const JsonValue::Member& source, const std::string& pointer, ExpectedInput& out) {
    out.name = text_of(source.name);
    if (!source.value.IsObject()) {
      faults_.add(pointer, "an expected input must be an object {type, description, default}, found " +
                               std::string(kind_of(source.value)));
      return;
    }
    const Members members(source.value, pointer, {"type", "description", "default"}, faults_);
    if (const auto description = members.text("description")) out.description = *description;
    if (const auto text = members.text("type")) {
      auto type = parse_expected_type(*text);
      if (!type) {
        members.fault("type", "unknown type '" + std::string(text->substr(0, 100)) + "' " + type.error().detail);
        return;
      }
      out.type = std::move(*type);
    } else if (members.get("type") == nullptr) {
      members.fault("type", "an expected input needs a 'type'");
    }
    const JsonValue* default_value = find(source.value, "default");
    if (default_value == nullptr) return;
    out.default_value = Json{to_json(*default_value)};
    if (!default_value->IsNull() && !fits(out.type, *default_value)) {
      members.fault("default",
                    "the default must be of the type " + to_string(out.type) + ", found " + shown(*default_value));
    }
  }

  void read_triggers() {
    const JsonValue* triggers = members_.list("triggers");
    if (triggers == nullptr || triggers->Empty()) return;
    for (rapidjson::SizeType i = 0; i < triggers->Size() && !faults_.full(); ++i) {
      const std::string pointer = "/triggers/" + std::to_string(i);
      const JsonValue& trigger = (*triggers)[i];
      if (!trigger.IsObject()) {
        faults_.add(pointer, "a trigger must be an object {type, ref, args}, found " + std::string(kind_of(trigger)));
        continue;
      }
      const Members members(trigger, pointer, {"type", "ref", "args"}, faults_);
      TriggerPlan& out = plan_.triggers.emplace_back();
      out.type = members.text("type").value_or(std::string_view());
      if (out.type != "schedule" && out.type != "webhook" && faults_may_name(members, "type")) {
        const JsonValue* type = members.get("type");
        members.fault("type", "the 'type' of a trigger must be 'schedule' or 'webhook', found " +
                                  (type == nullptr ? std::string("none") : shown(*type)));
      }
      out.ref = members.text("ref").value_or(std::string_view());
      if (const JsonValue* args = members.object("args")) {
        out.args.bytes = to_json(*args);
        if (out.type == "webhook") check_headers(*args, pointer + "/args/headers");
      }
      if (out.type == "schedule") {
        faults_.warn(pointer, "a schedule is kept, but starts nothing by itself: make one with PUT /api/schedules");
      }
    }
  }

  // The headers of a call that TRIGGER.headers is to have.
  void check_headers(const JsonValue& args, const std::string& pointer) {
    const JsonValue* headers = reprise::find(args, "headers");
    if (headers == nullptr || headers->IsNull()) return;
    const auto is_name = [](const JsonValue& item) { return item.IsString() && !text_of(item).empty(); };
    if (headers->IsArray() && std::all_of(headers->Begin(), headers->End(), is_name)) return;
    faults_.add(pointer, "'headers' must be a list of header names, found " + shown(*headers));
  }

  // Whether a fault about the member says anything new: one of the wrong type has been reported.
  static bool faults_may_name(const Members& members, std::string_view name) {
    const JsonValue* value = members.get(name);
    return value == nullptr || value->IsString();
  }

  void read_error_handler() {
    if (members_.get("error_handler") == nullptr) return;
    const auto handler = members_.text("error_handler");
    if (!handler) return;
    plan_.error_handler = *handler;
    if (handler->empty())
      members_.fault("error_handler", "'error_handler' must be the id or alias of a workflow, found ''");
  }

  void collect_secrets() {
    auto& all = plan_.secrets;
    for (const TaskPlan& task : plan_.tasks) {
      all.insert(all.end(), task.args.secrets().begin(), task.args.secrets().end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

  void compile_returns() {
    const JsonValue* returns = members_.get("returns");
    if (returns == nullptr) return;
    Names names;
    names.inputs = inputs_;
    names.var_refusal = "var has no value in 'returns'";
    names.secrets_refusal = kSecretsRefusal;
    names.action = [this](std::string_view ref, std::uint32_t& task) -> std::string {
      const auto found = plan_.by_ref.find(std::string(ref));
      if (found == plan_.by_ref.end()) return "there is no action '" + std::string(ref.substr(0, 200)) + "'";
      task = found->second;
      return {};
    };
    std::vector<TemplateFault> found;
    plan_.returns = std::make_unique<Template>(TemplateCompiler(names, found).compile(*returns, "/returns"));
    faults_.add(std::move(found));
  }

  Members members_;
  Plan& plan_;
  FaultList& faults_;
  const JsonValue* inputs_ = nullptr;  // null: not known, so that paths into them are not checked
  std::optional<Graph> graph_;
};

}  // namespace

const TaskPlan* Plan::find(std::string_view ref) const {
  const auto found = by_ref.find(std::string(ref));
  return found == by_ref.end() ? nullptr : &tasks[found->second];
}

Compiled compile_definition(std::string_view text, DefinitionFormat format, std::string_view workflow_id) {
  Compiled out;
  if (text.size() > kMaxDefinitionBytes) {
    out.faults.push_back({{}, 0, 0, "a definition of more than 1 MiB", false});
    return out;
  }
  Source source = format == DefinitionFormat::json ? read_json(text) : read_yaml(text);
  if (!source.faults.empty()) {
    out.faults = std::move(source.faults);
    return out;
  }
  FaultList faults;
  auto plan = std::make_shared<Plan>();
  const JsonValue& root = source.document.root();
  if (root.IsObject()) {
    DefinitionReader(root, *plan, faults).run();
  } else {
    faults.add({}, "a definition must be an object, found " + std::string(kind_of(root)));
  }
  const bool refused = faults.refused();
  out.faults = std::move(faults).place_all(source);
  if (refused) return out;
  plan->workflow_id = workflow_id;
  if (plan->title.empty()) plan->title = workflow_id;
  plan->canonical = canonical_definition(root);
  plan->hash = events::sha256(plan->canonical);
  out.plan = std::move(plan);
  return out;
}

}  // namespace reprise::workflow
