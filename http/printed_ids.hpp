// The ids of /workflow-executions: wf_<base62>/exec_<base62>, and the UUIDs that it shows for users and workspaces.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/base62.hpp"
#include "events/uuid.hpp"

namespace reprise::http {

inline constexpr std::string_view kPrintedExecution = "exec_";

void append_workflow_id(std::string& out, const Uuid& workflow);                           // wf_...
void append_run_id(std::string& out, const Uuid& workflow, const ExecutionId& execution);  // wf_.../exec_...

// An execution as a client names it. `workflow` is set where the client named it as well: it must be the run's.
struct RunName {
  ExecutionId id;
  std::optional<Uuid> workflow;
};
// wf_.../exec_... with its slash bare or percent-encoded (also twice), or the plain UUID.
std::optional<RunName> parse_run_name(std::string_view text);

// Clients hold users and workspaces to UUIDs of version 4: the name itself where it is a UUID, else one that follows
// from the name.
Uuid workspace_uuid(std::string_view workspace);
Uuid user_uuid(std::string_view workspace, std::string_view user);

}  // namespace reprise::http
