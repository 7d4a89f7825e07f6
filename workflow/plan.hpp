// A definition ready to run: what decide reads. Immutable once built and shared by all executions of its version.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/event.hpp"
#include "events/json.hpp"
#include "workflow/expression.hpp"
#include "workflow/fault.hpp"

namespace reprise::workflow {

// How an action is carried out.
enum class ActionKind : std::uint8_t {
  inline_pure,  // finished inside decide: core.noop, core.log, core.fail, core.require, core.transform.*
  in_server,    // core.http_request, core.http_poll: a task actor carries it out
  worker,       // everything not built in: waits in a queue
  child,        // core.workflow.execute: another run carries it out
  goes_on,      // core.workflow.continue_as_new: ends the run, which goes on as a new one
};

enum class EdgeKind : std::uint8_t { success, error };

struct Edge {
  std::uint32_t from = 0;  // task index
  std::uint32_t to = 0;
  EdgeKind kind = EdgeKind::success;
};

struct RetryPolicy {
  std::uint32_t max_attempts = 1;  // 0: unlimited
  Duration timeout{300'000};       // of one attempt, start delay not counted; 0: none
  Duration initial_interval{1'000};
  double backoff = 2.0;
  Duration max_interval{100'000};
};

// One part of `for_each`: ${{ for var.<name> in <items> }}.
struct LoopVariable {
  std::string name;
  Template items;
};

class AnswerSchema;  // answer_schema.hpp

enum class InteractionType : std::uint8_t { response, approval };

// A question that the action asks a person.
struct InteractionPlan {
  InteractionType type = InteractionType::response;
  Duration timeout{0};                         // 0: it waits as long as the execution may
  std::uint32_t required_approvers = 1;        // approval
  std::vector<std::string> approver_groups;    // approval; empty: anybody
  std::unique_ptr<Template> message;           // null: none
  std::unique_ptr<Template> approve_if;        // approval; null: every answer approves. May name the action itself
  std::shared_ptr<const AnswerSchema> schema;  // of the answer; null: anything goes
};

// How a loop over children goes about them (core.workflow.execute with for_each).
using LoopStrategy = events::LoopStrategy;
struct ChildLoop {
  LoopStrategy strategy = LoopStrategy::batch;
  std::uint32_t batch_size = 32;
  bool isolated = true;  // a child's failure becomes its iteration's result; otherwise it fails the action
};

struct TriggerPlan {
  std::string type;  // schedule or webhook
  std::string ref;   // may be empty
  Json args;         // an object; empty: none
};

struct TaskPlan {
  std::string ref;
  std::string title;  // the ref in words: "Failing action"
  std::string action;
  std::string description;
  ActionKind kind = ActionKind::worker;
  std::string queue;  // of worker actions; "default"
  Template args;
  std::unique_ptr<Template> run_if;              // null: always
  std::unique_ptr<Template> retry_until;         // null: none
  std::unique_ptr<Template> wait_until;          // null: none; evaluates to a text that wait_until.hpp knows
  std::vector<LoopVariable> for_each;            // zipped; empty: no loop
  ChildLoop child_loop;                          // of a loop over children, where it is constant
  std::unique_ptr<Template> child_loop_args;     // null: it is; else evaluated when the loop begins
  std::unique_ptr<InteractionPlan> interaction;  // null: none; never together with for_each
  RetryPolicy retry;
  Duration start_delay{0};
  bool join_any = false;
  std::vector<std::uint32_t> in_edges;  // indexes into Plan::edges, in the order of depends_on
  std::vector<std::uint32_t> out_edges;
};

// One name of `entrypoint.expects`, its type compiled. expects.hpp checks inputs against them.
struct ExpectedInput;

struct Plan {
  std::string workflow_id;
  std::uint32_t version = 0;
  events::Sha256 hash{};  // of canonical
  std::string canonical;  // canonical JSON of the definition
  std::string title;
  std::string description;
  std::vector<TaskPlan> tasks;  // in the order of the definition
  std::vector<Edge> edges;
  std::vector<std::uint32_t> topological;  // every task after all it depends on
  std::uint32_t loops = 0;                 // how many of them have for_each
  std::string environment = "default";
  Duration timeout{300'000};                                  // of an execution; 0: none
  JsonDocument inputs;                                        // INPUTS: an object
  std::unique_ptr<Template> returns;                          // null: the context without ENV
  std::shared_ptr<const std::vector<ExpectedInput>> expects;  // null: anything goes
  std::vector<SecretName> secrets;                            // that its args name, sorted, once each
  std::string error_handler;                                  // id or alias of a workflow; empty: none
  std::vector<TriggerPlan> triggers;

  std::unordered_map<std::string, std::uint32_t> by_ref;
  const TaskPlan* find(std::string_view ref) const;
};

// A definition may have so many actions that no command makes a larger chunk than can be read back: within one turn a
// task makes at most nine events (scheduled, started, logged, completed, asked, answered before, failed by retry_until,
// delayed, cancelled), beside the first and the last one of the chunk.
inline constexpr std::size_t kMaxActions = 5'000;
inline constexpr std::size_t kMostEventsOfTask = 9;

enum class DefinitionFormat : std::uint8_t { json, yaml };

struct Compiled {
  std::shared_ptr<const Plan> plan;  // null when any fault is no warning
  std::vector<Fault> faults;         // all of them, in source order
};

// Parses, checks and compiles a definition (contract workflow-executions.md "Workflow definition", language.md
// "Refused"). Never throws; 1 MiB, depth and YAML alias expansion are bounded. Version is left 0: the registry gives
// it.
Compiled compile_definition(std::string_view source, DefinitionFormat format, std::string_view workflow_id);

// Checks inputs against `expects` and fills in defaults. Gives TRIGGER's bytes: the given bytes when nothing was to
// fill in. Errors: errc::inputs_rejected, naming the input and the type expected (all of them, joined by "; ").
Expected<Json> admit_inputs(const Plan& plan, const JsonValue* inputs, std::string_view inputs_bytes);

}  // namespace reprise::workflow
