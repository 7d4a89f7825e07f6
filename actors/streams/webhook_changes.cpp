// What happens when a subscription is made, changed or deleted while events flow.
#include <utility>

#include "actors/streams/webhook_flow.hpp"

namespace reprise::actors::streams {

Expected<void> WebhookFlow::refresh(const WebhookSubscriber::Key& key) {
  const storage::Store& store = gateway_.store();
  const Uuid id = projections::subscription_uuid(key.first, key.second);
  const auto found = subscribers_.find(id);
  auto row = projections::read_subscription(store, key.first, key.second);
  if (!row) {
    if (row.error().code != errc::not_found) return tl::unexpected(row.error());
    if (found != subscribers_.end()) drop(found->second);
    return {};
  }
  auto secrets = read_secrets(store, id);
  if (!secrets) return tl::unexpected(secrets.error());
  if (found != subscribers_.end() && found->second->row.epoch == row->epoch) {
    change(found->second, std::move(*row), std::move(*secrets));
    return {};
  }
  auto lanes = read_lanes(store, id, row->epoch);
  if (!lanes) return tl::unexpected(lanes.error());
  auto record = read_record(store, id);
  if (!record) return tl::unexpected(record.error());
  if (found != subscribers_.end()) {
    if (found->second->row.made_at == row->made_at) record = found->second->record;  // newer than what is stored
    drop(found->second);
  }
  load(std::move(*row), std::move(*secrets), std::move(*lanes), std::move(*record));
  return {};
}

void WebhookFlow::load(projections::SubscriptionRow row, std::vector<SigningSecret> secrets, LaneRows lanes,
                       DeliveryRecord record) {
  auto subscriber = std::make_shared<WebhookSubscriber>(std::move(row));
  subscriber->types = projections::types_of(subscriber->row.put).value_or(events::TypeSet{});
  subscriber->secrets = std::move(secrets);
  subscriber->record = std::move(record);
  subscriber->stored(subscriber->record);
  for (const auto& [partition, stored] : lanes) {
    if (partition >= shared_.seen.size()) continue;
    WebhookLane& lane = subscriber->lanes[partition];
    lane.row = stored;
    lane.read_to = stored.done;
  }
  subscriber->stored(std::move(lanes));
  subscribers_[subscriber->id] = subscriber;
  if (subscriber->active()) {
    enter(subscriber);
  } else {
    subscriber->hold(shared_);
  }
}

void WebhookFlow::change(const Subscriber& subscriber, projections::SubscriptionRow row,
                         std::vector<SigningSecret> secrets) {
  const bool was_active = subscriber->active();
  const bool other_events =
      row.put.types != subscriber->row.put.types || row.put.workflow_id != subscriber->row.put.workflow_id;
  const bool other_receiver = row.put.url != subscriber->row.put.url;
  if (was_active) leave(subscriber);
  subscriber->row = std::move(row);
  subscriber->secrets = std::move(secrets);
  subscriber->disabling = false;
  subscriber->touch();
  if (other_events) {
    subscriber->types = projections::types_of(subscriber->row.put).value_or(events::TypeSet{});
    for (auto& [partition, lane] : subscriber->lanes) lane.drop_window();
  }
  if (!subscriber->active()) return subscriber->hold(shared_);
  if (!was_active || other_receiver || other_events) {
    forget_retries(subscriber);
    subscriber->take_heart();
  }
  enter(subscriber);
}

void WebhookFlow::drop(const Subscriber& subscriber) {
  if (subscriber->active()) leave(subscriber);
  subscriber->gone = true;
  for (auto& [partition, lane] : subscriber->lanes) {
    if (lane.post == 0) continue;
    sender_.cancel(lane.post);
    posts_.erase(lane.post);
  }
  forget_retries(subscriber);
  subscribers_.erase(subscriber->id);
  gateway_.subscription_board().forget(subscriber->id);
}

void WebhookFlow::forget_retries(const Subscriber& subscriber) {
  std::erase_if(retries_, [&](const Retry& retry) { return retry.lane.subscriber == subscriber; });
}

void WebhookFlow::enter(const Subscriber& subscriber) {
  if (started_ && !watching()) {
    subscriber->hold(shared_);
    skip_to_end();
  }
  index_.add(subscriber);
  for (auto& [partition, lane] : subscriber->lanes) queue(subscriber, partition, lane);
}

void WebhookFlow::leave(const Subscriber& subscriber) { index_.remove(subscriber); }

void WebhookFlow::started() {
  started_ = true;
  if (!watching()) return;
  for (const auto& [id, subscriber] : subscribers_) {
    if (subscriber->active() && subscriber->lanes.size() < shared_.seen.size()) return;
  }
  skip_to_end();
}

// Nobody has read what came meanwhile, and every lane knows by itself where to go on.
void WebhookFlow::skip_to_end() { shared_ = gateway_.feed().end(); }

}  // namespace reprise::actors::streams
