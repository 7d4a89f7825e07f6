#include "projections/body_cache.hpp"

#include <boost/test/unit_test.hpp>

#include "events/json.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::BodyCache;

BOOST_FIXTURE_TEST_SUITE(bodies, Rig)

BOOST_AUTO_TEST_CASE(a_body_is_the_status_with_the_newest_lines) {
  Run run(id_of(1));
  commit(run, at(0), {started(), scheduled("a"), task_started("a")});
  for (int again = 0; again < 2; ++again) {
    std::string body = "before ";
    BOOST_REQUIRE(queries->execution(run.view.id, "default", body, Reach::disk));
    std::string expected;
    run.view.append_status_json(expected);
    expected.pop_back();
    expected +=
        R"(,"logs":[{"timestamp":"2026-02-02T02:40:00.000Z","level":"INFO","node_id":null,"message":"Execution started"},)"
        R"({"timestamp":"2026-02-02T02:40:00.000Z","level":"INFO","node_id":"a","message":"Node 'a' started"}]})";
    BOOST_TEST(body == "before " + expected);
  }
  commit(run, at(9), {task_completed("a"), events::ExecutionCompleted{Json{"[1]"}}});
  std::string first, second;
  BOOST_REQUIRE(queries->execution(run.view.id, "default", first, Reach::disk));
  BOOST_TEST(first.find(R"("status":"completed")") != std::string::npos);
  BOOST_TEST(first.find("Execution completed") != std::string::npos);
  BOOST_TEST(check_json(first).has_value());
  BOOST_REQUIRE(queries->execution(run.view.id, "default", second, Reach::cached));
  BOOST_TEST(first == second);
}

BOOST_AUTO_TEST_CASE(another_workspaces_execution_is_not_there) {
  Run run(id_of(1), "alice", "acme");
  commit(run, at(0), {started(), events::ExecutionCompleted{}});
  std::string body;
  BOOST_REQUIRE(queries->execution(run.view.id, "acme", body, Reach::disk));
  body.clear();
  const auto other = queries->execution(run.view.id, "default", body, Reach::disk);
  BOOST_REQUIRE(!other);
  BOOST_TEST((other.error().code == errc::not_found_execution));
  BOOST_TEST(body.empty());
  BOOST_TEST((queries->status_row(run.view.id, "default", Reach::disk).error().code == errc::not_found_execution));
  BOOST_TEST((queries->status_row(id_of(2), "acme", Reach::disk).error().code == errc::not_found_execution));
  BOOST_TEST(projections::parse_status_row(*queries->status_row(run.view.id, "acme", Reach::disk))->workspace ==
             "acme");
}

BOOST_AUTO_TEST_CASE(what_needs_the_disk_says_so_instead_of_waiting) {
  Run run(id_of(1));
  commit(run, at(0), {started(), events::ExecutionCompleted{}});
  close();
  open();
  projections::ListFilter filter;
  std::string body;
  const auto answer = queries->execution(run.view.id, "default", body, Reach::cached);
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.error().code == errc::would_block));
  BOOST_TEST(body.empty());
  const auto page = queries->list(filter, Reach::cached);
  BOOST_REQUIRE(!page);
  BOOST_TEST((page.error().code == errc::would_block));
  const auto events = queries->events(
      run.view.id, 0, 10, [](const events::Record&) {}, Reach::cached);
  BOOST_REQUIRE(!events);
  BOOST_TEST((events.error().code == errc::would_block));

  BOOST_REQUIRE(queries->execution(run.view.id, "default", body, Reach::disk));
  BOOST_TEST(queries->list(filter, Reach::disk)->count == 1u);
  body.clear();
  BOOST_TEST(queries->execution(run.view.id, "default", body, Reach::cached).has_value());
  BOOST_TEST(queries->list(filter, Reach::cached)->count == 1u);
}

BOOST_AUTO_TEST_CASE(the_cache_keeps_to_its_bound_and_to_what_is_asked_for) {
  BodyCache cache(16 * 8192);
  const std::string body(300, 'x');
  std::string out;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    cache.keep(id_of(i), "w", body);
    cache.append(id_of(7), "w", out);  // asked for all the time: it stays
  }
  out.clear();
  std::size_t kept = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) kept += cache.append(id_of(i), "w", out) ? 1 : 0;
  BOOST_TEST(kept > 50u);
  BOOST_TEST(kept * 300 < 16u * 8192u);
  out.clear();
  BOOST_TEST(cache.append(id_of(7), "w", out));
  BOOST_TEST(out == body);
  BOOST_TEST(!cache.append(id_of(7), "v", out));
  cache.keep(id_of(5000), "w", std::string(2000, 'y'));  // more than an eighth of its part
  BOOST_TEST(!cache.append(id_of(5000), "w", out));
}

BOOST_AUTO_TEST_SUITE_END()
