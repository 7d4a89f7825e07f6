// Details, lists, logs and events of executions.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_read, ApiFixture)

namespace {

std::vector<std::string> keys(const JsonValue& object) {
  std::vector<std::string> names;
  for (const auto& member : object.GetObject()) names.emplace_back(text_of(member.name));
  return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_members_of_an_execution) {
  const Run run = completed(1);
  const auto answered = get("/api/executions/" + to_string(run.view.id));
  BOOST_TEST(status(answered) == 200);
  const JsonDocument body = answered->json();
  BOOST_TEST(keys(body.root()) == (std::vector<std::string>{"execution_id", "workflow_id", "status", "current_node",
                                                            "result", "error", "started_at", "completed_at", "logs"}),
             boost::test_tools::per_element());
  const JsonValue& logs = *find(body.root(), "logs");
  BOOST_REQUIRE(logs.Size() > 0u);
  BOOST_TEST(keys(logs[0]) == (std::vector<std::string>{"timestamp", "level", "node_id", "message"}),
             boost::test_tools::per_element());

  for (const char* missing : {"exec-123", "0190163d-8694-739b-aea5-966c26f8ad91"}) {
    const auto refused = get(std::string("/api/executions/") + missing);
    BOOST_TEST(status(refused) == 404);
    BOOST_TEST(refused->text("error_code") == "EXECUTION_NOT_FOUND");
    BOOST_TEST(refused->text("execution_id") == missing);
  }
}

BOOST_AUTO_TEST_CASE(lists) {
  for (std::uint64_t i = 1; i <= 5; ++i) completed(i);
  waiting(6);
  const auto answered = get("/api/executions?limit=2");
  const JsonDocument body = answered->json();
  BOOST_TEST(keys(body.root()) == (std::vector<std::string>{"executions", "total", "limit", "offset", "next_cursor"}),
             boost::test_tools::per_element());
  BOOST_TEST(find(body.root(), "executions")->Size() == 2u);
  BOOST_TEST(find(body.root(), "total")->GetInt() == 6);
  BOOST_TEST(find(body.root(), "limit")->GetInt() == 2);
  BOOST_TEST(find((*find(body.root(), "executions"))[0], "logs") == nullptr);
  BOOST_TEST(text_of(*find((*find(body.root(), "executions"))[0], "status")) == "running");

  // By cursor, every one is seen once.
  std::vector<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    const auto got = get("/api/executions?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    BOOST_REQUIRE(status(got) == 200);
    const JsonDocument document = got->json();
    for (const auto& row : find(document.root(), "executions")->GetArray()) {
      seen.emplace_back(text_of(*find(row, "execution_id")));
    }
    if (find(document.root(), "next_cursor")->IsNull()) break;
    cursor = got->text("next_cursor");
  }
  BOOST_TEST(seen.size() == 6u);
  BOOST_TEST(std::set<std::string>(seen.begin(), seen.end()).size() == 6u);

  const auto total = [this](const std::string& query) {
    return find(get("/api/executions?" + query)->json().root(), "total")->GetInt();
  };
  BOOST_TEST(total("status=completed") == 5);
  BOOST_TEST(total("status=running") == 1);
  BOOST_TEST(total("status=completed,running") == 6);
  BOOST_TEST(total("status=completed&status=running") == 6);
  BOOST_TEST(total("workflow_id=orders&status=failed") == 0);
  BOOST_TEST(total("user_id=alice") == 6);
  BOOST_TEST(total("user_id=current") == 0);
  BOOST_TEST(total("colour=green") == 6);
  BOOST_TEST(get("/api/executions?offset=5000")->offloaded);
}

BOOST_AUTO_TEST_CASE(bad_filters_are_refused) {
  for (const char* query : {"limit=0", "limit=101", "limit=abc", "limit=", "offset=-1", "offset=x", "status=done",
                            "status=", "status=running,,failed", "status=running&status=x", "cursor=%%%"}) {
    const auto refused = get(std::string("/api/executions?") + query);
    BOOST_TEST(status(refused) == 422, query);
    BOOST_TEST(refused->text("error_code") == "VALIDATION_ERROR");
  }
}

BOOST_AUTO_TEST_CASE(logs) {
  const Run run = completed(1);
  const std::string base = "/api/executions/" + to_string(run.view.id) + "/logs";
  const auto answered = get(base);
  const JsonDocument body = answered->json();
  BOOST_TEST(keys(body.root()) ==
                 (std::vector<std::string>{"execution_id", "workflow_id", "total_logs", "logs", "limit", "offset"}),
             boost::test_tools::per_element());
  const int total = find(body.root(), "total_logs")->GetInt();
  BOOST_TEST(find(body.root(), "logs")->Size() == static_cast<unsigned>(total));
  BOOST_TEST(total >= 4);
  const auto count = [&](const std::string& query) {
    const JsonDocument page = get(base + "?" + query)->json();
    return std::pair(find(page.root(), "total_logs")->GetInt(), static_cast<int>(find(page.root(), "logs")->Size()));
  };
  BOOST_TEST((count("limit=1") == std::pair(total, 1)));
  BOOST_TEST((count("limit=10&offset=" + std::to_string(total - 1)) == std::pair(total, 1)));
  BOOST_TEST((count("node_id=a") == std::pair(2, 2)));
  BOOST_TEST((count("level=ERROR") == std::pair(0, 0)));
  for (const char* query : {"level=LOUD", "limit=0", "limit=10001", "offset=x"}) {
    BOOST_TEST(status(get(base + "?" + query)) == 422, query);
  }
  BOOST_TEST(status(get("/api/executions/" + to_string(id_of(99)) + "/logs")) == 404);
}

BOOST_AUTO_TEST_CASE(log_files) {
  const Run run = completed(1);
  const std::string id = to_string(run.view.id), base = "/api/executions/" + id + "/logs/download";
  const auto text = get(base);
  BOOST_TEST(text->answer->content_type == "text/plain; charset=utf-8");
  BOOST_TEST(text->header("Content-Disposition") == "attachment; filename=\"execution-" + id + "-logs.txt\"");
  BOOST_TEST(text->answer->body.starts_with("[" + to_string(at(1)) + "] INFO - Execution started\n"));
  BOOST_TEST(text->answer->body.find("] INFO [a] - ") != std::string::npos);
  const auto json = get(base + "?format=json");
  BOOST_TEST(json->header("Content-Disposition") == "attachment; filename=\"execution-" + id + "-logs.json\"");
  BOOST_TEST(keys(json->json().root()) ==
                 (std::vector<std::string>{"execution_id", "workflow_id", "started_at", "completed_at", "logs"}),
             boost::test_tools::per_element());
  BOOST_TEST(status(get(base + "?format=xml")) == 422);
  const Run open = waiting(2);
  const auto unfinished = get("/api/executions/" + to_string(open.view.id) + "/logs/download?format=json");
  BOOST_TEST(find(unfinished->json().root(), "completed_at")->IsNull());
}

BOOST_AUTO_TEST_CASE(pages_of_events) {
  const Run run = completed(1);
  const std::string id = to_string(run.view.id), base = "/api/executions/" + id + "/events";
  const auto answered = get(base + "?limit=2");
  const JsonDocument body = answered->json();
  BOOST_TEST(find(body.root(), "events")->Size() == 2u);
  BOOST_TEST(find(body.root(), "next_after")->GetInt() == 2);
  BOOST_TEST(text_of(*find((*find(body.root(), "events"))[0], "id")) == id + "/1");
  BOOST_TEST(text_of(*find((*find(body.root(), "events"))[0], "subject")) == "orders");
  const JsonDocument rest = get(base + "?after=2")->json();
  BOOST_TEST(find(rest.root(), "events")->Size() == 3u);
  BOOST_TEST(find(rest.root(), "next_after")->IsNull());
  for (const char* query : {"after=-1", "limit=0", "limit=10001"}) BOOST_TEST(status(get(base + "?" + query)) == 422);
}

BOOST_AUTO_TEST_CASE(all_events_as_lines_with_back_pressure) {
  http::ApiOptions options;
  options.stream_high_water = 1;
  ApiFixture slow(options);
  Run run(id_of(1));
  slow.rig.commit(run, at(1), {started()});
  for (int i = 0; i < 600; ++i) {
    slow.rig.add(run, at(i + 2), {events::TaskLogged{"", {{at(i), events::LogLevel::info, std::to_string(i)}}}});
  }
  slow.rig.flush();
  auto exchange = std::make_unique<FakeExchange>();
  const auto dump =
      slow.get("/api/executions/" + to_string(run.view.id) + "/events", {{"accept", "application/x-ndjson"}});
  BOOST_TEST(dump->answer->content_type == "application/x-ndjson");
  BOOST_TEST(dump->ended);
  BOOST_TEST(std::count(dump->stream.begin(), dump->stream.end(), '\n') == 601);
  BOOST_TEST(dump->reads == 3u);

  const auto missing =
      slow.get("/api/executions/" + to_string(id_of(9)) + "/events", {{"accept", "application/x-ndjson"}});
  BOOST_TEST(slow.status(missing) == 404);
  BOOST_TEST(!missing->streaming);
}

BOOST_AUTO_TEST_SUITE_END()
