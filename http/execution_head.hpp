// The ten keys that every answer of /workflow-executions about a run begins with.
#pragma once

#include <string>
#include <string_view>

#include "http/history_groups.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {

// RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, CONTINUED_AS_NEW or TIMED_OUT.
std::string_view workflow_executions_name(projections::Status status);

// {"id": ..., ..., "parent_wf_exec_id": ...: an object that the caller closes.
void append_execution_head(std::string& out, const projections::StatusRow& row, const RunIds& ids);

}  // namespace reprise::http
