#include "actors/resumed_calls.hpp"

#include "storage/keys.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kPortion = 500;       // rows; an execution has as many as it makes calls
constexpr std::size_t kLoadsAhead = 2'048;  // of what waits for the loader

}  // namespace

void ResumedCalls::look_again() {
  if (services_.stopping.load(std::memory_order_relaxed)) return;
  if (services_.directory->size() > services_.options.max_live || services_.loader->waiting() > kLoadsAhead) return;
  if (!resting_.exchange(false)) return;
  services_.loader->post([this] { wake_some(); }, true);
}

void ResumedCalls::wake_some() {
  const auto now = services_.now();
  if (trouble_.pauses(now)) return resting_.store(true);
  // A view of its own for each portion: a cursor that stays open holds the store's recovery up. The rows of calls that
  // came since are looked at as well; their executions are awake.
  auto cursor = services_.store.cursor(storage::Family::calls);
  std::size_t rows = 0;
  for (cursor.seek(from_); cursor.valid() && rows < kPortion; cursor.next(), ++rows) {
    from_ = cursor.key();
    from_ += '\0';
    const auto key = storage::parse_task_key(cursor.key());
    if (!key || last_ == key->id) continue;
    last_ = key->id;
    services_.directory->wake(key->id, now);
  }
  const auto read = cursor.status();
  trouble_.found(services_, read ? std::nullopt : std::optional(read.error()));
  if (!read || cursor.valid()) resting_.store(true);
}

}  // namespace reprise::actors
