#include "actors/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/resumed_calls.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

namespace {

constexpr Duration kTick{20};      // how late a wait or a poll may be answered
constexpr Duration kIdleTick{50};  // nobody waits: how late the first wait of a few milliseconds may be answered
constexpr Duration kSweep{1'000};

}  // namespace

void SupervisorState::attach(SupervisorActor::pointer self, Services* services) {
  self_ = self;
  services_ = services;
  tick();
}

void SupervisorState::tick() {
  const auto now = services_->now();
  answer_overdue_waits();
  services_->pursuits->look_again();
  services_->resumed_calls->look_again();
  for (const auto& queue : services_->queues()) caf::anon_send(queue, QueueTick{});
  const bool set_back = now + kSweep < next_sweep_;
  if (now >= next_sweep_ || set_back || services_->directory->size() > services_->options.max_live) {
    next_sweep_ = now + kSweep;
    put_idle_to_sleep(now);
    if (services_->secrets->may_change())
      services_->loader->post([services = services_] { services->secrets->read(); });
  }
  if (services_->options.deterministic || services_->stopping.load()) return;
  const bool idle = services_->audience.empty() && services_->numbers.polls.load(std::memory_order_relaxed) <= 0;
  self_->delayed_anon_send(caf::actor_cast<SupervisorActor>(self_), idle ? kIdleTick : kTick, SupervisorTick{});
}

void SupervisorState::answer_overdue_waits() {
  auto overdue = services_->audience.overdue();
  if (overdue.empty()) return;
  services_->loader->post(
      [services = services_, overdue = std::move(overdue)] {
        for (const auto& [id, ticket] : overdue) services->answer_with_row(id, ticket);
      },
      true);
}

void SupervisorState::put_idle_to_sleep(Time now) {
  for (const auto& actor :
       services_->directory->idle(now - services_->options.idle_after, services_->options.max_live)) {
    caf::anon_send(actor, Doze{});
  }
}

SupervisorActor::behavior_type supervisor_actor(SupervisorActor::stateful_pointer<SupervisorState> self,
                                                Services* services) {
  self->state.attach(self, services);
  return {[self](SupervisorTick) { self->state.tick(); }};
}

}  // namespace reprise::actors
