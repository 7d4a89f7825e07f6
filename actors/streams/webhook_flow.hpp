// From the feed to the receivers: what the deliverer does in each of its rounds. Knows no thread and stores nothing.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/streams/webhook_deliverer.hpp"
#include "actors/streams/webhook_index.hpp"
#include "actors/streams/webhook_sender.hpp"
#include "actors/streams/webhook_subscriber.hpp"
#include "actors/subscription_board.hpp"

namespace reprise::actors::streams {

// One thread, but for wake().
class WebhookFlow {
 public:
  using Subscriber = std::shared_ptr<WebhookSubscriber>;
  using Subscribers = std::unordered_map<Uuid, Subscriber, UuidHash>;

  WebhookFlow(Gateway& gateway, const WebhookOptions& options);

  // Where the shared reader stood when the server ended.
  void begin_at(projections::FeedCursor shared) { shared_ = std::move(shared); }
  // Takes what is stored of a subscription now: made, changed or deleted. Errors: corrupt, io; then it stays as it was.
  Expected<void> refresh(const WebhookSubscriber::Key& key);

  // Every subscription that was stored is known.
  void started();

  // Does what can be done at once; true when there is more of it.
  bool round();
  // Drives deliveries until something happens, `longest` at most.
  void wait(Duration longest);
  void wake() { sender_.wake(); }

  bool watching() const { return index_.size() != 0; }  // somebody wants what comes
  const projections::FeedCursor& shared() const { return shared_; }
  const Subscribers& subscribers() const { return subscribers_; }
  std::size_t under_way() const { return sender_.under_way(); }
  // Begins no further delivery.
  void close() { closed_ = true; }
  DeliveryNumbers numbers() const;

 private:
  struct LaneRef {
    Subscriber subscriber;
    std::uint16_t partition = 0;
  };
  struct Retry {
    Time at;
    std::uint64_t number = 0;
    LaneRef lane;
    bool operator<(const Retry& other) const { return std::tie(at, number) < std::tie(other.at, other.number); }
  };

  void load(projections::SubscriptionRow row, std::vector<SigningSecret> secrets, LaneRows lanes,
            DeliveryRecord record);
  void change(const Subscriber& subscriber, projections::SubscriptionRow row, std::vector<SigningSecret> secrets);
  void drop(const Subscriber& subscriber);
  void enter(const Subscriber& subscriber);  // the index, and its lanes the queue
  void leave(const Subscriber& subscriber);
  void forget_retries(const Subscriber& subscriber);
  void skip_to_end();

  bool read_shared();
  void give(const projections::FeedEvent& event);
  void queue(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane);
  void look_at(const LaneRef& ref);
  void refill(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane);
  void send(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane);
  void done(WebhookSender::Id id, const WebhookResult& result);
  void failed(const LaneRef& ref, WebhookLane& lane, const WebhookResult& result);
  void retry_at(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane, Time at);
  void disable(const Subscriber& subscriber, std::string reason, Time failing_since);
  void ask_to_disable(const WebhookSubscriber& subscriber, const std::string& reason, Time failing_since);
  void ask_again();
  void warn(const std::string& sentence) const {
    if (options_.warn) options_.warn(sentence);
  }

  Gateway& gateway_;
  const WebhookOptions& options_;
  WebhookSender sender_;
  projections::FeedCursor shared_;
  WebhookIndex index_;
  Subscribers subscribers_;
  std::deque<LaneRef> ready_;
  std::set<Retry> retries_;
  std::uint64_t retry_numbers_ = 0;
  std::unordered_map<WebhookSender::Id, LaneRef> posts_;
  struct Disabling {
    Subscriber subscriber;
    std::string reason;
    Time failing_since{}, asked{};
  };
  std::vector<Disabling> disabling_;
  std::mt19937_64 random_{std::random_device{}()};
  std::uint64_t delivered_ = 0, refused_ = 0, failed_ = 0;
  Time read_again_{};  // after the shared reader failed
  bool started_ = false, closed_ = false;
};

}  // namespace reprise::actors::streams
