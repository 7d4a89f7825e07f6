#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/schedules.hpp"

namespace reprise::actors {

void EngineGateway::put_schedule(PutScheduleRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<PutScheduleRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.schedules->put(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

void EngineGateway::steer_schedule(ScheduleRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<ScheduleRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.schedules->steer(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

Expected<std::string> EngineGateway::schedule(const std::string& workspace, const std::string& name) const {
  return services_.schedules->json(workspace, name);
}

Expected<NamedPage> EngineGateway::schedules(const std::string& workspace, const std::string& after,
                                             std::size_t limit) const {
  return services_.schedules->list(workspace, after, limit);
}

}  // namespace reprise::actors
