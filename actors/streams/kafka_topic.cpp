#include "actors/streams/kafka_topic.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "events/json.hpp"
#include "storage/kafka/producer.hpp"

namespace reprise::actors {

namespace {

constexpr std::chrono::milliseconds kMoment{20};
constexpr std::uint32_t kLookedAt = 256;  // partitions whose newest records are looked at

TopicFinding trouble(const std::string& what, const kafka::Fault& fault) {
  return {TopicFinding::Kind::trouble, what + ": " + fault.text, false};
}
TopicFinding refused(std::string reason) { return {TopicFinding::Kind::refused, std::move(reason), false}; }

bool is_text(const JsonValue& event, std::string_view member, std::string_view beginning) {
  const JsonValue* value = find(event, member);
  return value != nullptr && value->IsString() &&
         std::string_view(value->GetString(), value->GetStringLength()).starts_with(beginning);
}

}  // namespace

bool is_event(const kafka::SeenRecord& record) {
  const bool typed = std::any_of(record.headers.begin(), record.headers.end(), [](const auto& header) {
    return header.first == "content-type" && header.second.starts_with("application/cloudevents+json");
  });
  if (!typed) return false;
  const auto event = parse_json(record.value);
  return event && event->root().IsObject() && is_text(event->root(), "specversion", "1.") &&
         is_text(event->root(), "type", "reprise.");
}

TopicFinding find_topic(kafka::Client& client, const kafka::Properties& properties, const TopicWish& wish, bool known,
                        kafka::Milliseconds wait) {
  const std::string quoted = "the topic " + wish.name;
  auto topic = kafka::describe_topic(client, wish.name, wait);
  if (topic && !*topic) {
    const kafka::NewTopic wanted{wish.name,
                                 wish.partitions == 0 ? kPartitionsOfNew : wish.partitions,
                                 wish.replication,
                                 {{"max.message.bytes", std::to_string(kafka::kLargestRecord)}}};
    if (const auto made = kafka::create_topic(client, wanted, wait); !made) {
      return trouble(quoted + " could not be made", made.error());
    }
    // It takes a moment until all of it is known.
    const auto end = std::chrono::steady_clock::now() + wait;
    do {
      std::this_thread::sleep_for(kMoment);
      topic = kafka::describe_topic(client, wish.name, wait);
    } while ((!topic || !*topic || (*topic)->partitions == 0) && std::chrono::steady_clock::now() < end);
  }
  if (!topic) return trouble("the brokers do not tell of " + quoted, topic.error());
  if (!*topic || (*topic)->partitions == 0) {
    return {TopicFinding::Kind::trouble, quoted + " is being made", false};
  }
  const std::uint32_t partitions = (*topic)->partitions;
  if (wish.partitions != 0 && partitions != wish.partitions) {
    return refused(quoted + " has " + std::to_string(partitions) + " partitions and kafka_partitions says " +
                   std::to_string(wish.partitions) + ": set it to " + std::to_string(partitions) +
                   " or to 0, or name another topic with kafka_topic");
  }
  const auto untouched = kafka::is_untouched(client, wish.name, partitions, wait);
  if (!untouched) return trouble("the brokers do not tell of " + quoted, untouched.error());
  if (*untouched || known) return {TopicFinding::Kind::good, {}, *untouched};

  const auto newest = kafka::newest_records(properties, wish.name, std::min(partitions, kLookedAt), 2 * wait);
  if (!newest) return {};  // who may write but not read need not be able to look
  for (const kafka::SeenRecord& record : *newest) {
    if (is_event(record)) continue;
    return refused(quoted + " holds records that are no events of Reprise (the newest of partition " +
                   std::to_string(record.partition) + ", at offset " + std::to_string(record.offset) +
                   "): name another topic with kafka_topic, or delete this one");
  }
  return {};
}

}  // namespace reprise::actors
