// The live view: its messages, going on after a cut, back-pressure, heartbeats, its end.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"
#include "http/live_messages.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_AUTO_TEST_SUITE(api_live)

namespace {

struct Message {
  std::string id, event, data;
};

std::vector<Message> messages_of(std::string_view stream) {
  std::vector<Message> all;
  while (!stream.empty()) {
    const std::size_t end = stream.find("\n\n");
    BOOST_REQUIRE(end != std::string_view::npos);
    std::string_view block = stream.substr(0, end + 1);
    stream.remove_prefix(end + 2);
    if (block.starts_with(":")) continue;
    Message message;
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(line.size() + 1);
      if (line.starts_with("id: ")) message.id = line.substr(4);
      if (line.starts_with("event: ")) message.event = line.substr(7);
      if (line.starts_with("data: ")) message.data = line.substr(6);
    }
    BOOST_REQUIRE_MESSAGE(parse_json(message.data).has_value(), message.data);
    all.push_back(std::move(message));
  }
  return all;
}

std::string path(const Run& run) { return "/api/executions/" + to_string(run.view.id) + "/live"; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_is_followed_to_its_end) {
  ApiFixture api;
  Run run = api.waiting(1);
  const auto live = api.get(path(run));
  BOOST_REQUIRE(api.gateway.watched.size() == 1u);
  live->deliver({});
  BOOST_TEST(live->answer->content_type == "text/event-stream");
  BOOST_TEST(live->streaming);
  auto seen = messages_of(live->stream);
  BOOST_REQUIRE(seen.size() >= 2u);
  BOOST_TEST(seen.front().event == "status");
  BOOST_TEST(seen.back().event == "node_update");
  BOOST_TEST(seen.back().data.find("\"queued\"") != std::string::npos);

  api.rig.commit(run, at(50),
                 {task_started("a"), task_completed("a"), events::ExecutionCompleted{Json{"{\n\"ok\":true}"}}});
  live->deliver({});
  BOOST_TEST(live->ended);
  seen = messages_of(live->stream);
  BOOST_TEST(seen.back().event == "completion");
  BOOST_TEST(seen.back().id == std::to_string(run.view.last_event_id));
  BOOST_TEST(seen.back().data.find("\"result\":{\"ok\":true}") != std::string::npos);
  BOOST_TEST(api.gateway.abandoned.size() == 1u);
}

BOOST_AUTO_TEST_CASE(it_goes_on_after_any_message) {
  ApiFixture api;
  const Run run = api.completed(1);
  const auto follow = [&](const std::string& last) {
    const auto live =
        api.get(path(run), last.empty() ? ApiFixture::Headers{} : ApiFixture::Headers{{"last-event-id", last}});
    live->deliver({});
    BOOST_TEST(live->ended);
    return messages_of(live->stream);
  };
  const auto all = follow("");
  BOOST_REQUIRE(all.size() > 5u);
  std::set<std::string> ids;
  for (const Message& message : all) BOOST_TEST(ids.insert(message.id).second, "an id belongs to one message");
  for (std::size_t cut = 0; cut < all.size(); ++cut) {
    const auto rest = follow(all[cut].id);
    BOOST_REQUIRE(rest.size() == all.size() - cut - 1);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      BOOST_TEST(rest[i].id == all[cut + 1 + i].id);
      BOOST_TEST(rest[i].data == all[cut + 1 + i].data);
    }
  }
}

BOOST_AUTO_TEST_CASE(ids_that_are_none) {
  ApiFixture api;
  const Run run = api.completed(1);
  for (const char* bad : {"x", "1.x", "-1", ".1", "1.", "0.1", "99999999999999999999"}) {
    BOOST_TEST(api.status(api.get(path(run), {{"last-event-id", bad}})) == 422, bad);
  }
  BOOST_TEST(http::parse_live_id("7")->event_id == 7u);
  BOOST_TEST(http::parse_live_id("7.2")->event_id == 6u);
  BOOST_TEST(http::parse_live_id("7.2")->messages == 3u);
}

BOOST_AUTO_TEST_CASE(a_run_that_is_not_there) {
  ApiFixture api;
  const auto live = api.get("/api/executions/" + to_string(id_of(5)) + "/live");
  live->deliver({});
  BOOST_TEST(api.status(live) == 404);
  BOOST_TEST(!live->streaming);
  BOOST_TEST(api.gateway.abandoned.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_not_read_for) {
  http::ApiOptions options;
  options.stream_high_water = 100;
  ApiFixture api(options);
  Run run = api.waiting(1);
  const auto live = api.get(path(run));
  live->stalled = true;
  live->deliver({});
  const std::size_t taken = live->stream.size();
  BOOST_TEST(taken > 100u);
  api.rig.commit(run, at(20), {task_started("a")});
  live->deliver({});
  api.rig.commit(run, at(30), {task_completed("a")});
  live->deliver({});
  BOOST_TEST(live->stream.size() == taken);
  live->drain();
  BOOST_TEST(live->stream.size() > taken);
  BOOST_TEST(messages_of(live->stream).back().id == std::to_string(run.view.last_event_id));
}

BOOST_AUTO_TEST_CASE(a_long_history_is_read_in_pages) {
  ApiFixture api;
  Run run(id_of(1));
  api.rig.commit(run, at(1), {started()});
  for (int i = 0; i < 500; ++i) {
    api.rig.add(run, at(i + 2), {events::TaskLogged{"", {{at(i), events::LogLevel::info, std::to_string(i)}}}});
  }
  api.rig.commit(run, at(1000), {events::ExecutionCompleted{Json{"1"}}});
  const auto live = api.get(path(run));
  live->deliver({});
  BOOST_TEST(live->ended);
  BOOST_TEST(live->reads >= 3u);
  const auto seen = messages_of(live->stream);
  BOOST_TEST(seen.back().event == "completion");
  BOOST_TEST(std::count_if(seen.begin(), seen.end(), [](const Message& m) { return m.event == "log"; }) == 502);
}

BOOST_AUTO_TEST_CASE(lines_read_as_in_the_log) {
  ApiFixture api;
  Run run = api.waiting(1);
  api.rig.commit(run, at(20),
                 {task_started("a"), events::TaskFailed{"a", 1, 1, "x", "E", true, true},
                  events::TaskLogged{"a", {{at(19), events::LogLevel::info, "between"}}},
                  events::TaskDelayed{"a", 2, at(70), events::DelayReason::retry}});
  api.rig.commit(run, at(90), {events::ExecutionCancelled{""}});
  const auto live = api.get(path(run));
  live->deliver({});
  std::multiset<std::string> told, logged;
  for (const Message& message : messages_of(live->stream)) {
    if (message.event == "log") told.insert(message.data);
  }
  const auto answered = api.get("/api/executions/" + to_string(run.view.id) + "/logs");
  const JsonDocument page = answered->json();
  for (const auto& line : find(page.root(), "logs")->GetArray()) logged.insert(to_json(line));
  BOOST_TEST(told == logged, boost::test_tools::per_element());
  BOOST_TEST(live->stream.find("Node 'a' failed: x; retry 2 in 0.05 s") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(heartbeats_every_fifteen_seconds) {
  ApiFixture api;
  Run run = api.waiting(1);
  const auto live = api.get(path(run));
  live->deliver({});
  const std::size_t before = live->stream.size();
  for (int i = 0; i < 14; ++i) live->tick();
  BOOST_TEST(live->stream.size() == before);
  live->tick();
  BOOST_TEST(live->stream.substr(before) == ": heartbeat\n\n");
  live->stalled = true;
  live->waiting = 10;
  for (int i = 0; i < 30; ++i) live->tick();
  BOOST_TEST(live->stream.substr(before) == ": heartbeat\n\n");
}

BOOST_AUTO_TEST_CASE(failures_and_cancellations) {
  ApiFixture api;
  Run failed = api.waiting(1);
  api.rig.commit(failed, at(20), {events::ExecutionFailed{"no such card", "acme", "a"}});
  const auto error = api.get(path(failed));
  error->deliver({});
  const auto last = messages_of(error->stream).back();
  BOOST_TEST(last.event == "error");
  BOOST_TEST(last.data.find("\"error\":\"a: no such card\"") != std::string::npos);
  Run cancelled = api.waiting(2);
  api.rig.commit(cancelled, at(20), {events::TaskCancelled{"a", 1}, events::ExecutionCancelled{""}});
  const auto end = api.get(path(cancelled));
  end->deliver({});
  BOOST_TEST(messages_of(end->stream).back().event == "completion");
  BOOST_TEST(messages_of(end->stream).back().data.find("\"cancelled\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_else_a_last_command_did_comes_before_the_end) {
  ApiFixture api;
  Run run = api.waiting(1);
  const auto live = api.get(path(run));
  live->deliver({});
  api.rig.commit(run, at(20), {events::ExecutionCancelled{""}, events::TaskCancelled{"a", 1}});
  live->deliver({});
  BOOST_TEST(live->ended);
  const auto seen = messages_of(live->stream);
  BOOST_TEST(seen.back().event == "completion");
  BOOST_TEST(seen.back().id == std::to_string(run.view.last_event_id));
  BOOST_TEST(seen[seen.size() - 2].id.starts_with(seen.back().id + "."));
  BOOST_TEST(std::count_if(seen.begin(), seen.end(), [](const Message& m) {
               return m.data.find("\"node_id\":\"a\",\"status\":\"cancelled\"") != std::string::npos;
             }) == 1);
  for (const Message& message : seen) {
    const auto rest = api.get(path(run), {{"last-event-id", message.id}});
    rest->deliver({});
    const auto left = messages_of(rest->stream);
    BOOST_TEST((left.empty() ? message.event : left.back().event) == "completion");
  }
}

BOOST_AUTO_TEST_SUITE_END()
