#include "workflow/definition_builtin.hpp"

namespace reprise::workflow {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kMessage[] = {"message"};
constexpr std::string_view kLevel[] = {"level"};
constexpr std::string_view kFailOptions[] = {"message", "retryable"};
constexpr std::string_view kConditions[] = {"conditions"};
constexpr std::string_view kRequireOptions[] = {"require_all", "raise_error"};
constexpr std::string_view kValue[] = {"value"};
constexpr std::string_view kItems[] = {"items"};
constexpr std::string_view kItemsLambda[] = {"items", "python_lambda"};
constexpr std::string_view kValueLambda[] = {"value", "python_lambda"};
constexpr std::string_view kItemsCollection[] = {"items", "collection"};

constexpr std::string_view kItemsKeys[] = {"items", "keys"};
constexpr std::string_view kRequest[] = {"url", "method"};
constexpr std::string_view kRequestOptions[] = {"headers", "params",     "payload",          "form_data",    "auth",
                                                "timeout", "verify_ssl", "follow_redirects", "max_redirects"};

constexpr ActionKind kPure = ActionKind::inline_pure;
constexpr ActionKind kServer = ActionKind::in_server;

constexpr BuiltIn kTable[] = {
    {"core.noop", kPure, {}, {}},
    {"core.log", kPure, kMessage, kLevel},
    {"core.fail", kPure, {}, kFailOptions},
    {"core.require", kPure, kConditions, kRequireOptions},
    {"core.transform.reshape", kPure, kValue, {}},
    {"core.transform.is_in", kPure, kItemsCollection, {}},
    {"core.transform.not_in", kPure, kItemsCollection, {}},
    {"core.transform.deduplicate", kPure, kItemsKeys, {}},
    {"core.transform.compact", kPure, kItems, {}},
    {"core.transform.filter", kPure, kItemsLambda, {}, false},
    {"core.transform.map", kPure, kItemsLambda, {}, false},
    {"core.transform.apply", kPure, kValueLambda, {}, false},
    {"core.http_request", kServer, kRequest, kRequestOptions},
    {"core.http_poll", kServer, {}, {}, false},
    {"core.workflow.execute", kServer, {}, {}, false},
    {"core.interact.response", kServer, {}, {}, false},
};

}  // namespace

std::span<const BuiltIn> built_ins() { return kTable; }

const BuiltIn* find_built_in(std::string_view action) {
  for (const BuiltIn& built_in : kTable) {
    if (built_in.action == action) return &built_in;
  }
  return nullptr;
}

}  // namespace reprise::workflow
