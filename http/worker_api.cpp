// /api/tasks: how workers take tasks and report on them.
#include "http/surface.hpp"
#include "http/worker_requests.hpp"

namespace reprise::http {
namespace {

// The engine's body as it is, unless entries were set aside.
Exchange::OnAnswer answer_with(std::string_view list, std::string_view verdict, std::vector<BadEntry> bad) {
  return [list, verdict, bad = std::move(bad)](Exchange& exchange, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return exchange.respond(error_response(answer.error));
    Response response;
    response.damage = std::move(answer.damage);
    response.body = with_bad_entries(std::move(answer.body), list, verdict, bad);
    exchange.respond(std::move(response));
  };
}

void poll(const Surface& surface, Exchange& exchange) {
  actors::Gateway& gateway = surface.gateway;
  auto read = read_poll(exchange.request(), gateway.now());
  if (!read) return exchange.respond(std::move(read.error()));
  actors::PollRequest request = std::move(read->request);
  request.principal = caller_of(exchange.request()).principal;
  const actors::Ticket ticket = exchange.defer(answer_with("outcomes", "outcome", std::move(read->bad)),
                                               [&gateway](actors::Ticket gone) { gateway.abandon(gone); });
  exchange.on_undelivered([&gateway](actors::Answer&& answer) {
    if (answer.error.code == errc::ok) gateway.give_back(std::move(answer.body));
  });
  gateway.poll(std::move(request), ticket);
}

void complete(const Surface& surface, Exchange& exchange) {
  auto read = read_complete(exchange.request(), surface.gateway.now());
  if (!read) return exchange.respond(std::move(read.error()));
  actors::CompleteRequest request = std::move(read->request);
  request.principal = caller_of(exchange.request()).principal;
  const actors::Ticket ticket = exchange.defer(answer_with("outcomes", "outcome", std::move(read->bad)));
  surface.gateway.complete(std::move(request), ticket);
}

void heartbeat(const Surface& surface, Exchange& exchange) {
  auto read = read_heartbeat(exchange.request(), surface.gateway.now());
  if (!read) return exchange.respond(std::move(read.error()));
  actors::HeartbeatRequest request = std::move(read->request);
  request.principal = caller_of(exchange.request()).principal;
  const actors::Ticket ticket = exchange.defer(answer_with("leases", "state", std::move(read->bad)));
  surface.gateway.heartbeat(std::move(request), ticket);
}

}  // namespace

void add_worker_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::post, "/api/tasks/poll", kMayWork, RateClass::none, poll);
  add_route(router, surface, Method::post, "/api/tasks/complete", kMayWork, RateClass::none, complete);
  add_route(router, surface, Method::post, "/api/tasks/heartbeat", kMayWork, RateClass::none, heartbeat);
}

}  // namespace reprise::http
