// What the routes of /workflow-executions share: their checks, and the lookup of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "http/execution_head.hpp"
#include "http/printed_ids.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"

namespace reprise::http {

// Adds a route whose `?workspace_id=` is checked before the handler runs.
template <Handler handler>
void add_workflow_executions_route(Router& router, const Surface& surface, Method method, std::string pattern,
                                   Roles roles, RateClass rate);

// 422 {"detail": [{"loc": [...], "msg": ..., "type": ...}]}.
tl::unexpected<Response> faulty(std::initializer_list<std::string_view> loc, std::string_view message,
                                std::string_view type);
// A number of the query; `fallback` when absent.
Checked<std::uint64_t> query_number(const Request& request, std::string_view name, std::uint64_t fallback,
                                    std::uint64_t min, std::uint64_t max);
// The workspace that the query names must be the caller's. An open server has no others, and takes any.
Checked<void> check_workspace(const Request& request);

// The run that the path names; 404 when it can be none.
Checked<RunName> run_name(const Request& request);
// Its status row. Error: not_found_execution also where it is another workflow's.
Expected<std::string> find_run(const actors::Gateway& gateway, const RunName& name, const std::string& workspace,
                               storage::Reach reach);

// What a start answers: {message, wf_id, wf_exec_id, payload}; `payload` is JSON, empty: null.
Response run_started(const Uuid& workflow, const ExecutionId& execution, std::string_view payload);
// 400 {"detail": {"type", "message", "detail"}}: the inputs are not what the workflow expects.
Response run_refused(const Error& error);

// How a run began: what its first events say.
struct RunOrigin {
  Uuid run;
  events::Trigger trigger = events::Trigger::manual;
  std::string parent;  // the printed id of the run that wanted it; empty: a caller did
  std::string environment;
};
Expected<RunOrigin> origin_of(const actors::Gateway& gateway, const ExecutionId& id);

// Calls `then` with what `look` gives: at once where memory has it, else after a query thread has looked.
template <class T>
void look_then(Exchange& exchange, std::function<Expected<T>(storage::Reach)> look,
               std::function<void(Exchange&, Expected<T>)> then) {
  Expected<T> found = look(storage::Reach::cached);
  if (found || found.error().code != errc::would_block) return then(exchange, std::move(found));
  auto read = std::make_shared<Expected<T>>(std::move(found));
  exchange.read_then(
      [look = std::move(look), read] {
        *read = look(storage::Reach::disk);
        return std::string();
      },
      [then = std::move(then), read](Exchange& later, std::string&&) { then(later, std::move(*read)); });
}

template <Handler handler>
void add_workflow_executions_route(Router& router, const Surface& surface, Method method, std::string pattern,
                                   Roles roles, RateClass rate) {
  add_route(router, surface, method, std::move(pattern), roles, rate, [](const Surface& of, Exchange& exchange) {
    if (auto mine = check_workspace(exchange.request()); !mine) return exchange.respond(std::move(mine.error()));
    handler(of, exchange);
  });
}

template <Handler handler>
void add_run_route(Router& router, const Surface& surface, Method method, std::string_view rest, Roles roles,
                   RateClass rate) {
  add_workflow_executions_route<handler>(router, surface, method,
                                         std::string("/workflow-executions/{execution_id}").append(rest), roles, rate);
}

}  // namespace reprise::http
