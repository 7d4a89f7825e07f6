// Sends events out to the receivers of subscriptions, at least once and in order per execution, on a thread of its own.
//
// One shared reader follows the feed and gives each event to those who want it. Who cannot keep up, has failed, or was
// away reads its lanes from the feed itself until it has caught up. Positions are stored about once a second and at the
// end: after a crash what was delivered since is delivered again, under the same webhook-id. The engine never waits.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/gateway.hpp"
#include "actors/outbound.hpp"
#include "actors/streams/webhook_backoff.hpp"

namespace reprise::actors::streams {

struct WebhookOptions {
  OutboundPolicy policy;
  RetryTimes retry;
  Duration timeout{15'000};                      // of one delivery
  std::size_t most_under_way = 256;              // deliveries at once
  std::function<void(const std::string&)> warn;  // a sentence for the log; any thread
};

class WebhookDeliverer {
 public:
  virtual ~WebhookDeliverer() = default;  // stop()
  // Lets what is under way end for a moment, stores the positions, ends the threads. Before the engine stops.
  virtual void stop() = 0;
};

// The gateway outlives it.
std::unique_ptr<WebhookDeliverer> start_webhooks(Gateway& gateway, WebhookOptions options);

}  // namespace reprise::actors::streams
