// /workflow-executions over a fake engine and a real store.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"
#include "fresh_file.hpp"
#include "http/principals.hpp"
#include "http/printed_ids.hpp"

using namespace reprise;
using namespace reprise::testing;

namespace {

struct Surface : ApiFixture {
  explicit Surface(http::ApiOptions options = {}) : ApiFixture(std::move(options)) { register_workflow("orders"); }

  void register_workflow(const std::string& id, const std::string& workspace = "default") {
    events::WorkflowRegistered event;
    event.workflow_id = id;
    event.version = 3;
    event.media_type = "application/json";
    event.canonical.bytes = R"({"actions":[{"ref":"a","action":"acme.charge"}]})";
    event.source = event.canonical.bytes;
    rig.commit_workflow(workspace, "alice", id, at(0), event);
  }
  static std::string name_of(const ExecutionId& id, std::string_view workflow = "orders") {
    std::string out;
    http::append_run_id(out, workflow_uuid("default", workflow), id);
    return out;
  }
  static std::string workflow_name(std::string_view workflow = "orders") {
    std::string out;
    http::append_workflow_id(out, workflow_uuid("default", workflow));
    return out;
  }
  static std::string with_slash(std::string name, std::string_view slash) {
    return name.replace(name.find('/'), 1, slash);
  }
  std::vector<std::string> listed(const std::string& query) {
    const auto answered = get("/workflow-executions" + query);
    BOOST_REQUIRE_MESSAGE(status(answered) == 200, query);
    std::vector<std::string> ids;
    const JsonDocument document = answered->json();
    for (const auto& row : document.root().GetArray()) ids.emplace_back(text_of(*find(row, "id")));
    return ids;
  }
};

std::vector<std::string> keys(const JsonValue& object) {
  std::vector<std::string> names;
  for (const auto& member : object.GetObject()) names.emplace_back(text_of(member.name));
  return names;
}

const std::vector<std::string> kHead{"id",     "run_id",        "start_time", "execution_time", "close_time",
                                     "status", "workflow_type", "task_queue", "history_length", "parent_wf_exec_id"};

// What a 422 is about: the last step of its first `loc`.
std::string place_of(const ApiFixture::Answered& refused) {
  const JsonDocument document = refused->json();
  const JsonValue& first = (*find(document.root(), "detail"))[0];
  BOOST_TEST(keys(first) == (std::vector<std::string>{"loc", "msg", "type"}), boost::test_tools::per_element());
  const JsonValue& loc = *find(first, "loc");
  return std::string(text_of(loc[loc.Size() - 1]));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_workflow_executions, Surface)

BOOST_AUTO_TEST_CASE(a_start_by_any_name_of_the_workflow) {
  for (const std::string& workflow :
       {std::string("orders"), workflow_name(), to_string(workflow_uuid("default", "orders"))}) {
    const auto answered = post("/workflow-executions",
                               R"({"workflow_id":")" + workflow + R"(","inputs":{"n":1},"dispatch_type":"push"})");
    BOOST_REQUIRE_MESSAGE(!gateway.starts.empty(), workflow);
    BOOST_TEST(gateway.starts.back().workflow_id == "orders");
    BOOST_TEST(gateway.starts.back().inputs.bytes == R"({"n":1})");
    actors::Answer answer;
    answer.id = id_of(5);
    answered->deliver(std::move(answer));
    BOOST_TEST(answered->answer->body == R"({"message":"Workflow execution started","wf_id":")" + workflow_name() +
                                             R"(","wf_exec_id":")" + name_of(id_of(5)) + R"(","payload":{"n":1}})");
  }
  // A name that looks like an id and leads nowhere is a name.
  post("/workflow-executions", R"({"workflow_id":"wf_hello","inputs":null})");
  BOOST_TEST(gateway.starts.back().workflow_id == "wf_hello");
  BOOST_TEST(gateway.starts.back().inputs.bytes.empty());
}

BOOST_AUTO_TEST_CASE(starts_that_are_refused) {
  const auto refused = [this](actors::Answer answer) {
    auto answered = post("/workflow-executions", R"({"workflow_id":"orders"})");
    answered->deliver(std::move(answer));
    return answered;
  };
  const auto missing = refused(refusal(errc::not_found_workflow, "no workflow orders"));
  BOOST_TEST(status(missing) == 404);
  BOOST_TEST(missing->answer->body == R"({"detail":"Invalid workflow ID"})");
  const auto inputs = refused(refusal(errc::inputs_rejected, "'n' must be int"));
  BOOST_TEST(status(inputs) == 400);
  const JsonDocument document = inputs->json();
  const JsonValue& detail = *find(document.root(), "detail");
  BOOST_TEST(keys(detail) == (std::vector<std::string>{"type", "message", "detail"}), boost::test_tools::per_element());
  BOOST_TEST(text_of(*find(detail, "type")) == "TracecatValidationError");
  BOOST_TEST(text_of(*find(detail, "detail")) == "'n' must be int");
  const auto busy = refused(refusal(errc::busy));
  BOOST_TEST(status(busy) == 503);
  BOOST_TEST(busy->header("Retry-After") == "1");

  const std::size_t before = gateway.starts.size();
  BOOST_TEST(status(post("/workflow-executions", R"({"workflow_id":"a b"})")) == 404);
  const auto faulty = [this](std::string body) {
    const auto answered = post("/workflow-executions", std::move(body));
    BOOST_TEST(status(answered) == 422);
    return place_of(answered);
  };
  BOOST_TEST(faulty("") == "body");
  BOOST_TEST(faulty("{") == "body");
  BOOST_TEST(faulty("[]") == "body");
  BOOST_TEST(faulty("{}") == "workflow_id");
  BOOST_TEST(faulty(R"({"workflow_id":3})") == "workflow_id");
  BOOST_TEST(faulty(R"({"workflow_id":"orders","inputs":[1]})") == "inputs");
  BOOST_TEST(status(post("/workflow-executions", "a=1", {{"content-type", "text/plain"}})) == 422);
  BOOST_TEST(gateway.starts.size() == before);
}

BOOST_AUTO_TEST_CASE(a_row_of_a_list_has_ten_keys) {
  const Run run = completed(1);
  waiting(2);
  const auto answered = get("/workflow-executions");
  BOOST_TEST(answered->offloaded);
  const JsonDocument document = answered->json();
  BOOST_REQUIRE(document.root().Size() == 2u);
  const JsonValue& open = document.root()[0];
  const JsonValue& done = document.root()[1];
  BOOST_TEST(keys(open) == kHead, boost::test_tools::per_element());
  BOOST_TEST(text_of(*find(open, "status")) == "RUNNING");
  BOOST_TEST(find(open, "close_time")->IsNull());
  BOOST_TEST(text_of(*find(done, "id")) == name_of(run.view.id));
  BOOST_TEST(text_of(*find(done, "status")) == "COMPLETED");
  BOOST_TEST(text_of(*find(done, "start_time")) == to_string(at(1)));
  BOOST_TEST(text_of(*find(done, "close_time")) == to_string(at(11)));
  BOOST_TEST(text_of(*find(done, "run_id")) == to_string(run_uuid(0)));
  BOOST_TEST(find(done, "history_length")->GetInt() == 5);
}

BOOST_AUTO_TEST_CASE(filters_of_lists) {
  register_workflow("other");
  for (std::uint64_t i = 1; i <= 4; ++i) completed(i);
  Run hooked(id_of(5, 5), "bob");
  events::ExecutionStarted event = started("other");
  event.trigger = events::Trigger::webhook;
  rig.commit(hooked, at(5), {event});

  BOOST_TEST(listed("").size() == 5u);
  BOOST_TEST(listed("?workflow_id=orders").size() == 4u);
  BOOST_TEST(listed("?workflow_id=" + workflow_name()).size() == 4u);
  BOOST_TEST(listed("?workflow_id=" + to_string(workflow_uuid("default", "other"))).size() == 1u);
  BOOST_TEST(listed("?workflow_id=nothing").empty());
  BOOST_TEST(listed("?user_id=bob").size() == 1u);
  BOOST_TEST(listed("?user_id=current").empty());
  BOOST_TEST(listed("?trigger=webhook") == std::vector<std::string>{name_of(id_of(5, 5), "other")},
             boost::test_tools::per_element());
  BOOST_TEST(listed("?trigger=manual").size() == 4u);
  BOOST_TEST(listed("?trigger=scheduled").empty());
  BOOST_TEST(listed("?trigger=manual,webhook").size() == 5u);
  BOOST_TEST(listed("?trigger=manual&trigger=webhook&trigger=scheduled").size() == 5u);
  BOOST_TEST(listed("?limit=2") == (std::vector<std::string>{name_of(id_of(5, 5), "other"), name_of(id_of(4, 4))}),
             boost::test_tools::per_element());
  for (const char* query : {"limit=0", "limit=1001", "limit=x", "trigger=never", "cursor=abc", "workflow_id=a%b"}) {
    const auto refused = get(std::string("/workflow-executions?") + query);
    BOOST_TEST(status(refused) == 422, query);
    BOOST_TEST(std::string_view(query).starts_with(place_of(refused)), query);
  }
}

BOOST_AUTO_TEST_CASE(cursors_of_lists_give_each_row_once) {
  for (std::uint64_t i = 1; i <= 9; ++i) {
    Run run(id_of(i, static_cast<std::int64_t>(i)));
    events::ExecutionStarted event = started();
    if (i % 3 == 0) event.trigger = events::Trigger::scheduled;
    rig.commit(run, at(static_cast<std::int64_t>(i)), {event});
  }
  for (const auto& [query, count] : {std::pair("?limit=2", 9u),
                                     {"?limit=2&trigger=manual", 6u},
                                     {"?limit=1&trigger=scheduled", 3u},
                                     {"?limit=5&trigger=webhook", 0u},
                                     {"?limit=3&trigger=scheduled", 3u}}) {
    std::vector<std::string> seen;
    std::string cursor;
    do {
      const auto answered =
          get("/workflow-executions" + std::string(query) + (cursor.empty() ? "" : "&cursor=" + cursor));
      BOOST_REQUIRE_MESSAGE(status(answered) == 200, query);
      const JsonDocument rows = answered->json();
      for (const auto& row : rows.root().GetArray()) seen.emplace_back(text_of(*find(row, "id")));
      cursor = answered->header("X-Next-Cursor");
    } while (!cursor.empty() && seen.size() < 100);
    BOOST_TEST(seen.size() == count, query);
    BOOST_TEST(std::set<std::string>(seen.begin(), seen.end()).size() == count, query);
  }
}

BOOST_AUTO_TEST_CASE(a_run_by_any_of_its_ids) {
  const Run run = completed(1);
  const std::string name = name_of(run.view.id);
  const std::string body = get("/workflow-executions/" + name)->answer->body;
  for (const std::string& form : {with_slash(name, "%2F"), with_slash(name, "%252F"), to_string(run.view.id)}) {
    const auto answered = get("/workflow-executions/" + form);
    BOOST_TEST(status(answered) == 200, form);
    BOOST_TEST(answered->answer->body == body);
    BOOST_TEST(status(get("/workflow-executions/" + form + "/compact")) == 200, form);
  }
  BOOST_TEST(status(get("/workflow-executions/" + name + "/compact")) == 200);
  for (const std::string& form : {name_of(run.view.id, "other"), name_of(id_of(9)), to_string(id_of(9)),
                                  std::string("x"), std::string("wf_a/exec_"), name.substr(0, name.find('/'))}) {
    for (const char* rest : {"", "/compact"}) {
      const auto refused = get("/workflow-executions/" + form + rest);
      BOOST_TEST(status(refused) == 404, form);
      BOOST_TEST(refused->answer->body == R"({"detail":"Workflow execution not found"})");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_whole_of_a_run) {
  const Run run = completed(1);
  const auto answered = get("/workflow-executions/" + to_string(run.view.id));
  const JsonDocument document = answered->json();
  auto all = kHead;
  all.insert(all.end(), {"events", "interaction_states"});
  BOOST_TEST(keys(document.root()) == all, boost::test_tools::per_element());
  const JsonValue& shown = *find(document.root(), "events");
  BOOST_REQUIRE(shown.Size() == 5u);
  BOOST_TEST(text_of(*find(shown[4], "event_type")) == "WORKFLOW_EXECUTION_COMPLETED");
  BOOST_TEST(find(document.root(), "interaction_states")->MemberCount() == 0u);

  const JsonDocument compact = get("/workflow-executions/" + to_string(run.view.id) + "/compact")->json();
  BOOST_TEST(keys(compact.root()) == all, boost::test_tools::per_element());
  BOOST_REQUIRE(find(compact.root(), "events")->Size() == 1u);
  BOOST_TEST(text_of(*find((*find(compact.root(), "events"))[0], "status")) == "COMPLETED");
}

BOOST_AUTO_TEST_CASE(a_long_history_comes_in_parts) {
  http::ApiOptions options;
  options.stream_high_water = 1;
  Surface slow(options);
  Run run(id_of(1));
  slow.rig.commit(run, at(1), {started()});
  constexpr std::uint32_t attempts = 1000;
  for (std::uint32_t i = 1; i <= attempts; ++i) {
    slow.rig.add(run, at(i + 1),
                 {scheduled("a", i), task_started("a", i), events::TaskFailed{"a", i, 1, "no", "E", true, true},
                  events::TaskLogged{"a", {}}});
  }
  slow.rig.flush();
  const std::string path = "/workflow-executions/" + to_string(run.view.id);
  const auto whole = slow.get(path);
  BOOST_TEST(whole->ended);
  BOOST_TEST(whole->reads > 3u);
  const auto document = parse_json(whole->stream);
  BOOST_REQUIRE(document.has_value());
  const JsonValue& shown = *find(document->root(), "events");
  BOOST_REQUIRE(shown.Size() == 1 + 3 * attempts);
  const JsonValue& last = shown[3 * attempts];
  BOOST_TEST(find(*find(last, "event_group"), "current_attempt")->GetUint() == attempts);
  BOOST_TEST(find(*find(last, "event_group"), "event_id")->GetUint() == 4 * (attempts - 1) + 2);

  // The same in pages, wherever they are cut.
  std::string joined, cursor;
  std::size_t pages = 0;
  do {
    const auto page = slow.get(path + "?limit=997" + (cursor.empty() ? "" : "&cursor=" + cursor));
    BOOST_REQUIRE(slow.status(page) == 200);
    const JsonDocument part = page->json();
    for (const auto& event : find(part.root(), "events")->GetArray()) joined.append(to_json(event)).append("\n");
    cursor = page->header("X-Next-Cursor");
    ++pages;
  } while (!cursor.empty() && pages < 100);
  BOOST_TEST(pages == 5u);
  std::string expected;
  for (const auto& event : shown.GetArray()) expected.append(to_json(event)).append("\n");
  BOOST_TEST((joined == expected));

  for (const char* query : {"?limit=0", "?limit=10001", "?cursor=x"})
    BOOST_TEST(slow.status(slow.get(path + query)) == 422);
  BOOST_TEST(find(slow.get(path + "?cursor=999999")->json().root(), "events")->Size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_stopped) {
  const Run run = waiting(1);
  const std::string name = name_of(run.view.id);
  const auto cancelled = post("/workflow-executions/" + with_slash(name, "%2F") + "/cancel");
  BOOST_REQUIRE(gateway.steers.size() == 1u);
  BOOST_TEST((gateway.steers[0].what == actors::Steer::cancel));
  BOOST_TEST((gateway.steers[0].id == run.view.id));
  cancelled->deliver(answer_of(run));
  BOOST_TEST(status(cancelled) == 204);
  BOOST_TEST(cancelled->answer->body.empty());

  const auto again = post("/workflow-executions/" + name + "/terminate", R"({"reason":"enough"})");
  BOOST_REQUIRE(gateway.steers.size() == 2u);
  BOOST_TEST((gateway.steers[1].what == actors::Steer::terminate));
  BOOST_TEST(gateway.steers[1].reason == "enough");
  again->deliver(refusal(errc::wrong_state, "the execution is cancelled"));
  BOOST_TEST(status(again) == 204);

  for (const char* body : {"", "{}", R"({"reason":null})"}) {
    post("/workflow-executions/" + name + "/terminate", body);
    BOOST_TEST(gateway.steers.back().reason.empty());
  }
  BOOST_TEST(gateway.steers.size() == 5u);
  const auto faulty = post("/workflow-executions/" + name + "/terminate", R"({"reason":3})");
  BOOST_TEST(status(faulty) == 422);
  BOOST_TEST(place_of(faulty) == "reason");
  BOOST_TEST(status(post("/workflow-executions/" + name_of(run.view.id, "other") + "/cancel")) == 404);
  BOOST_TEST(status(post("/workflow-executions/" + to_string(id_of(9)) + "/terminate")) == 404);
  BOOST_TEST(gateway.steers.size() == 5u);
}

BOOST_AUTO_TEST_CASE(an_open_server_takes_any_workspace) {
  BOOST_TEST(status(get("/workflow-executions?workspace_id=3c90c3cc-0d44-4b50-8888-8dd25736052a")) == 200);
  BOOST_TEST(status(get("/workflow-executions?workspace_id=default")) == 200);
  const auto refused = get("/workflow-executions?workspace_id=nonsense");
  BOOST_TEST(status(refused) == 422);
  BOOST_TEST(place_of(refused) == "workspace_id");
}

BOOST_AUTO_TEST_CASE(tokens_and_workspaces) {
  const FreshFile file;
  const auto mine = http::create_token(file.name(), "alice", "acme", {"operator"});
  const auto reader = http::create_token(file.name(), "eve", "acme", {"viewer"});
  BOOST_REQUIRE(mine && reader);
  http::ApiOptions options;
  options.principals_file = file.name();
  ApiFixture guarded(options);
  const auto key = [](const std::string& text) { return ApiFixture::Headers{{"x-tracecat-service-key", text}}; };

  const auto nobody = guarded.get("/workflow-executions");
  BOOST_TEST(guarded.status(nobody) == 401);
  BOOST_TEST(keys(nobody->json().root()) == std::vector<std::string>{"detail"}, boost::test_tools::per_element());
  BOOST_TEST(guarded.status(guarded.get("/workflow-executions", key("wrong"))) == 401);
  BOOST_TEST(guarded.status(guarded.get("/workflow-executions", key(*mine))) == 200);
  BOOST_TEST(guarded.status(guarded.get("/workflow-executions", {{"authorization", "Bearer " + *mine}})) == 200);
  BOOST_TEST(guarded.status(guarded.get("/api/executions", key(*mine))) == 401);

  const std::string own = to_string(http::workspace_uuid("acme"));
  BOOST_TEST(guarded.status(guarded.get("/workflow-executions?workspace_id=" + own, key(*mine))) == 200);
  BOOST_TEST(guarded.status(guarded.get("/workflow-executions?workspace_id=acme", key(*mine))) == 200);
  const auto other =
      guarded.get("/workflow-executions?workspace_id=" + to_string(http::workspace_uuid("default")), key(*mine));
  BOOST_TEST(guarded.status(other) == 403);
  BOOST_TEST(keys(other->json().root()) == std::vector<std::string>{"detail"}, boost::test_tools::per_element());

  auto headers = key(*reader);
  headers.emplace_back("content-type", "application/json");
  const auto refused = guarded.post("/workflow-executions", R"({"workflow_id":"orders"})", headers);
  BOOST_TEST(guarded.status(refused) == 403);
  BOOST_TEST(keys(refused->json().root()) == std::vector<std::string>{"detail"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_caller_knows_its_own_uuid) {
  const FreshFile file;
  const auto made = http::create_token(file.name(), "alice", "default", {"operator"});
  BOOST_REQUIRE(made.has_value());
  http::ApiOptions options;
  options.principals_file = file.name();
  Surface guarded(options);
  guarded.token = *made;
  guarded.completed(1);
  Run other(id_of(2, 2), "bob");
  guarded.rig.commit(other, at(2), {started()});
  BOOST_TEST(guarded.listed("").size() == 2u);
  BOOST_TEST(guarded.listed("?user_id=current").size() == 1u);
  BOOST_TEST(guarded.listed("?user_id=" + to_string(http::user_uuid("default", "alice"))).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
