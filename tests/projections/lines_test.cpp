#include "projections/log_lines.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using events::LogLevel;

namespace {

std::vector<std::string> text_of(const std::vector<events::Event>& events) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < events.size(); ++i) {
    projections::lines_of(events[i], at(0), std::span(events).subspan(i + 1),
                          [&](Time time, LogLevel level, std::string_view ref, std::string_view message) {
                            std::string line;
                            projections::append_line_text(line, time, level, ref, message);
                            lines.push_back(line.substr(27));  // behind the time
                          });
  }
  return lines;
}

void expect(const std::vector<events::Event>& events, const std::vector<std::string>& lines) {
  const auto got = text_of(events);
  BOOST_TEST(got == lines, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(executions_start_and_end_in_words) {
  expect({started()}, {"INFO - Execution started\n"});
  expect({events::ExecutionCompleted{}}, {"INFO - Execution completed\n"});
  expect({events::ExecutionFailed{"boom", "E", "charge"}}, {"ERROR - Execution failed: charge: boom\n"});
  expect({events::ExecutionFailed{"boom", "E", ""}}, {"ERROR - Execution failed: boom\n"});
  expect({events::ExecutionCancelled{"why"}}, {"INFO - Execution cancelled by user\n"});
  expect({events::ExecutionTerminated{"why"}}, {"INFO - Execution terminated: why\n"});
  expect({events::ExecutionPaused{}}, {"INFO - Execution paused\n"});
  expect({events::ExecutionResumed{}}, {"INFO - Execution resumed\n"});
  expect({events::ExecutionTimedOut{}}, {"ERROR - Execution timed out\n"});
}

BOOST_AUTO_TEST_CASE(a_message_of_several_lines_cannot_pass_for_several) {
  const auto logged = [](std::string message) {
    return events::TaskLogged{"a", {{at(0), LogLevel::info, std::move(message)}}};
  };
  expect({logged("one\n[2026-02-02T02:40:00.000Z] ERROR - two\r\nthree\rfour\n\nsix")},
         {"INFO [a] - one\n    [2026-02-02T02:40:00.000Z] ERROR - two\n    three\n    four\n    \n    six\n"});
  expect({logged("one\n")}, {"INFO [a] - one\n"});
  expect({logged("\r\none")}, {"INFO [a] - \n    one\n"});
  expect({logged("")}, {"INFO [a] - \n"});
}

BOOST_AUTO_TEST_CASE(nodes_start_end_and_retry_in_words) {
  expect({scheduled("charge")}, {});
  expect({task_started("charge")}, {"INFO [charge] - Node 'charge' started\n"});
  expect({task_started("charge", 2)}, {"INFO [charge] - Node 'charge' started (attempt 2)\n"});
  expect({task_completed("charge")}, {"INFO [charge] - Node 'charge' completed\n"});
  expect({events::TaskSkipped{"charge", events::SkipReason::run_if}}, {"INFO [charge] - Node 'charge' skipped\n"});
  expect({events::TaskCancelled{"charge", 1}}, {"INFO [charge] - Node 'charge' cancelled\n"});
  const events::TaskFailed failed{"charge", 1, 1, "declined", "E", true, false};
  expect({failed}, {"ERROR [charge] - Node 'charge' failed: declined\n"});
  auto retried = failed;
  retried.will_retry = true;
  expect({retried}, {"WARNING [charge] - Node 'charge' failed: declined; retry 2\n"});
  expect({retried, events::TaskDelayed{"other", 2, at(9000), events::DelayReason::retry},
          events::TaskDelayed{"charge", 2, at(4000), events::DelayReason::retry}},
         {"WARNING [charge] - Node 'charge' failed: declined; retry 2 in 4 s\n"});
  expect({events::TaskTimedOut{"charge", 3, false}}, {"ERROR [charge] - Node 'charge' timed out\n"});
  expect(
      {events::TaskTimedOut{"charge", 3, true}, events::TaskDelayed{"charge", 4, at(250), events::DelayReason::retry}},
      {"WARNING [charge] - Node 'charge' timed out; retry 4 in 0.25 s\n"});
  expect({events::TaskRequeued{"charge", 1, 2, events::RequeueReason::lease_expired}},
         {"WARNING [charge] - Node 'charge' lost its worker: the lease expired; queued again\n"});
  expect({events::TaskRequeued{"charge", 1, 1, events::RequeueReason::resumed}}, {});
}

BOOST_AUTO_TEST_CASE(logged_lines_keep_their_own_time_and_level) {
  const events::TaskLogged logged{"charge", {{at(5), LogLevel::debug, "one"}, {at(7), LogLevel::warning, "two"}}};
  std::string out = "[]";
  Time newest = at(4);
  BOOST_TEST(projections::append_chunk_lines(
      out, {id_of(1), 1, at(9), {}, "", {logged, events::TaskLogged{"", {{at(8), LogLevel::error, "x"}}}}}, newest));
  BOOST_TEST(to_millis(newest) == to_millis(at(8)));
  BOOST_TEST(out == R"([],{"timestamp":"2026-02-02T02:40:00.005Z","level":"DEBUG","node_id":"charge","message":"one"})"
                    R"(,{"timestamp":"2026-02-02T02:40:00.007Z","level":"WARNING","node_id":"charge","message":"two"})"
                    R"(,{"timestamp":"2026-02-02T02:40:00.008Z","level":"ERROR","node_id":null,"message":"x"})");
}

BOOST_AUTO_TEST_CASE(lines_of_a_chunk_that_are_not_in_time_order_are_told) {
  const auto in_order = [](const std::vector<std::int64_t>& times, Time newest) {
    events::TaskLogged logged{"charge", {}};
    for (const auto time : times) logged.lines.push_back({at(time), LogLevel::info, ""});
    std::string out;
    return projections::append_chunk_lines(out, {id_of(1), 1, at(9), {}, "", {logged, task_completed("charge")}},
                                           newest);
  };
  BOOST_TEST(in_order({5, 5, 9}, at(5)));
  BOOST_TEST(!in_order({5, 5, 9}, at(6)));
  BOOST_TEST(!in_order({5, 4}, at(0)));
  BOOST_TEST(!in_order({10}, at(0)));
}

BOOST_AUTO_TEST_CASE(a_loops_lines_are_those_of_its_iterations_too) {
  BOOST_TEST(projections::is_line_of("each", "each"));
  BOOST_TEST(projections::is_line_of("each", "each[12]"));
  BOOST_TEST(projections::is_line_of("each[1]", "each[1]"));
  for (const char* other : {"each[12]", "each", "", "other"}) BOOST_TEST(!projections::is_line_of("each[1]", other));
  for (const char* other : {"eachone", "eac", "", "each_[1]"}) BOOST_TEST(!projections::is_line_of("each", other));
}

BOOST_AUTO_TEST_CASE(seconds_have_no_needless_digits) {
  const std::pair<std::int64_t, std::string> cases[] = {{0, "0 s"},         {1000, "1 s"},     {1500, "1.5 s"},
                                                        {50, "0.05 s"},     {1001, "1.001 s"}, {300'000, "300 s"},
                                                        {10'100, "10.1 s"}, {-5, "0 s"}};
  for (const auto& [ms, expected] : cases) {
    std::string out;
    projections::append_seconds(out, Duration{ms});
    BOOST_TEST(out == expected);
  }
}

BOOST_AUTO_TEST_CASE(a_lines_size_is_counted_without_rendering_it) {
  std::vector<std::string> messages = {"",
                                       "plain",
                                       "seven77",
                                       "eight888",
                                       "a \"quoted\" one",
                                       "back\\slash",
                                       "tab\tnew\nline",
                                       std::string("nul\0nul", 7),
                                       "\x7f",
                                       "caf\xc3\xa9",
                                       "bad \xff utf-8",
                                       "\x1f",
                                       "\xed\xa0\x80"};
  for (std::size_t size = 0; size < 40; ++size) messages.push_back(std::string(size, 'x') + "\x01");
  for (const auto& message : messages) {
    for (const std::string ref : {"", "charge"}) {
      std::string line;
      projections::append_line_json(line, at(0), LogLevel::warning, ref, message);
      BOOST_TEST(line.size() == projections::line_json_size(LogLevel::warning, ref, message));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_view_counts_the_lines_and_bytes_that_are_rendered) {
  projections::ExecutionView view(id_of(1));
  const events::Chunk chunk{
      view.id,
      1,
      at(0),
      {"", "default"},
      "",
      {started(), scheduled("a"), task_started("a"), events::TaskFailed{"a", 1, 1, "no \"way\"", "E", true, true},
       events::TaskDelayed{"a", 2, at(1500), events::DelayReason::retry},
       events::TaskLogged{"a", {{at(1), LogLevel::info, "caf\xc3\xa9"}}}}};
  view.fold(chunk);
  std::string out;
  Time newest{};
  projections::append_chunk_lines(out, chunk, newest);
  BOOST_TEST(view.log_lines == 4u);
  BOOST_TEST(view.log_bytes + 3 == out.size());  // and three commas
}

BOOST_AUTO_TEST_SUITE_END()
