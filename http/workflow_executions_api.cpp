// POST and GET /workflow-executions, and /cancel and /terminate of a run.
#include <array>

#include "events/json.hpp"
#include "http/text.hpp"
#include "http/workflow_executions.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxReason = 1024;
constexpr std::size_t kDefaultLimit = 100, kMaxLimit = 1000;
constexpr std::size_t kMostLookedAt = 20'000;  // rows of one answer to a list that filters by trigger

// ---- the body

// A JSON object; members that are not known here are left alone, as that system leaves them.
Checked<JsonView> object_body(const Request& request, Empty empty) {
  if (request.body.empty()) {
    if (empty == Empty::allowed) return JsonView("{}");
    return faulty({"body"}, "Field required", "missing");
  }
  constexpr std::string_view no_object = "Input should be a valid dictionary or object to extract fields from";
  if (!is_json(request)) return faulty({"body"}, no_object, "model_attributes_type");
  if (const auto checked = check_json(request.body); !checked) {
    return faulty({"body"}, "JSON decode error: " + checked.error().detail, "json_invalid");
  }
  JsonView view(request.body);
  if (!view.is(JsonView::Kind::object)) return faulty({"body"}, no_object, "model_attributes_type");
  return view;
}

struct StartBody {
  std::string workflow;
  std::string inputs;  // JSON; empty: none
};

Checked<StartBody> start_body(const Request& request) {
  const auto body = object_body(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  StartBody start;
  bool named = false;
  std::optional<Response> refused;
  body->members([&](std::string_view key, JsonView value) {
    if (key == "workflow_id") {
      named = true;
      if (value.is(JsonView::Kind::string)) {
        start.workflow = value.text();
      } else {
        refused = faulty({"body", key}, "Input should be a valid string", "string_type").value();
      }
    } else if (key == "inputs" && !value.is(JsonView::Kind::null)) {
      if (value.is(JsonView::Kind::object)) {
        start.inputs = value.bytes();
      } else {
        refused = faulty({"body", key}, "Input should be a valid dictionary", "dict_type").value();
      }
    }
    return !refused;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  if (!named) return faulty({"body", "workflow_id"}, "Field required", "missing");
  return start;
}

Checked<std::string> reason_of(const Request& request) {
  const auto body = object_body(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  std::string reason;
  std::optional<Response> refused;
  body->members([&](std::string_view key, JsonView value) {
    if (key != "reason" || value.is(JsonView::Kind::null)) return true;
    if (!value.is(JsonView::Kind::string)) {
      refused = faulty({"body", key}, "Input should be a valid string", "string_type").value();
      return false;
    }
    reason = value.text();
    if (reason.size() <= kMaxReason) return true;
    refused = faulty({"body", key}, "String should have at most 1024 bytes", "string_too_long").value();
    return false;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  return reason;
}

// ---- POST

void start_named(const Surface& surface, Exchange& exchange, const std::string& workflow, const std::string& inputs) {
  const Request& request = exchange.request();
  if (!is_workflow_id(workflow)) return exchange.respond(detail_response({errc::not_found_workflow, {}, {}}));
  actors::StartRequest start;
  start.workflow_id = workflow;
  start.principal = caller_of(request).principal;
  start.inputs.bytes = inputs;
  start.causation = causation_of(request);
  const actors::Ticket ticket = exchange.defer(
      [uuid = workflow_uuid(start.principal.workspace, workflow), inputs](Exchange& answered, actors::Answer&& answer) {
        switch (answer.error.code) {
          case errc::ok: return answered.respond(run_started(uuid, answer.id, inputs));
          case errc::inputs_rejected: return answered.respond(run_refused(answer.error));
          default: answered.respond(detail_response(answer.error));
        }
      });
  surface.gateway.start(std::move(start), ticket);
}

void start(const Surface& surface, Exchange& exchange) {
  auto body = start_body(exchange.request());
  if (!body) return exchange.respond(std::move(body.error()));
  look_then<std::string>(
      exchange,
      [&gateway = surface.gateway, workspace = workspace_of(exchange.request()), text = std::move(body->workflow)](
          storage::Reach reach) { return gateway.queries().workflow_name(workspace, text, reach); },
      [&surface, inputs = std::move(body->inputs)](Exchange& found, Expected<std::string> name) {
        if (!name) return found.respond(detail_response(name.error()));
        start_named(surface, found, *name, inputs);
      });
}

// ---- GET

struct ListQuestion {
  std::string workflow;  // as the client names it; empty: any
  std::uint8_t triggers = 0;
  projections::ListFilter filter;
};

constexpr std::uint8_t bit(events::Trigger trigger) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(trigger));
}
constexpr std::array kTriggers{events::Trigger::manual, events::Trigger::scheduled, events::Trigger::webhook,
                               events::Trigger::kafka};
constexpr std::uint8_t kEveryTrigger = bit(kTriggers[0]) | bit(kTriggers[1]) | bit(kTriggers[2]) | bit(kTriggers[3]);

// `trigger` may be repeated, and each may hold several separated by commas.
Checked<std::uint8_t> triggers_of(const Request& request) {
  std::uint8_t set = 0;
  bool known = true;
  for (const std::string_view value : request.parameters_of("trigger")) {
    for_each_element(value, [&](std::string_view text) {
      const std::uint8_t before = set;
      bool found = text.empty();
      for (const events::Trigger trigger : kTriggers) {
        if (text != events::name(trigger)) continue;
        set = static_cast<std::uint8_t>(before | bit(trigger));
        found = true;
      }
      known = known && found;
      return known;
    });
  }
  if (!known)
    return faulty({"query", "trigger"}, "Input should be 'manual', 'scheduled', 'webhook' or 'kafka'", "enum");
  return set == 0 ? kEveryTrigger : set;
}

Checked<ListQuestion> list_question(const Request& request) {
  ListQuestion question;
  question.workflow = request.parameter("workflow_id").value_or("");
  if (!question.workflow.empty() && !is_workflow_id(question.workflow)) {
    return faulty({"query", "workflow_id"}, "Input should be a workflow's id", "value_error");
  }
  const auto triggers = triggers_of(request);
  if (!triggers) return tl::unexpected(triggers.error());
  question.triggers = *triggers;
  const auto limit = query_number(request, "limit", kDefaultLimit, 1, kMaxLimit);
  if (!limit) return tl::unexpected(limit.error());
  question.filter.limit = *limit;
  question.filter.cursor = request.parameter("cursor").value_or("");
  const events::Principal& principal = caller_of(request).principal;
  question.filter.workspace = principal.workspace;
  if (const auto user = request.parameter("user_id"); user && !user->empty()) {
    const bool own = *user == "current" ||
                     (!principal.user.empty() && *user == to_string(user_uuid(principal.workspace, principal.user)));
    question.filter.user_id = own ? principal.user : *user;
  }
  return question;
}

struct Listed {
  std::string rows;
  std::size_t shown = 0, looked_at = 0;
};

// Appends what fits of one page; returns where the next one begins. `filled_after`: of the rows that the page had, how
// many it took to fill the answer.
Expected<std::string> append_page(const actors::Gateway& gateway, const ListQuestion& question,
                                  const projections::ListFilter& filter, Listed& out, std::size_t& filled_after) {
  std::optional<Error> failed;
  std::size_t seen = 0;
  filled_after = 0;
  const auto page = gateway.queries().list(
      filter, storage::Reach::disk, [&](const ExecutionId& id, const projections::StatusRow& row) {
        ++seen;
        if (failed || out.shown == question.filter.limit) return;
        const auto origin = origin_of(gateway, id);
        if (!origin) {
          failed = origin.error();
          return;
        }
        if ((question.triggers & bit(origin->trigger)) == 0) return;
        if (out.shown++ != 0) out.rows += ',';
        append_execution_head(out.rows, row,
                              {workflow_uuid(row.workspace, row.workflow_id), id, origin->run, origin->parent});
        out.rows += '}';
        filled_after = seen;
      });
  if (!page) return tl::unexpected(page.error());
  if (failed) return tl::unexpected(std::move(*failed));
  out.looked_at += seen;
  return page->next_cursor;
}

Response list_page(const actors::Gateway& gateway, ListQuestion question) {
  if (!question.workflow.empty()) {
    auto name = gateway.queries().workflow_name(question.filter.workspace, question.workflow, storage::Reach::disk);
    if (!name) return detail_response(name.error());
    question.filter.workflow_id = std::move(*name);
  }
  Listed listed;
  projections::ListFilter filter = question.filter;
  while (true) {
    filter.limit = question.triggers == kEveryTrigger ? question.filter.limit : kMaxLimit;
    std::size_t filled_after = 0;
    auto next = append_page(gateway, question, filter, listed, filled_after);
    if (next && listed.shown == question.filter.limit && question.triggers != kEveryTrigger) {
      // The page held more than was wanted: asked for as much as was taken, it says where to go on.
      filter.limit = filled_after;
      next = gateway.queries()
                 .list(filter, storage::Reach::disk, [](const ExecutionId&, const auto&) {})
                 .map([](auto&& page) { return page.next_cursor; });
    }
    if (!next) {
      if (next.error().code == errc::invalid) {
        return faulty({"query", "cursor"}, "Input should be the X-Next-Cursor of a list with the same filter",
                      "value_error")
            .value();
      }
      return detail_response(next.error());
    }
    filter.cursor = std::move(*next);
    if (filter.cursor.empty() || listed.shown == question.filter.limit || listed.looked_at >= kMostLookedAt) break;
    if (question.triggers == kEveryTrigger) break;
  }
  Response response;
  response.body.append("[").append(listed.rows).append("]");
  if (!filter.cursor.empty()) response.headers.emplace_back("X-Next-Cursor", filter.cursor);
  return response;
}

void list(const Surface& surface, Exchange& exchange) {
  auto question = list_question(exchange.request());
  if (!question) return exchange.respond(std::move(question.error()));
  // Each run's first event is read as well, and may lie anywhere: never on a loop.
  exchange.offload([&gateway = surface.gateway, question = std::move(*question)]() mutable {
    return list_page(gateway, std::move(question));
  });
}

// ---- cancel, terminate

void steer_run(const Surface& surface, Exchange& exchange, actors::Steer what, std::string reason) {
  const Request& request = exchange.request();
  const auto name = run_name(request);
  if (!name) return exchange.respond(name.error());
  actors::SteerRequest command;
  command.id = name->id;
  command.what = what;
  command.reason = std::move(reason);
  command.principal = caller_of(request).principal;
  command.causation = causation_of(request);
  look_then<std::string>(
      exchange,
      [&gateway = surface.gateway, name = *name, workspace = workspace_of(request)](storage::Reach reach) {
        return find_run(gateway, name, workspace, reach);
      },
      [&surface, command = std::move(command)](Exchange& found, Expected<std::string> row) {
        if (!row) return found.respond(detail_response(row.error()));
        const actors::Ticket ticket = found.defer([](Exchange& answered, actors::Answer&& answer) {
          // One that has ended is as the caller wants it.
          const bool done = answer.error.code == errc::ok || answer.error.code == errc::wrong_state;
          if (!done) return answered.respond(detail_response(answer.error));
          Response response;
          response.status = 204;
          answered.respond(std::move(response));
        });
        surface.gateway.steer(command, ticket);
      });
}

void cancel(const Surface& surface, Exchange& exchange) { steer_run(surface, exchange, actors::Steer::cancel, {}); }

void terminate(const Surface& surface, Exchange& exchange) {
  auto reason = reason_of(exchange.request());
  if (!reason) return exchange.respond(std::move(reason.error()));
  steer_run(surface, exchange, actors::Steer::terminate, std::move(*reason));
}

}  // namespace

void add_workflow_execution_routes(Router& router, const Surface& surface) {
  const std::string all = "/workflow-executions";
  add_workflow_executions_route<list>(router, surface, Method::get, all, kMayRead, RateClass::list);
  add_workflow_executions_route<start>(router, surface, Method::post, all, kMaySteer, RateClass::execute);
  add_run_route<cancel>(router, surface, Method::post, "/cancel", kMaySteer, RateClass::none);
  add_run_route<terminate>(router, surface, Method::post, "/terminate", kMaySteer, RateClass::none);
}

}  // namespace reprise::http
