#include "actors/engine.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "actors/admission_actor.hpp"
#include "actors/execution_actor.hpp"
#include "actors/first_counts.hpp"
#include "actors/gateway_impl.hpp"
#include "actors/outbox.hpp"
#include "actors/resumed_calls.hpp"
#include "actors/schedule_clock.hpp"
#include "actors/services.hpp"
#include "actors/settle.hpp"
#include "actors/supervisor_actor.hpp"
#include "actors/timer_actor.hpp"

namespace reprise::actors {

namespace {

caf::actor_system_config& configure(caf::actor_system_config& config, const EngineOptions& options) {
  if (options.deterministic) {
    config.set("scheduler.policy", caf::atom("testing"));
  } else {
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", options.scheduler_threads);
    config.set("scheduler.max-throughput", std::size_t{100});
  }
  return config;
}

class LocalEngine final : public Engine {
 public:
  explicit LocalEngine(const EngineOptions& options) : services_(options), gateway_(services_) {
    services_.audience.measure_with([this] { return services_.steady(); });
    services_.listener = std::make_unique<Settler>(services_);
    services_.journal = std::make_unique<storage::Journal>(services_.store, *services_.listener, options.journal_bound);
    services_.queries = std::make_unique<projections::Queries>(services_.store, services_.journal.get());
    services_.feed = std::make_unique<projections::Feed>(services_.store, *services_.journal);
    services_.definitions = std::make_unique<Definitions>(*services_.queries);
    services_.secrets = std::make_unique<Secrets>(options.secrets);
    services_.secrets->read();
    services_.schedules = std::make_unique<Schedules>(services_);
    services_.pursuits = std::make_unique<Pursuits>(services_);
    services_.subscriptions = std::make_unique<Subscriptions>(services_);
    services_.sources = std::make_unique<Sources>(services_);
    services_.resumed_calls = std::make_unique<ResumedCalls>(services_);
    services_.loader = std::make_unique<WorkThread>(!options.deterministic, kLoaderBound);
    system_ = std::make_unique<caf::actor_system>(configure(config_, options));
    services_.system = system_.get();
    services_.directory = std::make_unique<Directory>(
        [this](const ExecutionId& id) { return system_->spawn(waking_execution, &services_, id); });
    for (std::size_t n = 0; n < 2 * options.scheduler_threads; ++n) {
      services_.admissions.push_back(system_->spawn(admission_actor, &services_));
    }
    count_at_start(services_);
    services_.timers = system_->spawn(timer_actor, &services_);
    services_.outbox = system_->spawn(outbox_actor, &services_);
    services_.schedule_clock = system_->spawn(schedule_clock, &services_);
    if (!options.deterministic) services_.journal->start();
    services_.supervisor = system_->spawn(supervisor_actor, &services_);
    services_.loader->post([this] { services_.schedules->load(); }, true);
    services_.loader->post([this] { services_.sources->load(); }, true);
  }

  ~LocalEngine() override { stop(std::chrono::seconds(5)); }

  Gateway& gateway() override { return gateway_; }

  void begin_stop() override {
    services_.stopping.store(true);
    services_.sources->begin_stop();
    answer_waits(services_.audience.take_all(), kStartsAwaited);
    services_.pursuits->look_again();
    for (const auto& queue : services_.queues()) caf::anon_send(queue, QueueTick{});
  }

  void stop(Duration grace) override {
    if (stopped_) return;
    stopped_ = true;
    begin_stop();
    services_.sources->stop();
    // What was accepted becomes durable and is answered before anything ends.
    const auto end = std::chrono::steady_clock::now() + grace;
    while (std::chrono::steady_clock::now() < end) {
      if (services_.options.deterministic) {
        if (!run()) break;
      } else {
        if (services_.journal->waiting() == 0 && services_.loader->waiting() == 0) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    services_.loader->stop();
    services_.journal->stop();
    end_actors();
    if (system_->registry().running() == 0) {
      system_.reset();
    } else {
      static_cast<void>(system_.release());  // an actor that does not end must not keep the process from ending
    }
  }

  bool run() override {
    bool any = false;
    for (;;) {
      bool more = scheduler().run() != 0;
      more = services_.loader->run_one() || more;
      more = scheduler().run() != 0 || more;
      more = services_.journal->step() || more;
      if (!more) break;
      any = true;
    }
    return any;
  }

  void tick() override {
    caf::anon_send(services_.timers, TimerTick{0});
    caf::anon_send(services_.outbox, OutboxTick{});
    caf::anon_send(services_.schedule_clock, ScheduleTick{0});
    caf::anon_send(services_.supervisor, SupervisorTick{});
  }

 private:
  static constexpr std::size_t kLoaderBound = 100'000;
  static constexpr int kStartsAwaited = 500;

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  }

  // Whoever waits for the end of a run is told how far it is: it was started, and is not to be started again. Some
  // starts are not durable yet: `tries` times, a millisecond apart, they are looked for.
  void answer_waits(std::vector<std::pair<ExecutionId, Ticket>> waits, int tries) {
    if (waits.empty()) return;
    services_.loader->post(
        [this, waits = std::move(waits), tries] {
          std::vector<std::pair<ExecutionId, Ticket>> early;
          for (const auto& [id, ticket] : waits) {
            const bool stored = services_.store.get(storage::Family::status, id.view()).has_value();
            if (stored) {
              services_.answer_with_row(id, ticket);
            } else if (tries > 0) {
              early.emplace_back(id, ticket);
            } else {
              Services::refuse(ticket, errc::shutting_down, "the server is shutting down");
            }
          }
          if (!early.empty() && !services_.options.deterministic)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          answer_waits(std::move(early), tries - 1);
        },
        true);
  }

  // Ends every actor, those too that are spawned while others end. Nothing is woken any more.
  void end_actors() {
    services_.closed.store(true);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    do {
      for (const auto& actor : services_.directory->all()) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
      for (const auto& queue : services_.queues()) caf::anon_send_exit(queue, caf::exit_reason::user_shutdown);
      for (const auto& admission : services_.admissions) {
        caf::anon_send_exit(admission, caf::exit_reason::user_shutdown);
      }
      caf::anon_send_exit(services_.timers, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(services_.outbox, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(services_.schedule_clock, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(services_.supervisor, caf::exit_reason::user_shutdown);
      if (services_.options.deterministic) {
        scheduler().run();
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    } while (system_->registry().running() != 0 && std::chrono::steady_clock::now() < end);
    services_.end_actors();
  }

  Services services_;
  EngineGateway gateway_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  bool stopped_ = false;
};

}  // namespace

Expected<std::unique_ptr<Engine>> Engine::start(const EngineOptions& options) {
  if (options.store == nullptr) return fail(errc::internal, "an engine needs a store");
  return std::unique_ptr<Engine>(std::make_unique<LocalEngine>(options));
}

}  // namespace reprise::actors
