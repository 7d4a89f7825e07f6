// `interaction_states` of /workflow-executions: {uuid: {type, action_ref, status, data}}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/gateway.hpp"
#include "projections/interactions.hpp"

namespace reprise::http {

// As the events so far make them.
void append_interaction_states(std::string& out, const projections::Interactions& interactions);

// As they are stored now, of these actions of a run. Query thread.
Expected<void> append_stored_states(std::string& out, const actors::Gateway& gateway, const ExecutionId& id,
                                    std::string_view workspace, const std::vector<std::string>& refs);

}  // namespace reprise::http
