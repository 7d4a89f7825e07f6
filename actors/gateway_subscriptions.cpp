#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/subscriptions.hpp"

namespace reprise::actors {

void EngineGateway::put_subscription(PutSubscriptionRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket,
            [this, ticket](PutSubscriptionRequest&& put) { services_.subscriptions->put(std::move(put), ticket); });
}

void EngineGateway::steer_subscription(SubscriptionRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket, [this, ticket](SubscriptionRequest&& command) {
    services_.subscriptions->steer(std::move(command), ticket);
  });
}

Expected<std::string> EngineGateway::subscription(const std::string& workspace, const std::string& name) const {
  return services_.subscriptions->json(workspace, name);
}

Expected<NamedPage> EngineGateway::subscriptions(const std::string& workspace, const std::string& after,
                                                 std::size_t limit) const {
  return services_.subscriptions->list(workspace, after, limit);
}

}  // namespace reprise::actors
