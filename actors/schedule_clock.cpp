#include "actors/schedule_clock.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/schedules.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

namespace {

constexpr Duration kLongest{1'000};  // between looks at the clock: it may be set, or the machine may have slept

}  // namespace

void ScheduleClockState::attach(ScheduleClock::pointer self, Services* services) {
  self_ = self;
  services_ = services;
}

void ScheduleClockState::due(Time at) {
  at_ = at;
  ++generation_;
  if (services_->options.deterministic) return;  // Engine::tick() looks
  const Duration wait = std::clamp(at - services_->now(), Duration{0}, kLongest);
  self_->delayed_anon_send(caf::actor_cast<ScheduleClock>(self_), wait, ScheduleTick{generation_});
}

void ScheduleClockState::tick(std::uint64_t generation) {
  if (at_ == Time{} || (generation != 0 && generation != generation_)) return;
  if (services_->now() < at_) {
    if (generation != 0) due(at_);
    return;
  }
  at_ = Time{};
  services_->loader->post([services = services_] { services->schedules->look(); }, true);
}

ScheduleClock::behavior_type schedule_clock(ScheduleClock::stateful_pointer<ScheduleClockState> self,
                                            Services* services) {
  self->state.attach(self, services);
  return {
      [self](ScheduleDue m) { self->state.due(m.at); },
      [self](ScheduleTick m) { self->state.tick(m.generation); },
  };
}

}  // namespace reprise::actors
