#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/sources.hpp"

namespace reprise::actors {

void EngineGateway::put_source(PutSourceRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket,
            [this, ticket](PutSourceRequest&& put) { services_.sources->put(std::move(put), ticket); });
}

void EngineGateway::steer_source(SourceRequest request, Ticket ticket) {
  on_loader(std::move(request), ticket,
            [this, ticket](SourceRequest&& command) { services_.sources->steer(std::move(command), ticket); });
}

Expected<std::string> EngineGateway::source(const std::string& workspace, const std::string& name) const {
  return services_.sources->json(workspace, name);
}

Expected<NamedPage> EngineGateway::sources(const std::string& workspace, const std::string& after,
                                           std::size_t limit) const {
  return services_.sources->list(workspace, after, limit);
}

std::vector<SourceNumbers> EngineGateway::source_numbers() const { return services_.sources->numbers(); }

}  // namespace reprise::actors
