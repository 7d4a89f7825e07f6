// What /workflow-executions says of each action of a definition, made once: a history may name the same action a
// million times.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/uuid.hpp"

namespace reprise::http {

// A run, and whose it is.
struct RunIds {
  Uuid workflow;
  ExecutionId execution;
  Uuid run;
  std::string parent{};  // the printed id of the run that wanted it; empty: a caller did
  std::string user{}, workspace{};
  std::string environment{};  // in place of the definition's; empty: the definition's
};

void append_parent(std::string& out, const RunIds& ids);  // as JSON: null where there is none

class HistoryGroups {
 public:
  struct Action {
    std::string key;          // "core.transform.reshape"
    std::string args;         // JSON, not evaluated
    std::string description;  // the group's members from udf_namespace to action_input
    std::string answer;       // `description` of the group of an answer, up to its data; empty: it asks nothing
    std::string schedule;     // the group's members from retry_policy to join_strategy
    bool child = false;       // another run carries it out
    bool isolated = false;    // a loop whose failed iterations have a result
  };

  // `canonical`: the definition of the version that runs. Error: corrupt where it is none.
  static Expected<HistoryGroups> of(std::string_view canonical, const RunIds& ids);

  // Of the ref of an action, or of an iteration of its loop ("ref[3]"). Null: no action of the definition.
  const Action* find(std::string_view ref) const;
  std::vector<std::string> asking() const;  // refs of the actions with an interaction
  const RunIds& ids() const { return ids_; }
  const std::string& run_context() const { return run_context_; }  // JSON

 private:
  RunIds ids_;
  std::string run_context_;
  std::map<std::string, Action, std::less<>> actions_;
};

// {"event_id": ..., "udf_namespace": ..., ...}. An empty `result` is null.
void append_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id, std::uint32_t attempt,
                  std::string_view result);
// The group of an answer: `core.interact.response`. `result` is empty until the interaction is completed.
void append_answer_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id,
                         std::uint32_t attempt, std::string_view data, std::string_view result);

}  // namespace reprise::http
