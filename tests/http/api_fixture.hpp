// The API over a fake engine and a real store, asked without a connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_exchange.hpp"
#include "fake_gateway.hpp"
#include "http/api.hpp"
#include "http/router.hpp"

namespace reprise::testing {

struct ApiFixture {
  explicit ApiFixture(http::ApiOptions options = {}) : gateway(rig), api(gateway, std::move(options)) {
    api.add_routes(router);
  }

  using Headers = std::vector<std::pair<std::string, std::string>>;
  using Answered = std::unique_ptr<FakeExchange>;

  // `target` is a path with an optional query, nothing of it encoded.
  Answered ask(http::Method method, std::string_view target, std::string body = {}, Headers headers = {}) {
    auto exchange = std::make_unique<FakeExchange>();
    http::Request& request = exchange->request();
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.peer = peer;
    request.body = std::move(body);
    request.headers = std::move(headers);
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    for (std::string_view rest = std::string_view(request.path).substr(1);;) {
      const std::size_t slash = rest.find('/');
      request.segments.emplace_back(rest.substr(0, slash));
      if (slash == std::string_view::npos) break;
      rest.remove_prefix(slash + 1);
    }
    if (const std::size_t mark = target.find('?'); mark != std::string_view::npos) {
      for (std::string_view rest = target.substr(mark + 1); !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        const std::size_t equals = pair.find('=');
        request.query.emplace_back(pair.substr(0, equals),
                                   equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      }
    }
    http::Router::Match match = router.match(method, request.segments);
    BOOST_REQUIRE_MESSAGE(match.route != nullptr, target);
    request.parameters = std::move(match.parameters);
    if (api.admit(*exchange, *match.route)) match.route->handler(*exchange);
    return exchange;
  }
  Answered get(std::string_view target, Headers headers = {}) {
    return ask(http::Method::get, target, {}, std::move(headers));
  }
  Answered post(std::string_view target, std::string body = {}, Headers headers = {}) {
    if (!body.empty() && headers.empty()) headers.emplace_back("content-type", "application/json");
    return ask(http::Method::post, target, std::move(body), std::move(headers));
  }
  int status(const Answered& exchange) const { return exchange->answer ? exchange->answer->status : 0; }

  // A run that has ended, and one that waits for a worker.
  Run completed(std::uint64_t number, std::string workspace = "default") {
    Run run(id_of(number, static_cast<std::int64_t>(number)), "alice", std::move(workspace));
    rig.commit(run, at(static_cast<std::int64_t>(number)), {started()});
    rig.commit(
        run, at(static_cast<std::int64_t>(number) + 10),
        {scheduled("a"), task_started("a"), task_completed("a"), events::ExecutionCompleted{Json{"{\"ok\":true}"}}});
    return run;
  }
  Run waiting(std::uint64_t number) {
    Run run(id_of(number, static_cast<std::int64_t>(number)));
    rig.commit(run, at(static_cast<std::int64_t>(number)), {started(), scheduled("a")});
    return run;
  }
  // What the engine answers about a run.
  actors::Answer answer_of(const Run& run) const {
    actors::Answer answer;
    answer.id = run.view.id;
    projections::append_status_row(answer.row, run.view);
    return answer;
  }
  static actors::Answer refusal(errc code, std::string detail = {}) {
    actors::Answer answer;
    answer.error = {code, std::move(detail), {}};
    return answer;
  }

  Rig rig;
  FakeGateway gateway;
  http::Api api;
  http::Router router;
  std::string token;
  std::string peer = "127.0.0.1";
};

}  // namespace reprise::testing
