// What the parts of the API share, and the parts.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "actors/gateway.hpp"
#include "actors/streams/stream.hpp"
#include "http/api.hpp"
#include "http/auth.hpp"
#include "http/router.hpp"

namespace reprise::http {

class EventHub;
class Metrics;
class WebhookSecrets;

// Lives as long as the Api: handlers refer to it.
struct Surface {
  actors::Gateway& gateway;
  const ApiOptions& options;
  const Metrics& metrics;
  const WebhookSecrets& webhooks;
  EventHub& hub;
  const std::atomic<Server*>& server;
  const std::atomic<const actors::Stream*>& stream;
  const std::atomic<bool>& draining;
};

using Handler = void (*)(const Surface&, Exchange&);

// Adds a route whose callers need one of `roles`; 0: an open route.
void add_route(Router& router, const Surface& surface, Method method, std::string pattern, Roles roles, RateClass rate,
               Handler handler);

void add_execute_routes(Router& router, const Surface& surface);
void add_execution_routes(Router& router, const Surface& surface);
void add_steer_routes(Router& router, const Surface& surface);
void add_log_routes(Router& router, const Surface& surface);
void add_live_routes(Router& router, const Surface& surface);
void add_workflow_routes(Router& router, const Surface& surface);
void add_workflow_execution_routes(Router& router, const Surface& surface);  // start, list, cancel, terminate
void add_workflow_execution_reads(Router& router, const Surface& surface);   // of one run: full and compact
void add_interaction_routes(Router& router, const Surface& surface);         // on both surfaces
void add_webhook_routes(Router& router, const Surface& surface);
void add_webhook_answer_routes(Router& router, const Surface& surface);
void add_schedule_routes(Router& router, const Surface& surface);
void add_subscription_routes(Router& router, const Surface& surface);
void add_source_routes(Router& router, const Surface& surface);
void add_worker_routes(Router& router, const Surface& surface);
void add_event_routes(Router& router, const Surface& surface);         // of one run
void add_feed_routes(Router& router, const Surface& surface);          // of all
void add_event_stream_routes(Router& router, const Surface& surface);  // of one and of all
void add_event_schema_routes(Router& router, const Surface& surface);
void add_audit_routes(Router& router, const Surface& surface);
void add_operation_routes(Router& router, const Surface& surface);

// "request/<X-Request-Id>" where the caller named its request; empty otherwise.
std::string causation_of(const Request& request);

}  // namespace reprise::http
