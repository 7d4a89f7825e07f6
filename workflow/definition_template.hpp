// Members of a definition that are templates.
#pragma once

#include <memory>
#include <string_view>

#include "workflow/definition_faults.hpp"
#include "workflow/definition_members.hpp"
#include "workflow/expression_parser.hpp"

namespace reprise::workflow {

inline constexpr std::string_view kSecretsRefusal =
    "SECRETS has values only in the args of actions of workers and of core.http_request and core.http_poll";

// A member that is exactly one template; null when it is absent. White space around it (a YAML block has it) does not
// count.
std::unique_ptr<Template> compile_single(const Members& members, std::string_view name, const Names& names,
                                         FaultList& faults);

// A member that is any text, with or without templates in it; null when it is absent.
std::unique_ptr<Template> compile_text(const Members& members, std::string_view name, const Names& names,
                                       FaultList& faults);

// The part of the text without white space around it, and how much stands before it.
std::string_view trimmed(std::string_view text, std::size_t& skipped);

}  // namespace reprise::workflow
