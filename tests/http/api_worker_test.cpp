// What workers may send, and how one bad entry leaves the others alone.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"
#include "http/worker_requests.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_worker, ApiFixture)

BOOST_AUTO_TEST_CASE(defaults_of_a_poll) {
  post("/api/tasks/poll", "{\"worker_id\":\"w\"}");
  BOOST_REQUIRE(gateway.polls.size() == 1u);
  const actors::PollRequest& poll = gateway.polls.front();
  BOOST_TEST(poll.worker_id == "w");
  BOOST_TEST(poll.queues == std::vector<std::string>{"default"}, boost::test_tools::per_element());
  BOOST_TEST(poll.actions.empty());
  BOOST_TEST(poll.max == 1u);
  BOOST_TEST(poll.wait.count() == 0);
  BOOST_TEST(poll.lease.count() == 30'000);
}

BOOST_AUTO_TEST_CASE(a_poll_in_full_keeps_payload_bytes) {
  post("/api/tasks/poll",
       "{\"worker_id\":\"w\",\"queues\":[\"q1\",\"q2\"],\"actions\":[\"acme.*\"],\"max\":1000,\"wait_ms\":60000,"
       "\"lease_ms\":100,\"results\":[{\"task_token\":\"t1\",\"result\":{ \"x\" : 1.50 },\"metadata\":{\"m\":1},"
       "\"logs\":[{\"level\":\"WARNING\",\"message\":\"hm\",\"timestamp\":\"2026-02-02T02:40:01Z\"},"
       "{\"level\":\"INFO\",\"message\":\"now\"}]},"
       "{\"task_token\":\"t2\",\"error\":{\"message\":\"broke\",\"type\":\"E\",\"retryable\":false}},"
       "{\"task_token\":\"t3\"}]}");
  BOOST_REQUIRE(gateway.polls.size() == 1u);
  const actors::PollRequest& poll = gateway.polls.front();
  BOOST_TEST(poll.queues.size() == 2u);
  BOOST_TEST(poll.actions.front() == "acme.*");
  BOOST_TEST(poll.max == 1000u);
  BOOST_TEST(poll.wait.count() == 60'000);
  BOOST_TEST(poll.lease.count() == 100);
  BOOST_REQUIRE(poll.results.size() == 3u);
  BOOST_TEST(poll.results[0].result.bytes == "{ \"x\" : 1.50 }");
  BOOST_TEST(poll.results[0].metadata.bytes == "{\"m\":1}");
  BOOST_TEST(!poll.results[0].failed);
  BOOST_REQUIRE(poll.results[0].logs.size() == 2u);
  BOOST_TEST((poll.results[0].logs[0].level == events::LogLevel::warning));
  BOOST_TEST(to_millis(poll.results[0].logs[0].time) == to_millis(at(1000)));
  BOOST_TEST(to_millis(poll.results[0].logs[1].time) == to_millis(gateway.now()));
  BOOST_TEST(poll.results[1].failed);
  BOOST_TEST(poll.results[1].error_message == "broke");
  BOOST_TEST(poll.results[1].error_type == "E");
  BOOST_TEST(!poll.results[1].retryable);
  BOOST_TEST(poll.results[2].result.bytes.empty());
}

BOOST_AUTO_TEST_CASE(no_line_is_of_a_time_that_is_yet_to_come) {
  post("/api/tasks/complete",
       "{\"results\":[{\"task_token\":\"t\",\"logs\":["
       "{\"level\":\"INFO\",\"message\":\"a\",\"timestamp\":\"9999-12-31T00:00:00Z\"},"
       "{\"level\":\"INFO\",\"message\":\"b\",\"timestamp\":\"2026-02-02T02:41:00.001Z\"},"
       "{\"level\":\"INFO\",\"message\":\"c\",\"timestamp\":\"2026-02-02T02:40:59.999Z\"}]}]}");
  BOOST_REQUIRE(gateway.completes.size() == 1u);
  const auto& lines = gateway.completes.front().results.front().logs;
  BOOST_REQUIRE(lines.size() == 3u);
  BOOST_TEST(to_millis(lines[0].time) == to_millis(gateway.now()));
  BOOST_TEST(to_millis(lines[1].time) == to_millis(gateway.now()));
  BOOST_TEST(to_millis(lines[2].time) == to_millis(gateway.now()) - 1);
}

BOOST_AUTO_TEST_CASE(bounds_of_a_poll) {
  const auto with = [](const std::string& member) { return "{\"worker_id\":\"w\"," + member + "}"; };
  for (const std::string& bad :
       {std::string("{}"), std::string("{\"worker_id\":\"\"}"), std::string("{\"worker_id\":7}"),
        "{\"worker_id\":\"" + std::string(129, 'w') + "\"}", with("\"max\":0"), with("\"max\":1001"),
        with("\"max\":\"5\""), with("\"wait_ms\":-1"), with("\"wait_ms\":60001"), with("\"wait_ms\":1.5"),
        with("\"lease_ms\":99"), with("\"lease_ms\":3600001"), with("\"queues\":[]"), with("\"queues\":\"q\""),
        with("\"queues\":[7]"), with("\"queues\":[\"\"]"), with("\"actions\":{}"), with("\"results\":{}"),
        with("\"que\":1")}) {
    const auto refused = post("/api/tasks/poll", bad);
    BOOST_TEST(status(refused) == 422, bad);
    BOOST_TEST(refused->text("error_code") == "VALIDATION_ERROR");
  }
  BOOST_TEST(status(post("/api/tasks/poll", "{\"worker_id\"")) == 400);
  BOOST_TEST(status(post("/api/tasks/poll")) == 400);
  BOOST_TEST(status(post("/api/tasks/poll", "{}", {{"content-type", "text/plain"}})) == 415);
  std::string many = "{\"task_token\":\"t\"}";
  std::string entries = many;
  for (int i = 1; i < 1000; ++i) entries += "," + many;
  BOOST_TEST(status(post("/api/tasks/complete", "{\"results\":[" + entries + "]}")) == 0);
  BOOST_TEST(status(post("/api/tasks/complete", "{\"results\":[" + entries + "," + many + "]}")) == 422);
  BOOST_TEST(gateway.polls.empty());
}

BOOST_AUTO_TEST_CASE(damage_behind_an_outcome_is_for_the_log) {
  const auto answered = post("/api/tasks/complete", R"({"results":[{"task_token":"t"}]})");
  actors::Answer answer;
  answer.body = R"({"outcomes":[{"task_token":"t","outcome":"unknown"}]})";
  answer.damage = "execution 7: a chunk";
  const std::string body = answer.body;
  answered->deliver(std::move(answer));
  BOOST_TEST(status(answered) == 200);
  BOOST_TEST(answered->answer->body == body);
  BOOST_TEST(answered->answer->damage == "execution 7: a chunk");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_an_entry_is_told_by_its_outcome) {
  const auto detail_of = [this](const std::string& path, const std::string& list, const std::string& entry) {
    const auto answered = post(path, "{\"" + list + "\":[{" + entry + ",\"task_token\":\"t\"}]}");
    BOOST_REQUIRE(status(answered) == 0);
    actors::Answer answer;
    answer.body = list == "leases" ? "{\"leases\":[]}" : "{\"outcomes\":[]}";
    answered->deliver(std::move(answer));
    BOOST_TEST(status(answered) == 200);
    const JsonDocument body = answered->json();
    const JsonValue& told = (*find(body.root(), list == "leases" ? "leases" : "outcomes"))[0];
    BOOST_TEST(text_of(*find(told, "task_token")) == "t");
    return std::string(text_of(*find(told, "detail")));
  };
  const auto result = [&](const std::string& member) { return detail_of("/api/tasks/complete", "results", member); };
  BOOST_TEST(result("\"artifacts\":{\"a\":{}}") == "results/0/artifacts: artifacts are not supported by this version.");
  BOOST_TEST(result("\"extra\":1") ==
             "'extra' is not a known member of results/0: known are task_token, result, error, logs, metadata.");
  BOOST_TEST(result("\"logs\":[{\"level\":\"INFO\",\"message\":\"x\"},{\"message\":\"x\"}]") ==
             "results/0/logs/1 must have a level and a message.");
  BOOST_TEST(result("\"logs\":[{\"level\":\"LOUD\",\"message\":\"x\"}]") ==
             "results/0/logs/0/level must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'.");
  BOOST_TEST(detail_of("/api/tasks/heartbeat", "leases", "\"lease_ms\":5") ==
             "leases/0/lease_ms must be an integer from 100 to 3600000, not 5.");
}

BOOST_AUTO_TEST_CASE(one_bad_entry_never_fails_the_others) {
  const auto answered = post("/api/tasks/complete",
                             "{\"results\":[{\"task_token\":7},{\"task_token\":\"good-1\",\"result\":1},17,"
                             "{\"task_token\":\"half\",\"error\":{}},{\"task_token\":\"good-2\"},"
                             "{\"task_token\":\"both\",\"result\":1,\"error\":{\"message\":\"x\"}},{\"result\":2}]}");
  BOOST_REQUIRE(gateway.completes.size() == 1u);
  const auto& results = gateway.completes.front().results;
  BOOST_REQUIRE(results.size() == 2u);
  BOOST_TEST(results[0].task_token == "good-1");
  BOOST_TEST(results[1].task_token == "good-2");
  actors::Answer answer;
  answer.body =
      "{\"outcomes\":[{\"task_token\":\"good-1\",\"outcome\":\"accepted\"},{\"task_token\":\"good-2\",\"outcome\":"
      "\"stale\"}]}";
  answered->deliver(std::move(answer));
  BOOST_TEST(status(answered) == 200);
  const JsonDocument body = answered->json();
  const JsonValue& outcomes = *find(body.root(), "outcomes");
  BOOST_REQUIRE(outcomes.Size() == 7u);
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"", "unknown"},     {"good-1", "accepted"}, {"", "unknown"}, {"half", "unknown"},
      {"good-2", "stale"}, {"both", "unknown"},    {"", "unknown"}};
  for (rapidjson::SizeType i = 0; i < 7; ++i) {
    BOOST_TEST(text_of(*find(outcomes[i], "task_token")) == wanted[i].first);
    BOOST_TEST(text_of(*find(outcomes[i], "outcome")) == wanted[i].second);
    BOOST_TEST((find(outcomes[i], "detail") != nullptr) == (i != 1 && i != 4));
  }
  BOOST_TEST(text_of(*find(outcomes[3], "detail")) == "results/3/error must have a message.");
}

BOOST_AUTO_TEST_CASE(answers_go_out_as_they_come) {
  const auto answered = post("/api/tasks/poll", "{\"worker_id\":\"w\"}");
  actors::Answer answer;
  answer.body = "{\"tasks\":[{\"task_token\":\"t\"}],\"outcomes\":[]}";
  answered->deliver(std::move(answer));
  BOOST_TEST(answered->answer->body == "{\"tasks\":[{\"task_token\":\"t\"}],\"outcomes\":[]}");
  const auto busy = post("/api/tasks/poll", "{\"worker_id\":\"w\"}");
  busy->deliver(refusal(errc::busy));
  BOOST_TEST(status(busy) == 503);
}

BOOST_AUTO_TEST_CASE(tasks_that_cannot_be_delivered_go_back) {
  const auto lost = post("/api/tasks/poll", "{\"worker_id\":\"w\"}");
  actors::Answer answer;
  answer.body = "{\"tasks\":[{\"task_token\":\"t\"}],\"outcomes\":[]}";
  lost->fail_delivery(std::move(answer));
  BOOST_REQUIRE(gateway.given_back.size() == 1u);
  BOOST_TEST(gateway.given_back.front().find("\"t\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(heartbeats) {
  post("/api/tasks/heartbeat",
       "{\"leases\":[{\"task_token\":\"a\"},{\"task_token\":\"b\",\"lease_ms\":5000,\"progress\":0.5,"
       "\"logs\":[{\"level\":\"INFO\",\"message\":\"half\"}]}]}");
  BOOST_REQUIRE(gateway.beats.size() == 1u);
  const auto& leases = gateway.beats.front().leases;
  BOOST_REQUIRE(leases.size() == 2u);
  BOOST_TEST(leases[0].lease.count() == 0);
  BOOST_TEST(leases[0].progress < 0);
  BOOST_TEST(leases[1].lease.count() == 5000);
  BOOST_TEST(leases[1].progress == 0.5);
  BOOST_TEST(leases[1].logs.size() == 1u);
  for (const char* bad : {"{}", "{\"leases\":{}}", "{\"leases\":[],\"x\":1}"}) {
    BOOST_TEST(status(post("/api/tasks/heartbeat", bad)) == 422, bad);
  }
  const auto mixed =
      post("/api/tasks/heartbeat", "{\"leases\":[{\"task_token\":\"a\",\"progress\":2},{\"task_token\":\"b\"}]}");
  actors::Answer answer;
  answer.body = "{\"leases\":[{\"task_token\":\"b\",\"state\":\"extended\"}]}";
  mixed->deliver(std::move(answer));
  const JsonDocument body = mixed->json();
  BOOST_TEST(text_of(*find((*find(body.root(), "leases"))[0], "state")) == "unknown");
  BOOST_TEST(text_of(*find((*find(body.root(), "leases"))[1], "state")) == "extended");
}

BOOST_AUTO_TEST_CASE(bad_entries_take_their_places) {
  const std::string good = "{\"tasks\":[1],\"outcomes\":[{\"g\":1},{\"g\":2}],\"more\":null}";
  BOOST_TEST(http::with_bad_entries(good, "outcomes", "outcome", {}) == good);
  const std::string merged =
      http::with_bad_entries(good, "outcomes", "outcome", {{0, "a", "A"}, {2, "b", "B"}, {4, "", "C"}});
  BOOST_TEST(merged ==
             "{\"tasks\":[1],\"outcomes\":[{\"task_token\":\"a\",\"outcome\":\"unknown\",\"detail\":\"A\"},{\"g\":1},"
             "{\"task_token\":\"b\",\"outcome\":\"unknown\",\"detail\":\"B\"},{\"g\":2},"
             "{\"task_token\":\"\",\"outcome\":\"unknown\",\"detail\":\"C\"}],\"more\":null}");
  BOOST_TEST(http::with_bad_entries("{\"tasks\":[]}", "outcomes", "outcome", {{0, "a", "A"}}) ==
             "{\"tasks\":[],\"outcomes\":[{\"task_token\":\"a\",\"outcome\":\"unknown\",\"detail\":\"A\"}]}");
}

BOOST_AUTO_TEST_SUITE_END()
