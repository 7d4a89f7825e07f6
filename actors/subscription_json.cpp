// How subscriptions are shown: what their rows say, and how the deliveries go.
#include <algorithm>

#include "actors/consumer_rows.hpp"
#include "actors/services.hpp"
#include "actors/subscriptions.hpp"
#include "events/json_members.hpp"

namespace reprise::actors {

namespace {

// How far a subscription has come, and how it went.
struct Standing {
  projections::FeedCursor seen;
  DeliveryRecord record;
  Time failing_since{};
  std::uint32_t attempts = 0;
};

Standing standing_of(const LaneRows& lanes, DeliveryRecord record, const projections::FeedCursor& shared,
                     std::uint16_t partitions) {
  Standing out;
  out.record = std::move(record);
  out.seen = shared;
  out.seen.seen.resize(partitions, 0);
  for (const auto& [partition, lane] : lanes) {
    if (partition < partitions) out.seen.seen[partition] = lane.done;
    out.attempts = std::max(out.attempts, lane.attempts);
    if (lane.failing_since == Time{}) continue;
    if (out.failing_since == Time{} || lane.failing_since < out.failing_since) out.failing_since = lane.failing_since;
  }
  return out;
}

Expected<Standing> read_standing(const Services& services, const Uuid& id, std::uint64_t epoch) {
  const std::uint16_t partitions = services.store.partitions();
  if (auto view = services.subscription_board.view(id, epoch)) {
    return standing_of(view->first.lanes, std::move(view->first.record), view->second, partitions);
  }
  const auto lanes = read_lanes(services.store, id, epoch);
  if (!lanes) return tl::unexpected(lanes.error());
  auto record = read_record(services.store, id);
  if (!record) return tl::unexpected(record.error());
  const auto shared = consumer_position(services.store, kSharedReader);
  if (!shared) return tl::unexpected(shared.error());
  return standing_of(*lanes, std::move(*record), *shared, partitions);
}

std::uint64_t distance(const projections::FeedCursor& from, const projections::FeedCursor& to) {
  std::uint64_t events = 0;
  for (std::size_t p = 0; p < from.seen.size() && p < to.seen.size(); ++p) {
    if (to.seen[p] > from.seen[p]) events += to.seen[p] - from.seen[p];
  }
  return events;
}

void append_last_error(std::string& out, const DeliveryRecord& record) {
  JsonMembers members(out);
  members.time("time", record.last_error);
  if (record.last_status == 0) {
    members.null("status");
  } else {
    members.number("status", static_cast<std::uint64_t>(record.last_status));
  }
  members.text_or_null("message", record.last_message);
  members.end();
}

}  // namespace

Expected<std::string> Subscriptions::json_of(const projections::SubscriptionRow& row,
                                             const projections::FeedCursor* from) const {
  const Uuid id = subscription_uuid(row);
  Standing standing;
  if (from == nullptr) {
    auto read = read_standing(services_, id, row.epoch);
    if (!read) return tl::unexpected(read.error());
    standing = std::move(*read);
  } else {
    standing.seen = *from;
  }
  std::string out;
  JsonMembers members(out);
  members.text("name", row.put.name);
  members.id("subscription_id", id);
  members.text_or_null("url", row.put.url);
  members.json("types", row.put.types.bytes);
  members.text_or_null("workflow_id", row.put.workflow_id);
  members.text("state", row.disabled ? "disabled" : row.paused ? "paused" : "active");
  members.text_or_null("reason", row.reason);
  members.time("created_at", row.made_at);
  members.time("updated_at", row.put_at);
  members.text("cursor", services_.feed->text(standing.seen));
  members.number("lag", distance(standing.seen, services_.feed->end()));
  members.number("delivered", standing.record.delivered);
  members.number("failed", standing.record.failed);
  members.time("last_success_at", standing.record.last_success);
  if (standing.record.last_error == Time{}) {
    members.null("last_error");
  } else {
    append_last_error(members.key("last_error"), standing.record);
  }
  members.time("failing_since", row.disabled ? row.failing_since : standing.failing_since);
  members.number("attempts", standing.attempts);
  members.end();
  return out;
}

Expected<std::string> Subscriptions::json(const std::string& workspace, const std::string& name) const {
  const auto row = projections::read_subscription(services_.store, workspace, name);
  if (!row) return tl::unexpected(row.error());
  return json_of(*row, nullptr);
}

Expected<NamedPage> Subscriptions::list(const std::string& workspace, const std::string& after,
                                        std::size_t limit) const {
  auto found = projections::read_subscriptions(services_.store, workspace, after, limit);
  if (!found) return tl::unexpected(found.error());
  NamedPage page{{}, std::move(found->next)};
  for (const auto& row : found->rows) {
    auto json = json_of(row, nullptr);
    if (!json) return tl::unexpected(json.error());
    page.rows.push_back({row.put.name, std::move(*json)});
  }
  return page;
}

}  // namespace reprise::actors
