#include "http/api.hpp"

#include <atomic>
#include <chrono>

#include "http/auth.hpp"
#include "http/damage_log.hpp"
#include "http/error_body.hpp"
#include "http/event_hub.hpp"
#include "http/metrics.hpp"
#include "http/principals.hpp"
#include "http/server.hpp"
#include "http/surface.hpp"
#include "http/webhook_secrets.hpp"

namespace reprise::http {

struct Api::Impl {
  Impl(actors::Gateway& gateway, ApiOptions given)
      : options(std::move(given)),
        damage(options.log),
        principals(options.principals_file, options.log),
        webhooks(options.webhooks_file, options.log),
        limiter(options.limits),
        hub(gateway.feed(), gateway.bell(), hub_limits(options)),
        surface{gateway, options, metrics, webhooks, hub, server, stream, draining} {
    hub.start();
  }
  static HubLimits hub_limits(const ApiOptions& options) {
    HubLimits limits;
    limits.ring_bytes = options.stream_ring_bytes;
    return limits;
  }

  // The caller, or the answer that refuses it.
  tl::expected<std::shared_ptr<const Caller>, Response> identify(const Request& request, const Route& route) const;
  std::uint32_t seconds_to_wait(const Request& request, RateClass rate, std::chrono::steady_clock::time_point now);
  void look_at_files(std::chrono::steady_clock::time_point now);

  const ApiOptions options;
  DamageLog damage;
  Principals principals;
  WebhookSecrets webhooks;
  RateLimiter limiter;
  Metrics metrics;
  EventHub hub;
  std::atomic<Server*> server{nullptr};
  std::atomic<const actors::Stream*> stream{nullptr};
  std::atomic<bool> draining{false};
  std::atomic<bool> looking{false};  // a query thread looks at the files, or is about to
  Surface surface;
};

Api::Api(actors::Gateway& gateway, ApiOptions options) : impl_(std::make_unique<Impl>(gateway, std::move(options))) {}

Api::~Api() = default;

void Api::add_routes(Router& router) {
  add_execute_routes(router, impl_->surface);
  add_execution_routes(router, impl_->surface);
  add_steer_routes(router, impl_->surface);
  add_interaction_routes(router, impl_->surface);
  add_log_routes(router, impl_->surface);
  add_live_routes(router, impl_->surface);
  add_workflow_routes(router, impl_->surface);
  add_workflow_execution_routes(router, impl_->surface);
  add_workflow_execution_reads(router, impl_->surface);
  add_webhook_routes(router, impl_->surface);
  add_webhook_answer_routes(router, impl_->surface);
  add_schedule_routes(router, impl_->surface);
  add_subscription_routes(router, impl_->surface);
  add_source_routes(router, impl_->surface);
  add_worker_routes(router, impl_->surface);
  add_event_routes(router, impl_->surface);
  add_feed_routes(router, impl_->surface);
  add_event_stream_routes(router, impl_->surface);
  add_event_schema_routes(router, impl_->surface);
  add_audit_routes(router, impl_->surface);
  add_operation_routes(router, impl_->surface);
  impl_->metrics.count_routes(router);
}

void Api::set_server(Server* server) {
  impl_->server.store(server);
  if (server == nullptr) impl_->hub.stop();  // it wakes the server's loops
}

void Api::set_stream(const actors::Stream* stream) { impl_->stream.store(stream); }

void Api::drain() { impl_->draining.store(true); }

tl::expected<std::shared_ptr<const Caller>, Response> Api::Impl::identify(const Request& request,
                                                                          const Route& route) const {
  if (route.access == Access::open || principals.open()) return anyone();
  const auto token = token_of(request);
  if (!token) {
    return tl::unexpected<Response>(
        refusal(request.path, 401, "UNAUTHORIZED", "A token is needed: send it as Authorization: Bearer <token>."));
  }
  auto caller = principals.find(*token);
  if (!caller) return tl::unexpected<Response>(refusal(request.path, 401, "UNAUTHORIZED", "The token is not known."));
  if (route.roles != 0 && (route.roles & caller->roles) == 0) {
    return tl::unexpected<Response>(refusal(request.path, 403, "FORBIDDEN",
                                            "This needs one of the roles " + names(route.roles) + "; the token has " +
                                                (caller->roles == 0 ? "none" : names(caller->roles)) + "."));
  }
  return caller;
}

std::uint32_t Api::Impl::seconds_to_wait(const Request& request, RateClass rate,
                                         std::chrono::steady_clock::time_point now) {
  if (!options.rate_limits || rate == RateClass::none) return 0;
  std::string key;
  if (request.caller->anonymous) {
    key.append("peer ").append(request.peer);
  } else {
    const events::Principal& principal = request.caller->principal;
    key.append(principal.workspace).append("\n").append(principal.user);
  }
  return limiter.take(key, rate, now);
}

// On a query thread: the disk may let wait for it. The request that it is due with does not see what comes of it.
void Api::Impl::look_at_files(std::chrono::steady_clock::time_point now) {
  if (!principals.due(now) && !webhooks.due(now)) return;
  Server* const pool = server.load();
  if (pool == nullptr || looking.exchange(true)) return;
  std::function<void()> look = [this, now] {
    principals.refresh(now);
    webhooks.refresh(now);
    looking.store(false);
  };
  if (!pool->run_later(look)) looking.store(false);
}

bool Api::admit(Exchange& exchange, const Route& route) {
  const auto now = std::chrono::steady_clock::now();
  impl_->look_at_files(now);
  Request& request = exchange.request();
  auto caller = impl_->identify(request, route);
  if (!caller) {
    exchange.respond(std::move(caller.error()));
    return false;
  }
  request.caller = std::move(*caller);
  if (const std::uint32_t seconds = impl_->seconds_to_wait(request, route.rate, now); seconds > 0) {
    const std::string text = std::to_string(seconds);
    Response response =
        refusal(request.path, 429, "RATE_LIMITED", "Too many calls of this kind: try again in " + text + " s.");
    response.headers.emplace_back("Retry-After", text);
    exchange.respond(std::move(response));
    return false;
  }
  return true;
}

Response Api::error_body(std::string_view path, int status, std::string_view sentence) const {
  return server_error(path, status, sentence);
}

void Api::observe(const Route* route, int status, std::uint64_t nanoseconds, std::string_view damage) {
  impl_->metrics.observe(route, status, nanoseconds);
  if (damage.empty()) return;
  impl_->damage.found(route == nullptr ? "a request" : route->name, damage, std::chrono::steady_clock::now());
}

bool Api::open() const { return impl_->principals.open(); }

void add_route(Router& router, const Surface& surface, Method method, std::string pattern, Roles roles, RateClass rate,
               Handler handler) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = [handler, &surface](Exchange& exchange) { handler(surface, exchange); };
  route.access = roles == 0 ? Access::open : Access::authenticated;
  route.rate = rate;
  route.roles = roles;
  router.add(std::move(route));
}

std::string causation_of(const Request& request) {
  const std::string_view id = request.header("x-request-id");
  if (id.empty() || id.size() > 128) return {};
  for (const char c : id) {
    if (c <= ' ' || c > '~') return {};
  }
  return std::string("request/").append(id);
}

}  // namespace reprise::http
