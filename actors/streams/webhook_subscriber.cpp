#include "actors/streams/webhook_subscriber.hpp"

#include <algorithm>

namespace reprise::actors::streams {

void WebhookLane::push(std::uint64_t position, std::shared_ptr<const WebhookMessage> message) {
  bytes += message->body.size();
  window.push_back({position, std::move(message)});
}

void WebhookLane::delivered() {
  bytes -= window.front().message->body.size();
  row.done = window.front().position;
  window.pop_front();
  // What lies between is not for this subscription.
  const std::uint64_t before_next = window.empty() ? read_to : window.front().position - 1;
  row.done = std::max(row.done, before_next);
  row.failing_since = Time{};
  row.attempts = 0;
  retry_at = Time{};
}

void WebhookLane::drop_window() {
  const std::size_t kept = post != 0 ? 1 : 0;
  while (window.size() > kept) {
    bytes -= window.back().message->body.size();
    window.pop_back();
  }
  live = false;
  read_to = kept == 0 ? row.done : window.front().position;
}

WebhookLane& WebhookSubscriber::lane_at(std::uint16_t partition, std::uint64_t shared) {
  const auto [lane, made] = lanes.try_emplace(partition);
  if (made) {
    lane->second.row.done = lane->second.read_to = shared;
    lane->second.live = true;
  }
  return lane->second;
}

void WebhookSubscriber::hold(const projections::FeedCursor& shared) {
  for (std::size_t p = 0; p < shared.seen.size(); ++p) lane_at(static_cast<std::uint16_t>(p), shared.seen[p]);
  for (auto& [partition, lane] : lanes) lane.drop_window();
  for (const std::uint16_t partition : held) lanes[partition].queued = false;
  held.clear();
  touch();
}

void WebhookSubscriber::take_heart() {
  failures = 0;
  for (auto& [partition, lane] : lanes) {
    if (lane.retry_at != Time{}) lane.queued = false;
    lane.retry_at = Time{};
    lane.row.failing_since = Time{};
    lane.row.attempts = 0;
  }
  touch();
}

DeliveryView WebhookSubscriber::view() const {
  DeliveryView out;
  out.epoch = row.epoch;
  out.record = record;
  for (const auto& [partition, lane] : lanes) out.lanes[partition] = lane.row;
  return out;
}

void WebhookSubscriber::write(storage::RowBatch& rows, std::uint16_t partitions) {
  dirty = false;
  for (std::uint16_t p = 0; p < partitions; ++p) {
    const auto lane = lanes.find(p);
    const auto before = stored_.find(p);
    if (lane != lanes.end()) {
      if (!in_doubt_ && before != stored_.end() && before->second == lane->second.row) continue;
      put_lane(rows, id, row.epoch, p, lane->second.row);
      stored_[p] = lane->second.row;
    } else if (before != stored_.end() || in_doubt_) {
      delete_lane(rows, id, row.epoch, p);
      stored_.erase(p);
    }
  }
  if (in_doubt_ || record != stored_record_) {
    put_record(rows, id, record);
    stored_record_ = record;
  }
  in_doubt_ = false;
}

}  // namespace reprise::actors::streams
