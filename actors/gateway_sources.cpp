#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/sources.hpp"

namespace reprise::actors {

void EngineGateway::put_source(PutSourceRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<PutSourceRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.sources->put(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

void EngineGateway::steer_source(SourceRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<SourceRequest>(std::move(request));
  const bool posted =
      services_.loader->post([this, shared, ticket] { services_.sources->steer(std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
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
