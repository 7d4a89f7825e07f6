// Answers to interactions: from the interaction's id to the run that asks.
#include <utility>

#include "actors/gateway_impl.hpp"
#include "actors/interaction_answer.hpp"

namespace reprise::actors {

namespace {

Error unknown(const Uuid& id) { return {errc::not_found, "no interaction " + to_string(id), {}}; }

}  // namespace

void EngineGateway::answer(AnswerRequest request, Ticket ticket) {
  if (admit(ticket)) answer_interaction(services_, std::move(request), ticket);
}

void answer_interaction(Services& services, AnswerRequest request, Ticket ticket) {
  auto shared = std::make_shared<AnswerRequest>(std::move(request));
  const auto send = [&services, shared, ticket](storage::Reach reach) {
    auto bytes = services.queries->interaction_row(shared->interaction_id, shared->principal.workspace, reach);
    if (!bytes && bytes.error().code == errc::would_block) return false;
    const auto row = bytes ? projections::parse_interaction_row(*bytes) : tl::unexpected(bytes.error());
    if (!row) {
      Services::refuse(ticket, row.error().code, row.error().detail);
      return true;
    }
    if (shared->execution_id && *shared->execution_id != row->execution_id) {
      const Error error = unknown(shared->interaction_id);
      Services::refuse(ticket, error.code, error.detail);
      return true;
    }
    auto envelope = std::make_shared<Envelope>();
    envelope->id = row->execution_id;
    envelope->workspace = shared->principal.workspace;
    const std::string& known = shared->principal.user;
    envelope->command = workflow::Respond{std::string(row->ref), to_string(shared->interaction_id),
                                          known.empty() ? shared->user : known, std::move(shared->data)};
    envelope->groups = std::move(shared->groups);
    envelope->principal = std::move(shared->principal);
    envelope->causation = shared->causation.empty() ? "request" : std::move(shared->causation);
    envelope->ticket = ticket;
    services.deliver(std::move(envelope));
    return true;
  };
  if (send(storage::Reach::cached)) return;
  const bool posted = services.loader->post([send] { send(storage::Reach::disk); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

}  // namespace reprise::actors
