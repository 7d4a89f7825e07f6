// The fold of a subscription's events, and its row there and back.
#include "projections/subscription_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::SubscriptionRow;

namespace {

void fold(SubscriptionRow& row, int time, std::vector<events::Event> events) {
  events::Chunk chunk;
  chunk.first_event_id = row.next_event_id;
  chunk.time = at(time);
  chunk.principal = {"ada", "acme"};
  chunk.events = std::move(events);
  row.fold(chunk);
}

// What the row says is kept by its bytes.
void check_bytes(const SubscriptionRow& row) {
  const std::string bytes = projections::subscription_value(row);
  const auto read = projections::parse_subscription_row(bytes);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(projections::subscription_value(*read) == bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    BOOST_TEST(!projections::parse_subscription_row(bytes.substr(0, cut)).has_value());
  }
  BOOST_TEST(!projections::parse_subscription_row(bytes + "x").has_value());
  std::string newer = bytes;
  newer[0] = 2;
  BOOST_TEST((projections::parse_subscription_row(newer).error().code == errc::unsupported_version));
}

const events::SubscriptionPut kPut{"hook", "", "https://example.com/", Json{R"(["reprise.task.*"])"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(subscription_rows)

BOOST_AUTO_TEST_CASE(folding) {
  SubscriptionRow row;
  fold(row, 10, {kPut});
  BOOST_TEST((row.workspace == "acme" && row.user == "ada" && row.active() && row.epoch == 1));
  BOOST_TEST((row.made_at == at(10) && row.put_at == at(10)));
  check_bytes(row);
  fold(row, 20, {events::SubscriptionPaused{"rest"}});
  BOOST_TEST((!row.active() && row.paused && row.reason == "rest"));
  check_bytes(row);
  fold(row, 30, {events::SubscriptionResumed{}, events::SubscriptionRotated{at(99)}});
  BOOST_TEST((row.active() && row.reason.empty() && row.epoch == 1 && row.next_event_id == 5));
  fold(row, 40, {events::SubscriptionReplayed{"abc"}});
  BOOST_TEST(row.epoch == 5u);
  fold(row, 50, {events::SubscriptionDisabled{"gone", at(45)}});
  BOOST_TEST((!row.active() && row.disabled && row.reason == "gone" && row.failing_since == at(45)));
  check_bytes(row);
  auto other = kPut;
  other.url = "https://example.org/";
  fold(row, 60, {other});
  BOOST_TEST((row.disabled && row.put.url == other.url && row.epoch == 5 && row.made_at == at(10)));
  fold(row, 70, {events::SubscriptionResumed{}});
  BOOST_TEST((row.active() && row.failing_since == Time{}));
  fold(row, 80, {events::SubscriptionDeleted{"hook"}});
  BOOST_TEST((row.deleted && !row.active()));
  check_bytes(row);
  fold(row, 90, {kPut});
  BOOST_TEST(row.active());
  BOOST_TEST((row.made_at == at(90)));
  BOOST_TEST(row.epoch == 10u);
  BOOST_TEST(row.next_event_id == 11u);
}

BOOST_AUTO_TEST_CASE(types) {
  BOOST_TEST(projections::types_of(kPut).value().count() == events::parse_type_set("reprise.task.*").value().count());
  auto two = kPut;
  two.types.bytes = R"(["reprise.task.failed.v1","reprise.execution.failed.v1"])";
  BOOST_TEST(projections::types_of(two).value().count() == 2u);
  for (const char* bad : {"", "{}", "[1]", R"(["nothing"])"}) {
    two.types.bytes = bad;
    BOOST_TEST(!projections::types_of(two).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(reading) {
  Rig rig;
  storage::RowBatch batch;
  for (const auto& [workspace, name, deleted] : {std::tuple{"acme", "a", false},
                                                 {"acme", "b", true},
                                                 {"acme", "c", false},
                                                 {"acme", "ca", false},
                                                 {"other", "a", false}}) {
    SubscriptionRow row;
    row.workspace = workspace;
    row.put.name = name;
    row.deleted = deleted;
    write_subscription_row(row, batch);
  }
  std::string bytes(12, '\0');
  bytes += batch.bytes();
  BOOST_REQUIRE(rig.store->write(bytes, batch.rows()).has_value());
  const auto names = [&](std::string_view after, std::size_t limit) {
    std::string out;
    const auto found = projections::read_subscriptions(*rig.store, "acme", after, limit);
    for (const auto& row : found.value().rows) out += row.put.name + " ";
    return out;
  };
  BOOST_TEST(names("", 10) == "a c ca ");
  BOOST_TEST(names("", 2) == "a c ");
  BOOST_TEST(names("a", 10) == "c ca ");
  BOOST_TEST(names("c", 10) == "ca ");
  BOOST_TEST(projections::read_subscription(*rig.store, "acme", "c").has_value());
  BOOST_TEST((projections::read_subscription(*rig.store, "acme", "b").error().code == errc::not_found));
  BOOST_TEST((projections::read_subscription(*rig.store, "other", "c").error().code == errc::not_found));
  BOOST_TEST(projections::read_all_subscriptions(*rig.store).size() == 4u);
}

BOOST_AUTO_TEST_CASE(rebuilt) {
  Rig rig;
  const Uuid id = projections::subscription_uuid("acme", "hook");
  SubscriptionRow row;
  events::Sha256 head = events::genesis(id);
  storage::RowBatch batch;
  for (const auto& events : std::vector<std::vector<events::Event>>{
           {kPut}, {events::SubscriptionPaused{"rest"}}, {events::SubscriptionReplayed{"abc"}}}) {
    events::Chunk chunk;
    chunk.execution_id = id;
    chunk.first_event_id = row.next_event_id;
    chunk.time = at(10);
    chunk.principal = {"ada", "acme"};
    chunk.events = events;
    batch.put(storage::Family::chunks, storage::chunk_key(id, chunk.first_event_id), events::encode(chunk, head));
    row.fold(chunk);
  }
  std::string bytes(12, '\0');
  bytes += batch.bytes();
  BOOST_REQUIRE(rig.store->write(bytes, batch.rows()).has_value());
  BOOST_REQUIRE(projections::rebuild(*rig.store, {}).has_value());
  const auto rows = rig.rows(storage::Family::subscriptions);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows.begin()->second == projections::subscription_value(row));
}

BOOST_AUTO_TEST_SUITE_END()
