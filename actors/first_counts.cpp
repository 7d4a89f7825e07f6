#include "actors/first_counts.hpp"

#include <memory>

#include "storage/keys.hpp"
#include "workflow/command.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kQueuesOpened = 1'000;
constexpr std::size_t kPortion = 20'000;  // rows looked at before other work of the loader gets its turn

void count_leases(Services& services, const std::shared_ptr<storage::Store::Cursor>& timers) {
  std::int64_t leased = 0;
  for (std::size_t n = 0; n < kPortion && timers->valid(); ++n, timers->next()) {
    const auto key = storage::parse_timer_key(timers->key());
    if (key && key->kind == static_cast<std::uint8_t>(workflow::TimerKind::lease)) ++leased;
  }
  services.numbers.leased.fetch_add(leased, std::memory_order_relaxed);
  if (!timers->valid()) return;
  services.loader->post([&services, timers] { count_leases(services, timers); }, true);
}

// A queue that holds tasks is opened though no worker asks for it: it counts them.
void open_queues(Services& services) {
  auto rows = services.store.cursor(storage::Family::queue);
  rows.seek({});
  for (std::size_t n = 0; n < kQueuesOpened && rows.valid(); ++n) {
    const auto key = storage::parse_queue_key(rows.key());
    if (!key) return;
    services.queue(key->queue);
    rows.seek(key->queue + '\x01');  // a queue's keys go on with a zero byte
  }
}

}  // namespace

void count_at_start(Services& services) {
  services.numbers.open.store(services.queries->open_executions().value_or(0), std::memory_order_relaxed);
  auto timers = std::make_shared<storage::Store::Cursor>(services.store.cursor(storage::Family::timers));
  timers->seek({});
  services.loader->post([&services, timers] { count_leases(services, timers); }, true);
  services.loader->post([&services] { open_queues(services); }, true);
}

}  // namespace reprise::actors
