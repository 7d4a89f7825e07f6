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
  void check(const Rig& rig) const;

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

void Families::check(const Rig& rig) const {
  for (const auto& [family, before] : rows) check_same(before, rig.rows(family));
}

void write(storage::Store& store, const storage::RowBatch& batch) {
  std::string bytes(12, '\0');
  bytes += batch.bytes();
  BOOST_REQUIRE(store.write(bytes, batch.rows()));
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
  before.check(rig);
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
  write(*store, stray);
  BOOST_REQUIRE(projections::rebuild(*store, {}));
  BOOST_TEST(!rows(Family::index).contains("stray"));
  BOOST_TEST(!rows(Family::counters).contains("stray"));
  BOOST_TEST(rows(Family::index).size() == 4u);
}

BOOST_AUTO_TEST_CASE(damaged_events_are_refused_and_the_rows_stay) {
  Run first(id_of(1)), last(id_of(2));
  for (Run* run : {&first, &last}) {
    commit(*run, at(1), {started(), scheduled("a")});
    commit(*run, at(2), {task_started("a")});
    commit(*run, at(3), {task_completed("a")});
  }
  const Families before(*this);
  storage::RowBatch gap, flipped;
  gap.del(Family::chunks, storage::chunk_key(last.view.id, 3));
  std::string bytes = rows(Family::chunks).at(storage::chunk_key(last.view.id, 3));
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  flipped.put(Family::chunks, storage::chunk_key(last.view.id, 3), bytes);
  for (const storage::RowBatch* damage : {&flipped, &gap}) {
    write(*store, *damage);
    const auto rebuilt = projections::rebuild(*store, {});
    BOOST_REQUIRE(!rebuilt);
    BOOST_TEST((rebuilt.error().code == errc::corrupt));
    BOOST_TEST(rebuilt.error().detail.ends_with("nothing was changed"), rebuilt.error().detail);
    before.check(*this);
    close();
    open();
  }
}

BOOST_AUTO_TEST_CASE(one_that_was_cut_off_is_done_again_before_anything_else) {
  constexpr std::uint64_t kRuns = 1'500;
  for (std::uint64_t number = 1; number <= kRuns; ++number) {
    Run run(id_of(number));
    add(run, at(1), {started("orders", "key" + std::to_string(number)), scheduled("a")});
  }
  flush();
  const Families before(*this);
  journal.reset();
  struct CutOff {};
  BOOST_CHECK_THROW((void)projections::rebuild(*store, [](std::uint64_t) { throw CutOff(); }), CutOff);
  BOOST_TEST(rows(Family::status).size() < kRuns);
  close();

  const auto refused = storage::Store::open(options());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == errc::corrupt));
  BOOST_TEST(
      refused.error().detail.find("run `reprise rebuild --data " + options().path + "` again") != std::string::npos,
      refused.error().detail);
  auto again = options();
  again.unfinished_rebuild = true;
  open(again);
  journal.reset();
  BOOST_REQUIRE(projections::rebuild(*store, {}));
  before.check(*this);
  close();
  open();
}

BOOST_AUTO_TEST_SUITE_END()
