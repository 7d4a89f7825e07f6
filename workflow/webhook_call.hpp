// What a call of a webhook brings, and the TRIGGER that becomes of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "events/json.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case, UTF-8

// The headers that the definition's webhook triggers choose (`args: {headers: [...]}`), as the definition writes them.
std::vector<std::string> chosen_headers(const Plan& plan);

// `body` and `query` are objects. The body with `query` and `headers` in place of its own members of those names; the
// rest is checked against `expects` as the inputs of any start are (`query` and `headers` only where expects names
// them). Errors: errc::inputs_rejected.
Expected<Json> webhook_inputs(const Plan& plan, const Json& body, const Json& query, const Headers& headers);

}  // namespace reprise::workflow
