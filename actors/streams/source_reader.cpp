#include "actors/streams/source_reader.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/services.hpp"
#include "actors/streams/dead_letters.hpp"
#include "actors/streams/record_effects.hpp"
#include "actors/streams/source_properties.hpp"
#include "storage/kafka/topic.hpp"

namespace reprise::actors {

namespace {

using kafka::Milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kBatch = 500;               // records
constexpr std::size_t kBatchBytes = 4u << 20;     // and their bytes
constexpr Milliseconds kTurn{100};                // between looks at whether to end
constexpr Milliseconds kAgain{1'000};             // before what failed is tried again
constexpr Milliseconds kFull{5};                  // before what is owed is counted again
constexpr Milliseconds kAsk{5'000};               // for brokers to answer
constexpr Milliseconds kLook{5'000};              // between looks at whether topic and brokers are still there
constexpr std::uint32_t kMostPartitions = 4'096;  // of a topic

// Nothing to do but to begin anew, at once.
const std::string kAnew;

}  // namespace

struct SourceReader::Go {
  SourceSetting& setting;
  std::optional<std::string> trouble;  // of the connection, as librdkafka last had it; outlives the client
  std::unique_ptr<kafka::Client> client;
  std::unique_ptr<kafka::TopicReader> topic;
  std::unique_ptr<DeadLetters> letters;
  std::uint32_t partitions = 0;
  steady_clock::time_point look_at;

  const events::SourcePut& put() const { return setting.row.put; }
  std::map<std::uint32_t, SourcePosition>& positions() { return setting.positions.partitions; }
  std::string because(const std::string& what) const { return trouble ? what + ": " + *trouble : what; }
};

SourceReader::SourceReader(Services& services, SourceKey key, std::shared_ptr<SourceStatus> status)
    : services_(services), key_(std::move(key)), status_(std::move(status)), thread_([this] { run(); }) {}

SourceReader::~SourceReader() {
  end();
  thread_.join();
}

void SourceReader::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_.store(true);
  }
  wake_.notify_all();
}

bool SourceReader::rest(Milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return ending_.load(); });
  return !ending_.load();
}

void SourceReader::run() {
  pthread_setname_np(pthread_self(), "source");
  while (!ending_.load()) {
    auto setting = services_.sources->setting(key_);
    if (!setting) {
      rest(kAgain);
      continue;
    }
    std::string why = read(*setting);
    if (why.empty()) {
      rest(kTurn);
      continue;
    }
    if (ending_.load()) break;
    status_->wait_for(std::move(why), services_.now());
    rest(kAgain);
  }
  ended_.store(true);
}

std::string SourceReader::read(SourceSetting& setting) {
  Go go{setting, {}, {}, {}, {}, 0, {}};
  const events::SourcePut& put = setting.row.put;
  const KafkaOptions& server = services_.options.kafka;
  const std::string brokers = put.brokers.empty() ? server.brokers : put.brokers;
  if (brokers.empty()) return "the server has no --kafka-brokers, and the source names none";
  // What the server knows of its own brokers is not for others.
  kafka::Properties connection = put.brokers.empty() ? server.properties : kafka::Properties{};
  const auto own = reveal_source_properties(put.properties, setting.row.workspace, *services_.secrets);
  if (!own) return own.error().detail;
  connection.insert(connection.end(), own->begin(), own->end());

  const Uuid source = projections::source_uuid(setting.row.workspace, put.name);
  kafka::Callbacks callbacks;
  callbacks.fault = [&go](const kafka::Fault& fault) { go.trouble = fault.text; };
  auto client = kafka::Client::open(kafka::Client::Kind::consumer,
                                    kafka::reader_properties(brokers, "reprise-" + to_string(source), connection),
                                    std::move(callbacks));
  if (!client) return client.error().detail;
  go.client = std::move(*client);
  go.topic = std::make_unique<kafka::TopicReader>(*go.client, put.topic);
  go.letters = std::make_unique<DeadLetters>(put.name, put.dead_letter_topic, brokers, connection);
  if (std::string why = begin(go); !why.empty() || ending_.load()) return why;
  std::string why = go_on(go);
  go.topic.reset();
  return why;
}

// Finds where to read from; a partition that has no position gets one, which is stored before anything is read.
std::string SourceReader::begin(Go& go) {
  const auto found = kafka::describe_topic(*go.client, go.put().topic, kAsk);
  go.client->poll(Milliseconds(0));
  if (!found) return go.because(found.error().text);
  if (!*found) return "the topic " + go.put().topic + " does not exist";
  go.partitions = (*found)->partitions;
  if (go.partitions > kMostPartitions) {
    return "the topic " + go.put().topic + " has " + std::to_string(go.partitions) +
           " partitions, at most 4096 are read";
  }
  SourceBatch first;
  first.epoch = go.setting.row.epoch;
  first.changes = go.setting.changes;
  // A partition that is added later begins at its first record, whatever `start` says: nothing of it was there before.
  const bool fresh = go.positions().empty();
  for (std::uint32_t partition = 0; partition < go.partitions; ++partition) {
    if (go.positions().contains(partition)) continue;
    const auto range = go.topic->range(partition, kAsk);
    go.client->poll(Milliseconds(0));
    if (!range) return go.because(range.error().text);
    if (ending_.load()) return kAnew;
    const bool at_end = fresh && go.put().start == events::SourceStart::latest;
    first.steps.push_back({partition, std::nullopt, at_end ? range->end : range->first, 0, 0});
    status_->end_of(partition, range->end);
  }
  if (!first.steps.empty()) {
    auto steps = first.steps;
    switch (services_.sources->store(key_, std::move(first))) {
      case Stored::yes: break;
      case Stored::no: return "the store does not take writes at the moment";
      case Stored::outdated: return kAnew;
    }
    for (const auto& step : steps) go.positions()[step.partition].next = step.to;
  }
  std::map<std::uint32_t, std::uint64_t> offsets;
  for (const auto& [partition, position] : go.positions()) {
    status_->next_of(partition, position.next);
    if (partition < go.partitions) offsets[partition] = position.next;
  }
  if (const auto reads = go.topic->read_from(offsets); !reads) return go.because(reads.error().text);
  go.trouble.reset();
  go.look_at = steady_clock::now() + kLook;
  status_->set(SourceState::running);
  return kAnew;
}

std::string SourceReader::go_on(Go& go) {
  const Uuid source = projections::source_uuid(go.setting.row.workspace, go.put().name);
  const std::uint64_t most = go.put().max_in_flight;
  while (!ending_.load()) {
    const bool workflow = !go.put().workflow_id.empty();
    const std::uint64_t owed = workflow ? services_.sources->owed(source, most) : 0;
    if (owed >= most) {
      rest(kFull);
      continue;
    }
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, most - owed));
    const auto taken = go.topic->take(room, kBatchBytes, kTurn);
    if (ending_.load()) return kAnew;
    if (!taken.records.empty()) {
      status_->set(SourceState::running);
      if (auto why = deal_with(go, taken.records); !why.empty() || ending_.load()) return why;
      if (go.partitions == 0) return kAnew;  // what was decided is outdated
    }
    if (taken.gone) return step_over(go, *taken.gone);
    if (taken.fault) return taken.fault->text;
    if (const auto fatal = go.client->fatal()) return fatal->text;
    for (const auto& [partition, position] : go.positions()) {
      if (const auto end = go.topic->known_end(partition)) status_->end_of(partition, *end);
    }
    if (steady_clock::now() < go.look_at) continue;
    if (auto why = look_around(go); !why.empty()) return why;
    if (go.partitions == 0) return kAnew;
  }
  return kAnew;
}

// The records are kept until all is done that they want.
std::string SourceReader::deal_with(Go& go, const std::vector<kafka::Record>& records) {
  SourceBatch batch;
  batch.epoch = go.setting.row.epoch;
  batch.changes = go.setting.changes;
  RecordEffects effects;
  for (;;) {
    auto decided = effects_of(services_, go.setting.row, records);
    if (decided) {
      effects = std::move(*decided);
      break;
    }
    status_->wait_for(decided.error().detail, services_.now());
    if (!rest(kAgain)) return kAnew;
  }
  std::vector<DeadLetters::Letter> letters;
  for (const auto& refusal : effects.refused) letters.push_back({&records[refusal.record], refusal.reason});
  while (!letters.empty()) {
    const auto sent = go.letters->send(letters);
    if (sent) break;
    status_->wait_for(sent.error().detail, services_.now());
    if (!rest(kAgain)) return kAnew;
  }
  status_->set(SourceState::running);
  for (const auto& [partition, position] : go.positions()) {
    SourceBatch::Step step{partition, position.next, position.next, 0, 0};
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i].partition != partition) continue;
      step.to = records[i].offset + 1;
      ++step.records;
    }
    for (const auto& refusal : effects.refused) step.refused += records[refusal.record].partition == partition ? 1 : 0;
    if (step.records != 0) batch.steps.push_back(step);
  }
  for (const auto& refusal : effects.refused) {
    const auto& record = records[refusal.record];
    batch.happened.emplace_back(events::SourceRefused{record.topic, record.partition, record.offset, refusal.reason});
    batch.causation = "kafka/" + place_of(record);
  }
  const auto steps = batch.steps;
  batch.starts = std::move(effects.starts);
  const std::size_t starts = batch.starts.size();
  switch (services_.sources->store(key_, std::move(batch))) {
    case Stored::yes: break;
    case Stored::no: return "the store does not take writes at the moment";
    case Stored::outdated: go.partitions = 0; return kAnew;
  }
  for (const auto& step : steps) {
    go.positions()[step.partition].next = step.to;
    status_->next_of(step.partition, step.to);
  }
  status_->records += records.size();
  status_->starts += starts;
  status_->answers += effects.answers;
  status_->refused += effects.refused.size();
  return kAnew;
}

// The topic does not have what is to be read: retention was faster, or it is another one by the same name.
std::string SourceReader::step_over(Go& go, std::uint32_t partition) {
  const auto range = go.topic->range(partition, kAsk);
  go.client->poll(Milliseconds(0));
  if (!range) return go.because(range.error().text);
  const auto position = go.positions().find(partition);
  if (position == go.positions().end()) return kAnew;
  const std::uint64_t from = position->second.next;
  if (from >= range->first && from <= range->end) return kAnew;  // it is there after all
  SourceBatch batch;
  batch.epoch = go.setting.row.epoch;
  batch.changes = go.setting.changes;
  batch.steps.push_back({partition, from, range->first, 0, 0});
  batch.happened.emplace_back(events::SourceMoved{go.put().topic, partition, from, range->first});
  batch.causation = "kafka/" + go.put().topic + "/" + std::to_string(partition) + "/" + std::to_string(from);
  if (services_.sources->store(key_, std::move(batch)) == Stored::no) {
    return "the store does not take writes at the moment";
  }
  std::string told = "partition " + std::to_string(partition) + " of " + go.put().topic + ": ";
  if (range->first > from) {
    told += std::to_string(range->first - from) + " offsets from " + std::to_string(from) +
            " on were gone before they were read";
  } else {
    told +=
        "it has no offset " + std::to_string(from) + " any more; reading goes on at " + std::to_string(range->first);
  }
  status_->note(std::move(told), services_.now());
  return kAnew;
}

std::string SourceReader::look_around(Go& go) {
  go.look_at = steady_clock::now() + kLook;
  go.trouble.reset();
  const auto found = kafka::describe_topic(*go.client, go.put().topic, kAsk);
  go.client->poll(Milliseconds(0));
  if (!found) {
    // The handle goes on by itself once the brokers are back.
    status_->wait_for(go.because(found.error().text), services_.now());
    return kAnew;
  }
  if (!*found) return "the topic " + go.put().topic + " does not exist";
  if ((*found)->partitions != go.partitions) {
    go.partitions = 0;
  } else {
    status_->set(SourceState::running);
  }
  return kAnew;
}

}  // namespace reprise::actors
