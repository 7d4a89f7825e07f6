#include "actors/gateway_impl.hpp"

#include <algorithm>
#include <utility>

#include "actors/task_window.hpp"

namespace reprise::actors {

void EngineGateway::put_workflow(PutWorkflowRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto shared = std::make_shared<PutWorkflowRequest>(std::move(request));
  const bool posted = services_.loader->post(
      [this, shared, ticket] { services_.definitions->put(services_, std::move(*shared), ticket); });
  if (!posted) Services::refuse(ticket, errc::busy, "too many definitions wait to be compiled");
}

void EngineGateway::delete_workflow(std::string workflow_id, events::Principal principal, Ticket ticket) {
  if (!admit(ticket)) return;
  const bool posted = services_.loader->post([this, workflow_id = std::move(workflow_id), principal, ticket] {
    services_.definitions->remove(services_, workflow_id, principal, ticket);
  });
  if (!posted) Services::refuse(ticket, errc::busy, "too many definitions wait to be compiled");
}

bool EngineGateway::store_rows(storage::RowBatch rows, std::function<void(bool durable)> then) {
  return services_.store_rows(std::move(rows), std::move(then));
}

EngineNumbers EngineGateway::numbers() const {
  const auto at_least_zero = [](std::int64_t v) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, v)); };
  EngineNumbers out;
  out.live_executions = services_.directory->size();
  out.open_executions = at_least_zero(services_.numbers.open.load(std::memory_order_relaxed));
  out.messages_owed = at_least_zero(services_.numbers.owed.load(std::memory_order_relaxed));
  out.oldest_owed = from_millis(services_.numbers.owed_since.load(std::memory_order_relaxed));
  out.refused_starts = services_.numbers.refused_starts.load(std::memory_order_relaxed);
  out.oldest_queued = services_.oldest_queued();
  out.started = services_.numbers.started.load(std::memory_order_relaxed);
  out.ended = services_.numbers.ended.load(std::memory_order_relaxed);
  out.tasks_queued = at_least_zero(services_.numbers.queued.load(std::memory_order_relaxed));
  out.tasks_leased = at_least_zero(services_.numbers.leased.load(std::memory_order_relaxed));
  out.polls_waiting = at_least_zero(services_.numbers.polls.load(std::memory_order_relaxed));
  out.timers_armed = at_least_zero(services_.numbers.timers.load(std::memory_order_relaxed));
  out.timers_overdue = at_least_zero(services_.numbers.overdue.load(std::memory_order_relaxed));
  return out;
}

QueueView EngineGateway::queue_view(std::string_view action, const storage::QueueKey& task) const {
  QueueView out;
  const auto activity = services_.activity(task.queue);
  out.last_poll = activity.last_poll;
  out.last_poll_actions = activity.last_actions;
  for (const auto& [pattern, at] : activity.by_pattern) {
    if (matches({pattern}, action)) out.last_poll_for_action = std::max(out.last_poll_for_action, at);
  }
  const std::string own = storage::queue_key(task);
  auto cursor = services_.store.cursor(storage::Family::queue);
  for (cursor.seek(task.queue + '\0'); cursor.valid() && cursor.key() < own && out.ahead < QueueView::kMostAhead;
       cursor.next()) {
    ++out.ahead;
  }
  return out;
}

std::shared_ptr<const workflow::Plan> EngineGateway::plan(std::string_view workspace, std::string_view workflow_id,
                                                          std::uint32_t version) {
  auto plan = services_.definitions->load(workspace, workflow_id, version);
  return plan ? *plan : nullptr;
}

}  // namespace reprise::actors
