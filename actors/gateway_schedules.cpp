#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/schedules.hpp"

namespace reprise::actors {

void EngineGateway::put_schedule(PutScheduleRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket,
            [this, ticket](PutScheduleRequest&& put) { services_.schedules->put(std::move(put), ticket); });
}

void EngineGateway::steer_schedule(ScheduleRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket,
            [this, ticket](ScheduleRequest&& command) { services_.schedules->steer(std::move(command), ticket); });
}

Expected<std::string> EngineGateway::schedule(const std::string& workspace, const std::string& name) const {
  return services_.schedules->json(workspace, name);
}

Expected<NamedPage> EngineGateway::schedules(const std::string& workspace, const std::string& after,
                                             std::size_t limit) const {
  return services_.schedules->list(workspace, after, limit);
}

}  // namespace reprise::actors
