// What the reads of /workflow-executions say of a task that another run carries out: child runs have events, groups and
// states of their own there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "http/history_groups.hpp"

namespace reprise::http {

// As history_type. A detached child is none of its parent's business once it has begun. `terminated`: the parent was.
std::string_view child_history_type(const events::Event& event, bool detached, bool terminated);

// {"type": "user", ...}: for whom a run is. Without a known user it is a service, of an open server or the server
// itself: it may do everything.
void append_role(std::string& out, std::string_view user, std::string_view workspace, events::Trigger trigger);

// One attempt of such a task.
class ChildCall {
 public:
  ChildCall(const events::TaskScheduled& scheduled, const HistoryGroups& groups);

  const std::string& workflow() const { return workflow_; }
  const std::string& trigger_inputs() const { return trigger_inputs_; }  // JSON
  const std::string& execution() const { return execution_; }            // its printed id
  bool detached() const { return detached_; }
  void set_title(std::string title) { title_ = std::move(title); }
  // It exists; or the run that goes on where it stopped.
  void began(const events::TaskChildStarted& event, std::string_view workspace);

  // As append_group of an action: core.workflow.execute, and the run that it is about.
  void append_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id,
                    std::uint32_t attempt, std::string_view result) const;

 private:
  std::string workflow_, title_, execution_;
  std::string trigger_inputs_ = "null";
  std::string input_;  // the group's action_input
  bool detached_ = false;
};

}  // namespace reprise::http
