#include "actors/streams/kafka_publisher.hpp"

#include <algorithm>
#include <utility>

#include "storage/kafka/producer.hpp"

namespace reprise::actors {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kAsk{1'000};            // one question to the brokers; stop() waits for it
constexpr milliseconds kShortPause{500};       // before asking again after what passes
constexpr milliseconds kLongestPause{30'000};  // before trying again what was refused
constexpr milliseconds kRefusedPause{5'000};   // before looking at a refused topic again
constexpr milliseconds kStoreEvery{200};       // what a killed server sends again
constexpr milliseconds kIdle{500};             // the bell wakes it before
constexpr milliseconds kReports{10};           // reports of what is under way are taken this often when nothing is new
constexpr milliseconds kLookEvery{2'000};
constexpr milliseconds kLastWait{1'000};
constexpr std::size_t kEventsAtOnce = 10'000;

std::string consumer_prefix(const std::string& topic) { return "kafka/" + topic + "/"; }

}  // namespace

KafkaPublisher::KafkaPublisher(Gateway& gateway, KafkaPublisherOptions options)
    : gateway_(gateway),
      options_(std::move(options)),
      properties_(kafka::producer_properties(options_.brokers, options_.properties)),
      status_(options_.logger, options_.brokers, options_.topic.name),
      confirmed_(gateway.store().partitions()) {}

KafkaPublisher::~KafkaPublisher() { stop(); }

void KafkaPublisher::start() {
  guess_delivery();
  thread_ = std::thread([this] { run(); });
}

void KafkaPublisher::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true, std::memory_order_release);
  }
  wake_.notify_all();
  gateway_.bell().ring();
  thread_.join();
}

StreamNumbers KafkaPublisher::numbers() const {
  StreamNumbers out = status_.numbers();
  out.lag = lag();
  return out;
}

std::uint64_t KafkaPublisher::lag() const {
  std::uint64_t behind = 0;
  for (std::size_t p = 0; p < confirmed_.size(); ++p) {
    const std::uint64_t durable = gateway_.journal().position(static_cast<std::uint16_t>(p));
    const std::uint64_t confirmed = confirmed_[p].load(std::memory_order_relaxed);
    behind += durable > confirmed ? durable - confirmed : 0;
  }
  return behind;
}

void KafkaPublisher::note_confirmed() {
  const projections::FeedCursor confirmed = delivery_->confirmed();
  for (std::size_t p = 0; p < confirmed_.size(); ++p) {
    confirmed_[p].store(confirmed.seen[p], std::memory_order_relaxed);
  }
}

void KafkaPublisher::pause(Milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping(); });
}

void KafkaPublisher::run() {
  Milliseconds refused_pause = kShortPause;
  while (!stopping()) {
    auto session = connect();
    if (!session) {
      pause(next_pause_);
      continue;
    }
    publish(*session);
    finish(*session);
    if (stopping()) return;
    const bool refused = session->fault() && session->fault()->kind == kafka::FaultKind::permanent;
    // A topic may take less than a batch of ours: alone, each record shows whether it is the one.
    if (refused && kafka::is_too_large(*session->fault()) && !std::exchange(single_records_, true)) {
      properties_.emplace_back("batch.num.messages", "1");
    }
    refused_pause = refused ? std::min(2 * refused_pause, kLongestPause) : kShortPause;
    session.reset();  // and with it what it had under way: nothing of that can come later than what is sent next
    delivery_->rewind();
    pause(refused_pause);
  }
}

// Which cluster it is only the brokers can say. Until they do, the lag is told by the one that was published to before.
void KafkaPublisher::guess_delivery() {
  const std::string prefix = consumer_prefix(options_.topic.name);
  auto rows = gateway_.store().cursor(storage::Family::consumers);
  rows.seek(prefix);
  if (!rows.valid() || !rows.key().starts_with(prefix)) return;
  const std::string_view key = rows.key();
  take_delivery(std::string(key.substr(0, key.find('\0'))));
}

bool KafkaPublisher::take_delivery(const std::string& consumer) {
  auto delivery = std::make_unique<FeedDelivery>(gateway_, consumer);
  if (const auto loaded = delivery->load(); !loaded) {
    status_.trouble("the position in the store cannot be read: " + loaded.error().detail);
    next_pause_ = kRefusedPause;
    return false;
  }
  delivery_ = std::move(delivery);
  note_confirmed();
  return true;
}

std::unique_ptr<KafkaSession> KafkaPublisher::connect() {
  auto opened = KafkaSession::open(properties_, status_);
  if (!opened) {
    status_.refuse(opened.error().detail);
    next_pause_ = kLongestPause;
    return nullptr;
  }
  KafkaSession& session = **opened;
  while (!stopping()) {
    const auto cluster = session.client().cluster_id(kAsk);
    session.poll(Milliseconds(0));
    if (!cluster) {
      status_.trouble(session.last_reason().empty() ? "no broker of " + options_.brokers + " answers"
                                                    : session.last_reason());
      continue;  // librdkafka goes on connecting
    }
    if (choose_delivery(session, *cluster)) {
      session.publish_to(options_.topic.name, *delivery_);
      note_confirmed();
      status_.connected(lag());
      return std::move(*opened);
    }
    pause(next_pause_);
  }
  return nullptr;
}

// Another cluster, or a topic that was made anew, has none of the events: there it begins with the first.
bool KafkaPublisher::choose_delivery(KafkaSession& session, const std::string& cluster) {
  const std::string consumer = consumer_prefix(options_.topic.name) + cluster;
  if ((!delivery_ || delivery_->consumer() != consumer) && !take_delivery(consumer)) return false;
  const TopicFinding finding = find_topic(session.client(), properties_, options_.topic, delivery_->known(), kAsk);
  session.poll(Milliseconds(0));
  if (finding.kind == TopicFinding::Kind::refused) {
    status_.refuse(finding.reason);
    next_pause_ = kRefusedPause;
    return false;
  }
  if (finding.kind == TopicFinding::Kind::trouble) {
    status_.trouble(finding.reason);
    next_pause_ = kShortPause;
    return false;
  }
  if (finding.untouched && !delivery_->start_over(kAsk)) {
    status_.trouble("the store does not take the position");
    next_pause_ = kShortPause;
    return false;
  }
  return true;
}

bool KafkaPublisher::room(const KafkaSession& session) const {
  return session.records_under_way() < options_.records_under_way &&
         session.bytes_under_way() < options_.bytes_under_way;
}

void KafkaPublisher::publish(KafkaSession& session) {
  auto stored_at = steady_clock::now();
  while (!stopping() && !session.fault()) {
    session.poll(Milliseconds(0));
    if (session.take_arrived()) {
      note_confirmed();
      status_.arrived(lag());
    }
    if (const auto now = steady_clock::now(); now - stored_at >= kStoreEvery) {
      stored_at = now;
      note_confirmed();
      delivery_->store();
    }
    if (!room(session)) {
      session.poll(kReports);
      continue;
    }
    const std::uint64_t rung = gateway_.bell().count();
    if (read_some(session)) continue;
    if (session.records_under_way() == 0 && status_.state() == StreamState::waiting) look_for_brokers(session);
    gateway_.bell().wait(rung, session.records_under_way() == 0 ? kIdle : kReports);
  }
}

bool KafkaPublisher::read_some(KafkaSession& session) {
  const projections::FeedCursor until = gateway_.feed().end();
  if (delivery_->cursor().covers(until)) return false;
  const auto read = gateway_.feed().read(delivery_->cursor(), until, {}, {kEventsAtOnce, kEventsAtOnce},
                                         [&](const projections::FeedEvent& event) {
                                           if (!delivery_->send(event.record.partition, event.record.position))
                                             return true;
                                           return session.send(event) && room(session);
                                         });
  delivery_->was_read();
  if (read) return true;
  status_.trouble("the store cannot be read: " + read.error().detail);
  pause(kRefusedPause);
  return false;
}

void KafkaPublisher::look_for_brokers(KafkaSession& session) {
  const auto now = steady_clock::now();
  if (now - looked_at_ < kLookEvery) return;
  looked_at_ = now;
  const auto topic = kafka::describe_topic(session.client(), options_.topic.name, kAsk);
  if (topic && *topic) status_.connected(lag());
}

void KafkaPublisher::finish(KafkaSession& session) {
  if (const auto& fault = session.fault()) {
    status_.trouble(fault->text);
  } else {
    const auto end = steady_clock::now() + kLastWait;
    while (session.records_under_way() > 0 && !session.fault() && steady_clock::now() < end) session.poll(kReports);
  }
  note_confirmed();
  delivery_->store_now(kLastWait);
}

}  // namespace reprise::actors
