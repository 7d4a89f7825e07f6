#include <boost/test/unit_test.hpp>

#include "events/json.hpp"
#include "projections/log_lines.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using events::LogLevel;
using projections::LogFilter;
using projections::LogForm;

namespace {

struct Logs : Rig {
  Run run{id_of(2, 2)};

  projections::LogPage read(const LogFilter& filter, LogForm form = LogForm::text) const {
    auto page = projections::read_logs(*store, run.view.id, filter, form, Reach::disk);
    BOOST_REQUIRE_MESSAGE(page, page.error().detail);
    return *page;
  }
  std::string newest(std::size_t limit) const {
    const std::string bytes = *queries->status_row(run.view.id, "default", Reach::disk);
    auto lines =
        projections::newest_lines(*store, *projections::parse_status_row(bytes), run.view.id, limit, Reach::disk);
    BOOST_REQUIRE_MESSAGE(lines, lines.error().detail);
    return *lines;
  }
  // Lines "1", "2", ... of node a (even) or b, every third an error.
  void log(int count) {
    for (int i = 0; i < count; ++i) {
      ++logged;
      const LogLevel level = logged % 3 == 0 ? LogLevel::error : LogLevel::info;
      add(run, at(logged),
          {events::TaskLogged{logged % 2 == 0 ? "a" : "b", {{at(logged), level, std::to_string(logged)}}}});
    }
    flush();
  }
  int logged = 0;
};

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

JsonDocument parsed(const std::string& lines) {
  auto document = parse_json("[" + lines + "]");
  BOOST_REQUIRE(document);
  return std::move(*document);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(logs, Logs)

BOOST_AUTO_TEST_CASE(filters_and_pages_count_what_matches) {
  Run before(id_of(1, 1)), after(id_of(3, 3));
  commit(before, at(0), {started()});
  commit(after, at(0), {started()});
  commit(run, at(0), {started()});
  log(30);
  BOOST_TEST(read({}).total == 31u);
  BOOST_TEST(lines_in(read({}).lines) == 31u);
  BOOST_TEST(read({}).lines.starts_with(
      "[2026-02-02T02:40:00.000Z] INFO - Execution started\n[2026-02-02T02:40:00.001Z] INFO [b] - 1\n"));
  LogFilter errors;
  errors.level = LogLevel::error;
  BOOST_TEST(read(errors).total == 10u);
  LogFilter of_a = errors;
  of_a.node_id = "a";
  of_a.limit = 2;
  of_a.offset = 1;
  const auto page = read(of_a, LogForm::json);
  BOOST_TEST(page.total == 5u);
  BOOST_TEST(page.lines == R"({"timestamp":"2026-02-02T02:40:00.012Z","level":"ERROR","node_id":"a","message":"12"},)"
                           R"({"timestamp":"2026-02-02T02:40:00.018Z","level":"ERROR","node_id":"a","message":"18"})");
  LogFilter some;
  some.limit = 3;
  some.offset = 29;
  BOOST_TEST(lines_in(read(some).lines) == 2u);
  BOOST_TEST(read(some).total == 31u);
  some.offset = 40;
  BOOST_TEST(read(some).lines.empty());
  BOOST_TEST(read(some).total == 31u);
  some.node_id = "none";
  BOOST_TEST(read(some).total == 0u);
  const auto missing = projections::read_logs(*store, id_of(9), {}, LogForm::text, Reach::disk);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().code == errc::not_found_execution));
}

BOOST_AUTO_TEST_CASE(the_newest_lines_are_in_time_order) {
  commit(run, at(0), {started()});
  log(20);
  BOOST_TEST(parsed(newest(1000)).root().Size() == 21u);
  for (const std::size_t limit : {1u, 2u, 5u, 20u, 21u}) {
    const auto lines = parsed(newest(limit));
    BOOST_REQUIRE_EQUAL(lines.root().Size(), limit);
    BOOST_TEST(text_of(*find(lines.root()[static_cast<rapidjson::SizeType>(limit - 1)], "message")) == "20");
    if (limit < 21) BOOST_TEST(text_of(*find(lines.root()[0], "message")) == std::to_string(21 - limit));
  }
  BOOST_TEST(newest(0).empty());
  // Several lines in one event, of which the bound takes a part.
  commit(run, at(99),
         {events::TaskLogged{
             "a", {{at(97), LogLevel::info, "x"}, {at(98), LogLevel::info, "y"}, {at(99), LogLevel::info, "z"}}}});
  const auto two = parsed(newest(2));
  BOOST_TEST(text_of(*find(two.root()[0], "message")) == "y");
  BOOST_TEST(text_of(*find(two.root()[1], "message")) == "z");
}

BOOST_AUTO_TEST_CASE(lines_that_came_late_stand_at_their_time) {
  const auto messages = [](const std::string& lines) {
    const JsonDocument document = parsed(lines);
    std::string all;
    for (const auto& line : document.root().GetArray()) all.append(text_of(*find(line, "message"))).append("; ");
    return all;
  };
  const events::TaskLogged late{"y", {{at(10), LogLevel::info, "as x ends"}, {at(5), LogLevel::info, "before"}}};
  commit(run, at(0), {started(), task_started("x")});
  commit(run, at(10), {task_completed("x")});
  commit(run, at(20), {late, task_completed("y")});
  const std::string in_order =
      "Execution started; Node 'x' started; before; Node 'x' completed; as x ends; Node 'y' completed; ";
  BOOST_TEST(messages(newest(1000)) == in_order);
  BOOST_TEST(messages(newest(4)) == "before; Node 'x' completed; as x ends; Node 'y' completed; ");
  BOOST_TEST(messages(read({}, LogForm::json).lines) == in_order);
  BOOST_TEST(read({}).lines.find("before\n[2026-02-02T02:40:00.010Z] INFO [x] - Node 'x' completed\n") !=
             std::string::npos);
  // What is on a page does not depend on what comes later.
  LogFilter page;
  page.limit = 3;
  BOOST_TEST(messages(read(page, LogForm::json).lines) == "Execution started; Node 'x' started; Node 'x' completed; ");
  page.offset = 3;
  BOOST_TEST(messages(read(page, LogForm::json).lines) == "before; as x ends; Node 'y' completed; ");

  Run one(id_of(1));
  commit(one, at(20), {started(), late, task_completed("y")});
  std::string body;
  BOOST_REQUIRE(queries->execution(one.view.id, "default", body, Reach::disk));
  BOOST_TEST(messages(body.substr(body.find('[') + 1, body.rfind(']') - body.find('[') - 1)) ==
             "before; as x ends; Execution started; Node 'y' completed; ");
}

BOOST_AUTO_TEST_CASE(naming_a_loop_gives_its_iterations_lines) {
  commit(run, at(0),
         {started(), events::TaskLoopStarted{"l", 1, 2, {}}, task_started("l[0]"), task_started("l[1]"),
          task_started("l2"), task_completed("l[0]"), task_completed("l")});
  LogFilter filter;
  filter.node_id = "l";
  BOOST_TEST(read(filter).total == 5u);
  filter.node_id = "l[0]";
  BOOST_TEST(read(filter).total == 2u);
}

BOOST_AUTO_TEST_CASE(past_ten_megabytes_the_oldest_are_dropped_and_counted) {
  commit(run, at(0), {started(), task_started("a")});
  const std::string text(100'000, 'm');
  // 130 lines of 100 kB in 65 events: 104 of them fit.
  for (int i = 0; i < 65; ++i) {
    events::TaskLogged event{"a", {}};
    for (int j = 0; j < 2; ++j)
      event.lines.push_back({at(i + 1), LogLevel::info, std::to_string(1000 + 2 * i + j) + text});
    commit(run, at(i + 1), {event});
  }
  const std::size_t line = projections::line_json_size(LogLevel::info, "a", "1000" + text);
  const std::size_t kept = projections::kLogBytesKept / line;
  BOOST_REQUIRE_EQUAL(kept, 104u);
  const std::string warning =
      std::to_string(132 - kept) + " older lines were dropped: an execution keeps 10 MB of logs";

  LogFilter filter;
  filter.limit = 2;
  auto page = read(filter);
  BOOST_TEST(page.total == kept + 1);
  BOOST_TEST(page.lines.starts_with("[2026-02-02T02:40:00.014Z] WARNING - " + warning +
                                    "\n[2026-02-02T02:40:00.014Z] INFO [a] - 1026m"));
  filter.limit = 1000;
  page = read(filter);
  BOOST_TEST(lines_in(page.lines) == kept + 1);
  BOOST_TEST(page.lines.find("INFO [a] - 1129m") != std::string::npos);
  filter.level = LogLevel::warning;
  page = read(filter, LogForm::json);
  BOOST_TEST(page.total == 1u);
  BOOST_TEST(text_of(*find(parsed(page.lines).root()[0], "message")) == warning);
  filter.node_id = "a";
  BOOST_TEST(read(filter).total == 0u);
  filter.level.reset();
  BOOST_TEST(read(filter).total == kept);

  // The body's lines are bound by the bytes first, then by their number.
  const auto lines = parsed(newest(1000));
  BOOST_REQUIRE_EQUAL(lines.root().Size(), kept + 1);
  BOOST_TEST(text_of(*find(lines.root()[0], "message")) == warning);
  BOOST_TEST(find(lines.root()[0], "node_id")->IsNull());
  BOOST_TEST(parsed(newest(100)).root().Size() == 100u);
}

BOOST_AUTO_TEST_SUITE_END()
