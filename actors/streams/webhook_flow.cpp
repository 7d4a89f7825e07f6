#include "actors/streams/webhook_flow.hpp"

#include <algorithm>
#include <chrono>

#include "actors/streams/webhook_signature.hpp"

namespace reprise::actors::streams {

namespace {

constexpr projections::FeedLimits kSharedPage{1'000, 1'000};
constexpr auto kRound = std::chrono::milliseconds(10);  // of looks at lanes, before deliveries get their turn
constexpr std::size_t kLookedAtARefill = 2'000;         // events
constexpr std::uint32_t kDownAfter = 8;  // failures in a row: then a subscription tries one delivery at a time
constexpr Duration kFeedFails{1'000};    // when to read again
constexpr Duration kAskAgain{5'000};     // for a subscription to be disabled

std::string seconds_text(Time now) { return std::to_string(to_millis(now) / 1000); }

std::string shown(const WebhookSubscriber& subscriber) {
  return "subscription " + subscriber.row.put.name + " of workspace " + subscriber.row.workspace;
}

}  // namespace

WebhookFlow::WebhookFlow(Gateway& gateway, const WebhookOptions& options)
    : gateway_(gateway), options_(options), sender_(options.policy, options.timeout) {}

DeliveryNumbers WebhookFlow::numbers() const {
  DeliveryNumbers out;
  out.delivered = delivered_;
  out.refused = refused_;
  out.failed = failed_;
  out.under_way = sender_.under_way();
  const auto end = gateway_.feed().end();
  std::uint64_t behind = 0;  // the shared reader
  for (std::size_t p = 0; p < end.seen.size(); ++p) behind += end.seen[p] - std::min(end.seen[p], shared_.seen[p]);
  for (const auto& [id, subscriber] : subscribers_) {
    if (subscriber->row.disabled) {
      ++out.disabled;
    } else if (subscriber->row.paused) {
      ++out.paused;
    } else {
      ++out.active;
      std::uint64_t lag = behind;
      for (const auto& [partition, lane] : subscriber->lanes) {
        lag += shared_.seen[partition] - std::min(shared_.seen[partition], lane.row.done);
      }
      out.lag = std::max(out.lag, lag);
    }
  }
  return out;
}

bool WebhookFlow::round() {
  ask_again();
  bool more = read_shared();
  const Time now = gateway_.now();
  while (!retries_.empty() && retries_.begin()->at <= now) {
    ready_.push_back(retries_.begin()->lane);
    retries_.erase(retries_.begin());
  }
  const auto until = std::chrono::steady_clock::now() + kRound;
  while (!ready_.empty() && std::chrono::steady_clock::now() < until) {
    if (sender_.under_way() >= options_.most_under_way) return more;
    const LaneRef ref = ready_.front();
    ready_.pop_front();
    look_at(ref);
  }
  return more || !ready_.empty();
}

void WebhookFlow::wait(Duration longest) {
  if (!retries_.empty()) longest = std::min(longest, retries_.begin()->at - gateway_.now());
  if (!disabling_.empty()) longest = std::min(longest, kAskAgain);
  sender_.run(std::max(longest, Duration(0)),
              [this](WebhookSender::Id id, const WebhookResult& result) { done(id, result); });
}

// ---- reading

bool WebhookFlow::read_shared() {
  if (!watching() || gateway_.now() < read_again_) return false;
  const auto end = gateway_.feed().end();
  if (shared_.covers(end)) return false;
  const auto read = gateway_.feed().read(shared_, end, {}, kSharedPage, [this](const projections::FeedEvent& event) {
    give(event);
    return true;
  });
  if (!read) {
    warn("webhooks cannot read the feed: " + read.error().detail);
    read_again_ = gateway_.now() + kFeedFails;
  }
  return read && !*read;
}

void WebhookFlow::give(const projections::FeedEvent& event) {
  std::shared_ptr<const WebhookMessage> message;
  const std::uint16_t partition = event.record.partition;
  const std::uint64_t position = event.record.position;
  index_.each(event, [&](const Subscriber& subscriber) {
    WebhookLane& lane = subscriber->lane_at(partition, position - 1);
    if (!lane.live || position <= lane.read_to) return;
    subscriber->touch();
    if (lane.full()) {
      lane.live = false;
      lane.read_to = position - 1;
      return;
    }
    if (!message) {
      auto made = std::make_shared<WebhookMessage>();
      made->id = to_string(event.record.execution_id) + "/" + std::to_string(event.record.event_id);
      event.append(made->body);
      message = std::move(made);
    }
    lane.read_to = position;
    lane.push(position, message);
    queue(subscriber, partition, lane);
  });
}

void WebhookFlow::queue(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane) {
  if (lane.queued || lane.post != 0) return;
  lane.queued = true;
  ready_.push_back({subscriber, partition});
}

void WebhookFlow::look_at(const LaneRef& ref) {
  const Subscriber& subscriber = ref.subscriber;
  const auto found = subscriber->lanes.find(ref.partition);
  if (found == subscriber->lanes.end()) return;
  WebhookLane& lane = found->second;
  lane.queued = false;
  if (!subscriber->active() || closed_ || lane.post != 0) return;
  if (lane.retry_at > gateway_.now()) return retry_at(subscriber, ref.partition, lane, lane.retry_at);
  if (lane.window.empty() && !lane.live) refill(subscriber, ref.partition, lane);
  if (!lane.window.empty()) return send(subscriber, ref.partition, lane);
  if (!lane.live) return queue(subscriber, ref.partition, lane);
  // It stands where the shared reader does: nothing has to be known of it. One that was put ahead of it waits.
  if (lane.read_to <= shared_.seen[ref.partition]) subscriber->lanes.erase(found);
  subscriber->touch();
}

// The lane's next events from the feed, up to where the shared reader is: there it becomes live.
void WebhookFlow::refill(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane) {
  projections::FeedFilter filter;
  filter.types = subscriber->types;
  filter.workspace = subscriber->row.workspace;
  filter.workflow_id = subscriber->row.put.workflow_id;
  auto cursor = shared_;
  cursor.seen[partition] = std::min(lane.read_to, shared_.seen[partition]);
  const bool ahead = lane.read_to > shared_.seen[partition];
  const auto read = gateway_.feed().read(
      cursor, shared_, filter, {kWindowEvents, kLookedAtARefill}, [&](const projections::FeedEvent& event) {
        auto message = std::make_shared<WebhookMessage>();
        message->id = to_string(event.record.execution_id) + "/" + std::to_string(event.record.event_id);
        event.append(message->body);
        lane.push(event.record.position, std::move(message));
        return !lane.full();
      });
  if (!read) {
    warn("webhooks cannot read the feed: " + read.error().detail);
    lane.drop_window();
    return retry_at(subscriber, partition, lane, gateway_.now() + kFeedFails);
  }
  if (!ahead) lane.read_to = cursor.seen[partition];
  lane.live = *read;
  if (lane.window.empty()) lane.row.done = lane.read_to;
  subscriber->touch();
}

// ---- sending

void WebhookFlow::send(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane) {
  if (subscriber->failures >= kDownAfter && subscriber->under_way != 0) {
    lane.queued = true;
    subscriber->held.push_back(partition);
    return;
  }
  const Time now = gateway_.now();
  WebhookPost post;
  post.url = subscriber->row.put.url;
  post.message = lane.window.front().message;
  post.timestamp = seconds_text(now);
  post.signature = webhook_signature(subscriber->secrets, post.message->id, post.timestamp, post.message->body, now);
  lane.post = sender_.begin(std::move(post), now);
  ++subscriber->under_way;
  posts_[lane.post] = {subscriber, partition};
}

void WebhookFlow::done(WebhookSender::Id id, const WebhookResult& result) {
  const auto found = posts_.find(id);
  if (found == posts_.end()) return;
  const LaneRef ref = std::move(found->second);
  posts_.erase(found);
  WebhookSubscriber& subscriber = *ref.subscriber;
  --subscriber.under_way;
  const auto known = subscriber.lanes.find(ref.partition);
  if (subscriber.gone || known == subscriber.lanes.end()) return;
  WebhookLane& lane = known->second;
  lane.post = 0;
  subscriber.touch();
  if (result.delivered()) {
    ++delivered_;
    ++subscriber.record.delivered;
    subscriber.record.last_success = gateway_.now();
    subscriber.failures = 0;
    lane.delivered();
  } else {
    ++(result.status != 0 ? refused_ : failed_);
    failed(ref, lane, result);
  }
  // One that was held up may go now; all of them when the receiver is there.
  std::vector<std::uint16_t> next;
  if (subscriber.failures < kDownAfter) {
    next.swap(subscriber.held);
  } else if (!subscriber.held.empty()) {
    next.push_back(subscriber.held.front());
    subscriber.held.erase(subscriber.held.begin());
  }
  for (const std::uint16_t partition : next) ready_.push_back({ref.subscriber, partition});
  if (subscriber.active() && lane.retry_at == Time{}) queue(ref.subscriber, ref.partition, lane);
}

void WebhookFlow::failed(const LaneRef& ref, WebhookLane& lane, const WebhookResult& result) {
  WebhookSubscriber& subscriber = *ref.subscriber;
  const Time now = gateway_.now();
  ++subscriber.failures;
  ++subscriber.record.failed;
  subscriber.record.last_error = now;
  subscriber.record.last_status = result.status;
  subscriber.record.last_message = result.message;
  if (lane.row.failing_since == Time{}) lane.row.failing_since = now;
  ++lane.row.attempts;
  lane.drop_window();
  if (!subscriber.active()) return;
  if (result.status == 410) return disable(ref.subscriber, "the receiver answered 410 Gone", lane.row.failing_since);
  const Time end = lane.row.failing_since + options_.retry.give_up;
  if (now >= end) return disable(ref.subscriber, result.message, lane.row.failing_since);
  const double random = std::uniform_real_distribution<double>(0, 1)(random_);
  const Duration delay =
      std::max(retry_delay(options_.retry, lane.row.attempts, random), result.retry_after.value_or(Duration(0)));
  retry_at(ref.subscriber, ref.partition, lane, std::min(now + delay, end));
}

void WebhookFlow::retry_at(const Subscriber& subscriber, std::uint16_t partition, WebhookLane& lane, Time at) {
  lane.retry_at = at;
  lane.queued = true;
  retries_.insert({at, ++retry_numbers_, {subscriber, partition}});
}

// ---- a receiver that takes nothing

void WebhookFlow::disable(const Subscriber& subscriber, std::string reason, Time failing_since) {
  warn(shown(*subscriber) + " is disabled: " + reason);
  leave(subscriber);
  subscriber->disabling = true;
  subscriber->hold(shared_);
  ask_to_disable(*subscriber, reason, failing_since);
  disabling_.push_back({subscriber, std::move(reason), failing_since, gateway_.now()});
}

void WebhookFlow::ask_to_disable(const WebhookSubscriber& subscriber, const std::string& reason, Time failing_since) {
  SubscriptionRequest request;
  request.name = subscriber.row.put.name;
  request.what = SubscriptionCommand::disable;
  request.reason = reason;
  request.failing_since = failing_since;
  request.epoch = subscriber.row.epoch;
  request.principal = {subscriber.row.user, subscriber.row.workspace};
  request.causation = "webhook/disable";
  gateway_.steer_subscription(std::move(request), Ticket{});
}

void WebhookFlow::ask_again() {
  std::erase_if(disabling_, [](const Disabling& one) { return one.subscriber->gone || !one.subscriber->disabling; });
  const Time now = gateway_.now();
  for (Disabling& one : disabling_) {
    if (now - one.asked < kAskAgain) continue;
    one.asked = now;
    ask_to_disable(*one.subscriber, one.reason, one.failing_since);
  }
}

}  // namespace reprise::actors::streams
