#include "actors/streams/webhook_deliverer.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "actors/consumer_rows.hpp"
#include "actors/streams/webhook_flow.hpp"

namespace reprise::actors::streams {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kStoreEvery = std::chrono::milliseconds(1'000);
constexpr std::size_t kRowsASecond = 20'000;  // so that positions never are most of what is written
constexpr auto kShowEvery = std::chrono::milliseconds(100);
constexpr auto kLongestWait = std::chrono::milliseconds(500);
constexpr auto kBellPause = std::chrono::milliseconds(1);
constexpr auto kLastDeliveries = std::chrono::milliseconds(300);
constexpr auto kLastRows = std::chrono::seconds(2);

// What the journal says of the rows that were handed to it last.
enum class Rows : int { none, under_way, durable, failed };

class Deliverer final : public WebhookDeliverer {
 public:
  Deliverer(Gateway& gateway, WebhookOptions options)
      : gateway_(gateway), options_(std::move(options)), flow_(gateway_, options_) {
    gateway_.subscription_board().on_change([this] {
      changed_.store(true);
      flow_.wake();
    });
    thread_ = std::thread([this] { run(); });
    bell_ = std::thread([this] { listen(); });
  }

  ~Deliverer() override { stop(); }

  void stop() override {
    if (!thread_.joinable()) return;
    stop_.store(true);
    flow_.wake();
    thread_.join();
    watching_.store(true);  // nobody sets it back now
    watching_.notify_all();
    gateway_.bell().ring();  // it may wait for that
    bell_.join();
    gateway_.subscription_board().on_change({});
  }

 private:
  // Wakes the other thread when events have become durable; asleep while nobody wants them.
  void listen() {
    pthread_setname_np(pthread_self(), "webhook-bell");
    std::uint64_t heard = 0;
    for (;;) {
      watching_.wait(false);
      if (stop_.load()) return;
      const std::uint64_t count = gateway_.bell().wait(heard, kLongestWait);
      if (std::exchange(heard, count) == count) continue;
      flow_.wake();
      std::this_thread::sleep_for(kBellPause);
    }
  }

  void run() {
    pthread_setname_np(pthread_self(), "webhooks");
    load();
    while (!stop_.load()) {
      take_changes();
      const bool more = flow_.round();
      if (watching_.exchange(flow_.watching()) != flow_.watching()) watching_.notify_all();
      if (stop_.load()) break;
      if (more || flow_.under_way() != 0) some_dirty_ = true;
      flow_.wait(more ? Duration(0) : wait_for());
      show(false);
      store();
    }
    end();
  }

  Duration wait_for() const {
    const auto now = Clock::now();
    auto at = now + kLongestWait;
    if (some_dirty_) at = std::min(at, std::min(show_at_, store_at_));
    return std::max(Duration(0), std::chrono::ceil<Duration>(at - now));
  }

  void load() {
    auto shared = consumer_position(gateway_.store(), kSharedReader);
    if (!shared) {
      warn(shared.error());
      shared = gateway_.feed().begin();
    }
    stored_shared_ = *shared;
    flow_.begin_at(std::move(*shared));
    std::map<Uuid, std::uint64_t> epochs;
    for (const auto& row : projections::read_all_subscriptions(gateway_.store())) {
      epochs[subscription_uuid(row)] = row.epoch;
      refresh({row.workspace, row.put.name});
    }
    flow_.started();
    storage::RowBatch stale;
    if (delete_stale_lanes(gateway_.store(), stale, epochs) != 0) gateway_.store_rows(std::move(stale), {});
  }

  void refresh(const WebhookSubscriber::Key& key) {
    if (const auto done = flow_.refresh(key); !done) warn(done.error());
  }

  void take_changes() {
    if (!changed_.exchange(false)) return;
    for (const auto& key : gateway_.subscription_board().take_changes()) refresh(key);
    show_at_ = {};
    some_dirty_ = true;
  }

  void show(bool now) {
    if (!now && Clock::now() < show_at_) return;
    show_at_ = Clock::now() + kShowEvery;
    auto& board = gateway_.subscription_board();
    some_dirty_ = flow_.shared() != stored_shared_;
    for (const auto& [id, subscriber] : flow_.subscribers()) {
      some_dirty_ = some_dirty_ || subscriber->dirty;
      if (std::exchange(subscriber->shown, true)) continue;
      board.show(id, subscriber->view());
    }
    board.show(flow_.shared(), flow_.numbers());
  }

  // The positions as they are, all of one moment.
  void store() {
    const Rows state = static_cast<Rows>(rows_->load());
    if (state == Rows::under_way || Clock::now() < store_at_) return;
    if (state == Rows::failed) doubt();
    rows_->store(static_cast<int>(Rows::none));
    storage::RowBatch rows;
    const std::uint16_t partitions = gateway_.store().partitions();
    put_consumer_position(rows, kSharedReader, stored_shared_, flow_.shared());
    for (const auto& [id, subscriber] : flow_.subscribers()) {
      if (subscriber->dirty) subscriber->write(rows, partitions);
    }
    stored_shared_ = flow_.shared();
    store_at_ = Clock::now() +
                std::max<Clock::duration>(kStoreEvery, std::chrono::milliseconds(1'000) * rows.rows() / kRowsASecond);
    if (rows.empty()) return;
    rows_->store(static_cast<int>(Rows::under_way));
    const bool taken = gateway_.store_rows(std::move(rows), [state = rows_](bool durable) {
      state->store(static_cast<int>(durable ? Rows::durable : Rows::failed));
    });
    if (!taken) rows_->store(static_cast<int>(Rows::failed));
  }

  void doubt() {
    for (const auto& [id, subscriber] : flow_.subscribers()) subscriber->doubt();
    stored_shared_ = projections::FeedCursor{std::vector<std::uint64_t>(gateway_.store().partitions(), ~0ull)};
  }

  void end() {
    flow_.close();
    const auto last = Clock::now() + kLastDeliveries;
    while (flow_.under_way() != 0 && Clock::now() < last) flow_.wait(Duration(10));
    const auto until = Clock::now() + kLastRows;
    const auto wait_for_rows = [&] {
      while (static_cast<Rows>(rows_->load()) == Rows::under_way && Clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    };
    wait_for_rows();
    store_at_ = {};
    store();
    wait_for_rows();
  }

  void warn(const Error& error) const {
    if (options_.warn) options_.warn("webhooks: " + error.detail);
  }

  Gateway& gateway_;
  const WebhookOptions options_;
  WebhookFlow flow_;
  projections::FeedCursor stored_shared_;
  std::shared_ptr<std::atomic<int>> rows_ = std::make_shared<std::atomic<int>>(0);  // the journal may outlive us
  Clock::time_point show_at_{}, store_at_{};
  bool some_dirty_ = true;
  std::atomic<bool> stop_{false}, changed_{false}, watching_{false};
  std::thread thread_, bell_;
};

}  // namespace

std::unique_ptr<WebhookDeliverer> start_webhooks(Gateway& gateway, WebhookOptions options) {
  return std::make_unique<Deliverer>(gateway, std::move(options));
}

}  // namespace reprise::actors::streams
