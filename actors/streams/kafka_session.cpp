#include "actors/streams/kafka_session.hpp"

namespace reprise::actors {

namespace {

// A record's tag: its place in the feed.
constexpr unsigned kPositionBits = 48;
constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kPositionBits) - 1;
std::uint64_t tag_of(const events::Record& record) {
  return std::uint64_t{record.partition} << kPositionBits | (record.position & kPositionMask);
}

constexpr std::chrono::milliseconds kFullQueue{20};

}  // namespace

Expected<std::unique_ptr<KafkaSession>> KafkaSession::open(const kafka::Properties& properties, StreamStatus& status) {
  std::unique_ptr<KafkaSession> session(new KafkaSession(status));
  KafkaSession* self = session.get();
  kafka::Callbacks callbacks;
  callbacks.log = [&status](int, std::string_view text) { status.log(StreamLog::debug, text); };
  callbacks.fault = [self](const kafka::Fault& fault) { self->connection_fault(fault); };
  callbacks.delivered = [self](std::uint64_t tag, std::size_t bytes, const kafka::Fault* fault) {
    self->report(tag, bytes, fault);
  };
  auto client = kafka::Client::open(kafka::Client::Kind::producer, properties, std::move(callbacks));
  if (!client) return tl::unexpected(client.error());
  session->client_ = std::move(*client);
  return session;
}

void KafkaSession::publish_to(const std::string& topic, FeedDelivery& delivery) {
  delivery_ = &delivery;
  producer_ = std::make_unique<kafka::Producer>(*client_, topic,
                                                std::vector<kafka::Producer::Header>{{"content-type", kContentType}});
}

void KafkaSession::connection_fault(const kafka::Fault& fault) {
  if (fault.kind == kafka::FaultKind::fatal) {
    if (!fault_) fault_ = fault;
    return;
  }
  // "All brokers are down" says less than the failure before it.
  if (!kafka::is_all_brokers_down(fault)) {
    last_reason_ = fault.text;
    return status_.note(fault.text);
  }
  if (last_reason_.empty()) last_reason_ = fault.text;
  if (producer_) status_.trouble(last_reason_);
}

void KafkaSession::report(std::uint64_t tag, std::size_t bytes, const kafka::Fault* fault) {
  --records_;
  bytes_ -= bytes;
  if (fault != nullptr) {
    if (fault->kind == kafka::FaultKind::permanent) return refused(tag, bytes, *fault);
    if (!fault_) fault_ = client_->fatal().value_or(*fault);
    return;
  }
  status_.published();
  arrived_ = true;
  delivery_->arrived(static_cast<std::uint16_t>(tag >> kPositionBits), tag & kPositionMask);
}

// The reason to show, even where the handle ended for this record's sake.
void KafkaSession::refused(std::uint64_t tag, std::size_t bytes, const kafka::Fault& fault) {
  if (fault_ && fault_->kind == kafka::FaultKind::permanent) return;
  fault_ = fault;
  fault_->text = "the event at " + std::to_string(tag >> kPositionBits) + ":" + std::to_string(tag & kPositionMask) +
                 ", of " + std::to_string(bytes) + " bytes, is refused: " + fault.text;
  if (kafka::is_too_large(fault)) fault_->text += "; raise max.message.bytes of the topic";
}

bool KafkaSession::send(const projections::FeedEvent& event) {
  key_.clear();
  append_uuid(key_, event.record.execution_id);
  value_.clear();
  event.append(value_);
  while (!fault_) {
    const auto sent = producer_->send(key_, value_, tag_of(event.record));
    if (!sent) {
      refused(tag_of(event.record), value_.size(), sent.error());
    } else if (*sent == kafka::Producer::Sent::yes) {
      ++records_;
      bytes_ += value_.size();
      return true;
    } else {
      poll(kFullQueue);
    }
  }
  return false;
}

}  // namespace reprise::actors
