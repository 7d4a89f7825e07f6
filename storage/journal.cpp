#include "storage/journal.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "events/record.hpp"
#include "storage/counters.hpp"
#include "storage/keys.hpp"
#include "storage/meta_rows.hpp"

namespace reprise::storage {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kHeaderRoom = 12;        // what Store::write wants at the front
constexpr std::size_t kBatchBytes = 4u << 20;  // a larger batch would only make its first commits wait
constexpr auto kRetry = std::chrono::milliseconds(100);
constexpr auto kFailingNap = std::chrono::milliseconds(5);

void write_be64(char* at, std::uint64_t v) {
  for (std::size_t i = 0; i < 8; ++i) at[i] = static_cast<char>(v >> (56 - 8 * i));
}

}  // namespace

const std::vector<double> kLatencyBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                         0.01,   0.025,   0.05,   0.1,   0.25,   1.0};

struct Journal::Impl {
  Impl(Store& s, CommitListener& l, std::size_t b)
      : store(s),
        listener(l),
        bound(b),
        counters(s),
        next(s.partitions()),
        durable(s.partitions()),
        buckets(kLatencyBounds.size() + 1) {}

  using Batch = std::vector<std::unique_ptr<Commit>>;

  Store& store;
  CommitListener& listener;
  const std::size_t bound;
  Counters counters;

  // The way in: a stack that submitters push to and the writer takes whole.
  std::atomic<Commit*> head{nullptr};
  std::atomic<std::size_t> waiting{0};  // raised before a push, lowered before settled(): covers what is being written
  std::atomic<std::uint32_t> wake{0};
  std::atomic<bool> stopping{false}, failing{false};
  std::atomic<std::uint64_t> generation{0};
  std::atomic<std::uint64_t> phase{0};
  std::thread thread;
  bool stopped = false;

  // The writer's own.
  Commit* taken = nullptr;  // oldest first
  std::string rows;         // reused from batch to batch
  RowBatch own;
  std::vector<std::uint64_t> next;   // positions with the batch in hand
  std::vector<std::uint16_t> moved;  // partitions that it touches
  std::uint32_t row_count = 0;
  std::uint64_t events = 0;
  Error failure;
  Clock::time_point last_try{};

  // What others read.
  std::vector<std::atomic<std::uint64_t>> durable;
  std::atomic<std::uint64_t> batches{0}, commits{0}, all_events{0}, bytes{0}, failures{0}, write_ns{0}, slowest_ns{0};
  std::vector<std::atomic<std::uint64_t>> buckets;

  void push(Commit* commit);
  Batch take();
  bool write_some();
  Expected<void> assemble(const Batch& batch);
  bool sound(const Commit& commit) const;
  void append(Commit& commit);
  void settle(Batch&& batch, CommitOutcome outcome, const Error& error);
  void failed(Batch&& batch, const Error& error);
  void publish(const Batch& batch);
  bool try_recover();
  Expected<void> reload();
  void count_write(Clock::duration took);
  void run();
};

void Journal::Impl::push(Commit* commit) {
  Commit* old = head.load(std::memory_order_relaxed);
  do commit->next_ = old;
  while (!head.compare_exchange_weak(old, commit, std::memory_order_release, std::memory_order_relaxed));
  if (old == nullptr) {  // whoever finds it empty wakes the writer; the others ride along
    wake.fetch_add(1, std::memory_order_release);
    wake.notify_one();
  }
}

Journal::Impl::Batch Journal::Impl::take() {
  if (taken == nullptr) {
    Commit* newest = head.exchange(nullptr, std::memory_order_acquire);
    while (newest != nullptr) {
      Commit* older = newest->next_;
      newest->next_ = taken;
      taken = newest;
      newest = older;
    }
  }
  Batch batch;
  std::size_t size = 0;
  while (taken != nullptr && (batch.empty() || size + taken->rows.bytes().size() <= kBatchBytes)) {
    size += taken->rows.bytes().size();
    Commit* commit = taken;
    taken = commit->next_;
    commit->next_ = nullptr;
    batch.emplace_back(commit);
  }
  return batch;
}

void Journal::Impl::settle(Batch&& batch, CommitOutcome outcome, const Error& error) {
  if (batch.empty()) return;
  waiting.fetch_sub(batch.size(), std::memory_order_seq_cst);
  listener.settled(std::move(batch), outcome, error);
}

bool Journal::Impl::sound(const Commit& commit) const {
  if (commit.partition >= next.size()) return false;
  return std::all_of(commit.chunks.begin(), commit.chunks.end(), [&](const ChunkSlot& slot) {
    return slot.events != 0 && slot.value_offset + events::kPositionOffset + 8 <= commit.rows.bytes().size();
  });
}

void Journal::Impl::append(Commit& commit) {
  const std::size_t base = rows.size();
  rows.append(commit.rows.bytes());
  row_count += commit.rows.rows();
  if (commit.chunks.empty()) return;
  std::uint64_t& position = next[commit.partition];
  if (position == durable[commit.partition].load(std::memory_order_relaxed)) moved.push_back(commit.partition);
  for (const auto& slot : commit.chunks) {
    write_be64(rows.data() + base + slot.value_offset + events::kPositionOffset, position + 1);
    own.put(Family::feed, feed_key(commit.partition, position + 1),
            feed_value({commit.id, slot.first_event_id, slot.events}));
    position += slot.events;
    events += slot.events;
  }
}

Expected<void> Journal::Impl::assemble(const Batch& batch) {
  rows.assign(kHeaderRoom, '\0');
  own.clear();
  moved.clear();
  row_count = 0;
  events = 0;
  for (const auto& commit : batch) {
    append(*commit);
    for (const auto& counter : commit->counters)
      if (auto added = counters.add(counter.key, counter.delta); !added) return added;
  }
  counters.write_rows(own);
  for (const auto partition : moved) {
    char position[8];
    write_be64(position, next[partition]);
    own.put(Family::meta, meta::position(partition), {position, sizeof position});
  }
  rows.append(own.bytes());
  row_count += own.rows();
  return {};
}

void Journal::Impl::count_write(Clock::duration took) {
  const auto ns = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  write_ns.fetch_add(ns, std::memory_order_relaxed);
  if (ns > slowest_ns.load(std::memory_order_relaxed)) slowest_ns.store(ns, std::memory_order_relaxed);
  const auto bucket = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), static_cast<double>(ns) / 1e9);
  buckets[static_cast<std::size_t>(bucket - kLatencyBounds.begin())].fetch_add(1, std::memory_order_relaxed);
}

void Journal::Impl::publish(const Batch& batch) {
  for (const auto partition : moved) durable[partition].store(next[partition], std::memory_order_release);
  counters.publish();
  batches.fetch_add(1, std::memory_order_relaxed);
  commits.fetch_add(batch.size(), std::memory_order_relaxed);
  all_events.fetch_add(events, std::memory_order_relaxed);
}

bool Journal::Impl::write_some() {
  Batch batch = take();
  if (batch.empty()) return false;
  if (failing.load(std::memory_order_relaxed)) {
    settle(std::move(batch), CommitOutcome::not_written, failure);
    return true;
  }

  const std::uint64_t present = generation.load(std::memory_order_relaxed);
  const auto refuse = [&](auto keep, const Error& error) {
    const auto from = std::stable_partition(batch.begin(), batch.end(), keep);
    Batch refused(std::make_move_iterator(from), std::make_move_iterator(batch.end()));
    batch.erase(from, batch.end());
    settle(std::move(refused), CommitOutcome::not_written, error);
  };
  refuse([&](const auto& commit) { return commit->generation == present; },
         {errc::unavailable, "an earlier write that this one builds on failed: try again", {}});
  refuse([&](const auto& commit) { return sound(*commit); },
         {errc::internal, "the commit names bytes that it does not have", {}});
  if (batch.empty()) return true;
  if (std::all_of(batch.begin(), batch.end(),
                  [](const auto& commit) { return commit->rows.rows() == 0 && commit->counters.empty(); })) {
    settle(std::move(batch), CommitOutcome::durable, {});  // all that was before is durable
    return true;
  }

  if (auto ready = assemble(batch); !ready) {
    failed(std::move(batch), {errc::unavailable, ready.error().detail, {}});
    return true;
  }
  bytes.fetch_add(rows.size(), std::memory_order_relaxed);
  phase.fetch_add(1, std::memory_order_seq_cst);
  const auto before = Clock::now();
  const auto written = store.write(rows, row_count);
  count_write(Clock::now() - before);
  if (!written) {
    failed(std::move(batch), written.error());
    phase.fetch_add(1, std::memory_order_seq_cst);
    return true;
  }
  publish(batch);
  phase.fetch_add(1, std::memory_order_seq_cst);
  settle(std::move(batch), CommitOutcome::durable, {});
  return true;
}

void Journal::Impl::failed(Batch&& batch, const Error& error) {
  failures.fetch_add(1, std::memory_order_relaxed);
  failure = {errc::unavailable, error.detail, {}};
  last_try = Clock::now();
  auto outcome = error.code == errc::outcome_unknown ? CommitOutcome::unknown : CommitOutcome::not_written;
  bool serving = false;
  // "Unknown" helps nobody: where the store comes back at once, it tells what became of the write.
  if (outcome == CommitOutcome::unknown && store.recover()) {
    if (store.failed_write_stored()) {
      publish(batch);
      settle(std::move(batch), CommitOutcome::durable, {});
      return;
    }
    outcome = CommitOutcome::not_written;
    serving = reload().has_value();
  }
  failing.store(!serving, std::memory_order_release);
  generation.fetch_add(1, std::memory_order_acq_rel);
  settle(std::move(batch), outcome, outcome == CommitOutcome::unknown ? error : failure);
}

Expected<void> Journal::Impl::reload() {
  counters.discard();
  for (std::size_t p = 0; p < next.size(); ++p) {
    std::string stored;
    const auto found = store.get(Family::meta, meta::position(static_cast<std::uint16_t>(p)), stored);
    if (!found) return tl::unexpected(found.error());
    next[p] = stored.size() == 8 ? read_be64(stored) : 0;
    durable[p].store(next[p], std::memory_order_release);
  }
  return {};
}

bool Journal::Impl::try_recover() {
  last_try = Clock::now();
  phase.fetch_add(1, std::memory_order_seq_cst);
  auto recovered = store.recover();
  if (recovered) recovered = reload();
  phase.fetch_add(1, std::memory_order_seq_cst);
  if (!recovered) {
    failure.detail = recovered.error().detail;
    return false;
  }
  // A write in doubt may have come to light: what was loaded from the store since it failed is not to be built on
  // either.
  generation.fetch_add(1, std::memory_order_acq_rel);
  failing.store(false, std::memory_order_release);
  return true;
}

void Journal::Impl::run() {
  pthread_setname_np(pthread_self(), "journal");
  for (;;) {
    const std::uint32_t seen = wake.load(std::memory_order_acquire);
    if (failing.load(std::memory_order_relaxed) && Clock::now() - last_try >= kRetry) try_recover();
    if (write_some()) continue;
    if (stopping.load(std::memory_order_seq_cst)) {
      if (waiting.load(std::memory_order_seq_cst) == 0) return;
      std::this_thread::yield();  // a submitter is between its count and its push
    } else if (failing.load(std::memory_order_relaxed)) {
      std::this_thread::sleep_for(kFailingNap);
    } else {
      wake.wait(seen, std::memory_order_acquire);
    }
  }
}

Journal::Journal(Store& store, CommitListener& listener, std::size_t bound)
    : impl_(std::make_unique<Impl>(store, listener, bound)) {
  if (auto loaded = impl_->reload(); !loaded) {
    impl_->failure = loaded.error();
    impl_->failing = true;
  }
}

Journal::~Journal() { stop(); }

void Journal::start() {
  if (!impl_->thread.joinable() && !impl_->stopped) impl_->thread = std::thread([this] { impl_->run(); });
}

void Journal::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  impl_->stopping.store(true, std::memory_order_seq_cst);
  impl_->wake.fetch_add(1, std::memory_order_release);
  impl_->wake.notify_one();
  if (impl_->thread.joinable()) impl_->thread.join();
  while (impl_->waiting.load(std::memory_order_seq_cst) != 0) impl_->write_some();
}

bool Journal::submit(std::unique_ptr<Commit>& commit, bool urgent) {
  if (impl_->failing.load(std::memory_order_acquire) && !urgent) return false;
  const std::size_t limit = urgent ? impl_->bound + impl_->bound / 4 : impl_->bound;
  // Counted before stopping is looked at: the writer ends only when it has seen a count of zero after it.
  const std::size_t before = impl_->waiting.fetch_add(1, std::memory_order_seq_cst);
  if (before >= limit || impl_->stopping.load(std::memory_order_seq_cst)) {
    impl_->waiting.fetch_sub(1, std::memory_order_seq_cst);
    return false;
  }
  impl_->push(commit.release());
  return true;
}

std::size_t Journal::waiting() const { return impl_->waiting.load(std::memory_order_relaxed); }
bool Journal::failing() const { return impl_->failing.load(std::memory_order_acquire); }
std::uint64_t Journal::phase() const { return impl_->phase.load(std::memory_order_seq_cst); }
std::uint64_t Journal::generation() const { return impl_->generation.load(std::memory_order_acquire); }

bool Journal::step() {
  if (impl_->failing.load(std::memory_order_relaxed)) impl_->try_recover();
  return impl_->write_some();
}

std::int64_t Journal::counter(std::string_view key) const { return impl_->counters.value(key); }

std::uint64_t Journal::position(std::uint16_t partition) const {
  return partition < impl_->durable.size() ? impl_->durable[partition].load(std::memory_order_acquire) : 0;
}

JournalStatistics Journal::statistics() const {
  JournalStatistics s;
  s.batches = impl_->batches;
  s.commits = impl_->commits;
  s.events = impl_->all_events;
  s.bytes = impl_->bytes;
  s.failures = impl_->failures;
  s.write_nanoseconds = impl_->write_ns;
  s.slowest_nanoseconds = impl_->slowest_ns;
  for (const auto& bucket : impl_->buckets) s.latency_buckets.push_back(bucket.load(std::memory_order_relaxed));
  return s;
}

}  // namespace reprise::storage
