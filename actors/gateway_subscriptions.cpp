#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/subscriptions.hpp"

namespace reprise::actors {

void EngineGateway::put_subscription(PutSubscriptionRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<PutSubscriptionRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.subscriptions->put(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

void EngineGateway::steer_subscription(SubscriptionRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<SubscriptionRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.subscriptions->steer(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

Expected<std::string> EngineGateway::subscription(const std::string& workspace, const std::string& name) const {
  return services_.subscriptions->json(workspace, name);
}

Expected<NamedPage> EngineGateway::subscriptions(const std::string& workspace, const std::string& after,
                                                 std::size_t limit) const {
  return services_.subscriptions->list(workspace, after, limit);
}

}  // namespace reprise::actors
