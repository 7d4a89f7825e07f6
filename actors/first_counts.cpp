#include "actors/first_counts.hpp"

#include <memory>

#include "storage/keys.hpp"
#include "workflow/command.hpp"

namespace reprise::actors {

namespace {

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

}  // namespace

void count_at_start(Services& services) {
  services.numbers.open.store(services.queries->open_executions().value_or(0), std::memory_order_relaxed);
  auto timers = std::make_shared<storage::Store::Cursor>(services.store.cursor(storage::Family::timers));
  timers->seek({});
  services.loader->post([&services, timers] { count_leases(services, timers); }, true);
}

}  // namespace reprise::actors
