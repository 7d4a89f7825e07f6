#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::Status;

namespace {

// Draws the next command's events of a run: any order that a real one may have, and a little more.
std::vector<events::Event> draw(std::mt19937& random, const Run& run) {
  const std::string ref(1, static_cast<char>('a' + random() % 4));
  if (run.view.status == Status::paused && random() % 2 == 0) return {events::ExecutionResumed{}};
  const std::string asked = to_string(interaction_uuid(run.view.id, ref));
  switch (random() % 22) {
    case 16:
    case 17: return {events::InteractionCreated{ref, asked, events::InteractionKind::approval, 2, Json{R"(["ops"])"}}};
    case 18: return {events::InteractionRequested{ref, asked, 1, Json{R"("go?")"}, at(9000)}};
    case 19: return {events::InteractionAnswered{ref, asked, "alice", Json{"1"}}};
    case 20: return {events::InteractionCompleted{ref, asked, "alice", Json{"1"}, random() % 2 == 0}};
    case 21: return {events::InteractionTimedOut{ref, asked, 1}};
    case 0: return {events::ExecutionPaused{"pause"}};
    case 1: return {events::ExecutionCompleted{Json{R"({"done":true})"}}};
    case 2:
      return {events::TaskFailed{ref, 1, 1, "broken", "E", false, false}, events::ExecutionFailed{"broken", "E", ref}};
    case 3: return {events::ExecutionCancelled{}, events::TaskCancelled{ref, 1}};
    case 4: return {events::ExecutionTimedOut{}};
    case 5: return {events::ExecutionTerminated{"enough"}};
    case 6:
      return {events::TaskFailed{ref, 1, 1, "try \"again\"", "E", true, true},
              events::TaskDelayed{ref, 2, at(5000), events::DelayReason::retry}};
    case 7: return {events::TaskLogged{ref, {{at(1), events::LogLevel::warning, "caf\xc3\xa9\n"}}}};
    case 8: return {events::TaskRequeued{ref, 1, 2, events::RequeueReason::worker_gone}};
    case 9: return {task_completed(ref), scheduled("z")};
    case 10: return {task_started(ref)};
    default: return {scheduled(ref)};
  }
}

struct Families {
  explicit Families(const Rig& rig) {
    for (const Family family : {Family::status, Family::index, Family::counters, Family::idempotency,
                                Family::definitions, Family::interactions}) {
      rows.emplace(family, rig.rows(family));
    }
  }
  std::map<Family, std::map<std::string, std::string>> rows;
};

void check_same(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
  BOOST_TEST(a.size() == b.size());
  for (const auto& [key, value] : a) {
    const auto other = b.find(key);
    BOOST_REQUIRE_MESSAGE(other != b.end(), "a row is missing");
    BOOST_TEST(other->second == value);
  }
}

void check_rebuilt(Rig& rig, std::uint64_t executions) {
  Families before(rig);
  // The journal keeps a counter that has come down to zero; rebuild has no reason to write one.
  std::erase_if(before.rows[Family::counters],
                [](const auto& row) { return storage::parse_counter_value(row.second) == 0; });
  rig.close();
  rig.open();
  rig.journal.reset();
  std::uint64_t told = 0;
  const auto done = projections::rebuild(*rig.store, [&](std::uint64_t so_far) { told = so_far; });
  BOOST_REQUIRE_MESSAGE(done, done.error().detail);
  BOOST_TEST(*done == executions);
  BOOST_TEST(told == executions);
  const Families after(rig);
  for (const auto& [family, rows] : before.rows) check_same(rows, after.rows.at(family));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rebuild, Rig)

BOOST_AUTO_TEST_CASE(random_interleaved_runs_have_the_rows_that_their_events_make) {
  for (const unsigned seed : {1u, 77u, 20261122u}) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Rig rig;
      std::mt19937 random(seed);
      std::vector<Run> runs;
      const std::string workflows[] = {"orders", "refunds"}, users[] = {"", "alice", "bob"},
                        workspaces[] = {"default", "acme"};
      std::int64_t now = 0;
      for (int step = 0; step < 800; ++step) {
        now += static_cast<std::int64_t>(random() % 3);
        const bool begin = runs.empty() || random() % 6 == 0;
        if (begin) {
          const auto number = runs.size() + 1;
          runs.emplace_back(id_of(seed * 1000 + number, now), users[random() % 3], workspaces[random() % 2]);
          rig.add(runs.back(), at(now),
                  {started(workflows[random() % 2], random() % 3 == 0 ? "key" + std::to_string(number) : "")});
        } else {
          Run& run = runs[random() % runs.size()];
          if (projections::final(run.view.status)) continue;
          rig.add(run, at(now), draw(random, run));
        }
        if (random() % 4 == 0) rig.flush();
      }
      rig.flush();

      std::map<std::string, std::string> status, index, idempotency, interactions;
      std::map<std::string, std::int64_t> counted;
      for (const Run& run : runs) {
        for (const auto& row : projections::rows_of(run.view)) {
          auto& family = row.family == Family::status         ? status
                         : row.family == Family::index        ? index
                         : row.family == Family::interactions ? interactions
                                                              : idempotency;
          BOOST_TEST(family.emplace(row.key, row.value).second);
          if (row.family == Family::index) ++counted[row.key.substr(0, row.key.size() - 24)];
        }
      }
      check_same(status, rig.rows(Family::status));
      check_same(index, rig.rows(Family::index));
      check_same(idempotency, rig.rows(Family::idempotency));
      check_same(interactions, rig.rows(Family::interactions));
      BOOST_TEST(interactions.size() > 50u);
      const auto counters = rig.rows(Family::counters);
      for (const auto& [key, value] : counters) {
        BOOST_TEST(storage::parse_counter_value(value) == (counted.contains(key) ? counted.at(key) : 0));
      }
      for (const auto& [key, count] : counted) BOOST_TEST(counters.contains(key));
      check_rebuilt(rig, runs.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(definitions_are_rebuilt_and_what_does_not_belong_is_gone) {
  events::WorkflowRegistered version;
  version.workflow_id = "orders";
  version.canonical.bytes = "{}";
  commit_workflow("acme", "alice", "orders", at(1), version);
  version.version = 2;
  commit_workflow("acme", "bob", "orders", at(2), version);
  version.workflow_id = "refunds";
  commit_workflow("acme", "bob", "refunds", at(3), version);
  commit_workflow("acme", "bob", "refunds", at(4), events::WorkflowDeleted{"refunds"});
  Run run(id_of(1));
  commit(run, at(5), {started()});
  check_rebuilt(*this, 1);

  storage::RowBatch stray;
  stray.put(Family::index, "stray", "");
  stray.put(Family::counters, "stray", storage::counter_value(5));
  std::string bytes(12, '\0');
  bytes += stray.bytes();
  BOOST_REQUIRE(store->write(bytes, stray.rows()));
  BOOST_REQUIRE(projections::rebuild(*store, {}));
  BOOST_TEST(!rows(Family::index).contains("stray"));
  BOOST_TEST(!rows(Family::counters).contains("stray"));
  BOOST_TEST(rows(Family::index).size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_gap_in_the_events_is_refused) {
  Run run(id_of(1));
  commit(run, at(1), {started(), scheduled("a")});
  commit(run, at(2), {task_started("a")});
  commit(run, at(3), {task_completed("a")});
  storage::RowBatch batch;
  batch.del(Family::chunks, storage::chunk_key(run.view.id, 3));
  std::string bytes(12, '\0');
  bytes += batch.bytes();
  BOOST_REQUIRE(store->write(bytes, batch.rows()));
  const auto rebuilt = projections::rebuild(*store, {});
  BOOST_REQUIRE(!rebuilt);
  BOOST_TEST((rebuilt.error().code == errc::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()
