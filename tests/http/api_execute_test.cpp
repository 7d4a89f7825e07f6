// Starting, waiting and steering.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_execute, ApiFixture)

BOOST_AUTO_TEST_CASE(inputs_go_on_as_the_bytes_that_came) {
  post("/api/workflows/orders/execute", "{ \"inputs\" : { \"n\": 1.0,\t\"s\":\"\\u0041\" } }");
  BOOST_REQUIRE(gateway.starts.size() == 1u);
  BOOST_TEST(gateway.starts.front().workflow_id == "orders");
  BOOST_TEST(gateway.starts.front().inputs.bytes == "{ \"n\": 1.0,\t\"s\":\"\\u0041\" }");
  BOOST_TEST(gateway.starts.front().wait.count() == 0);
  for (const char* body : {"", "{}", "  {}\n"}) {
    post("/api/workflows/orders/execute", body);
    BOOST_TEST(gateway.starts.back().inputs.bytes.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_it_refuses) {
  const std::vector<std::tuple<std::string, int, std::string>> cases{
      {"{\"inputs\":[]}", 422, "inputs must be an object"},
      {"{\"inputs\":null}", 422, "inputs must be an object"},
      {"{\"inputs\":{},\"input\":{}}", 422, "'input'"},
      {"[]", 422, "an object"},
      {"{\"inputs\":", 400, ""},
      {"{\"inputs\":{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}}", 400, ""},
  };
  for (const auto& [body, code, named] : cases) {
    const auto answered = post("/api/workflows/orders/execute", body);
    BOOST_TEST(status(answered) == code, body);
    BOOST_TEST(answered->text("detail").find(named) != std::string::npos, answered->text("detail"));
  }
  BOOST_TEST(status(post("/api/workflows/orders/execute", "{}", {{"content-type", "text/plain"}})) == 415);
  BOOST_TEST(status(post("/api/workflows/orders/execute?wait=soon")) == 422);
  BOOST_TEST(status(post("/api/workflows/or%ders/execute")) == 404);
  BOOST_TEST(gateway.starts.empty());
}

BOOST_AUTO_TEST_CASE(idempotency_keys) {
  post("/api/workflows/orders/execute", "", {{"idempotency-key", "order 17/a"}});
  BOOST_REQUIRE(gateway.starts.size() == 1u);
  BOOST_TEST(gateway.starts.front().idempotency_key == "order 17/a");
  post("/api/workflows/orders/execute", "", {{"idempotency-key", std::string(255, 'k')}});
  BOOST_TEST(gateway.starts.size() == 2u);
  for (const std::string& bad : {std::string(), std::string(256, 'k'), std::string("a\tb"), std::string("\xc3\xbc")}) {
    const auto refused = post("/api/workflows/orders/execute", "", {{"idempotency-key", bad}});
    BOOST_TEST(status(refused) == 422);
    BOOST_TEST(refused->text("detail") == "Idempotency-Key must have 1 to 255 printable ASCII characters.");
  }
  for (const char* second : {"k", "other", ""}) {
    const auto refused =
        post("/api/workflows/orders/execute", "", {{"idempotency-key", "k"}, {"idempotency-key", second}});
    BOOST_TEST(status(refused) == 422);
    BOOST_TEST(refused->text("detail") == "Idempotency-Key is given more than once: one value is expected.");
  }
  BOOST_TEST(gateway.starts.size() == 2u);

  const auto conflict = post("/api/workflows/orders/execute", "", {{"idempotency-key", "k"}});
  conflict->deliver(refusal(errc::idempotency_conflict));
  BOOST_TEST(status(conflict) == 409);
  BOOST_TEST(conflict->text("error_code") == "IDEMPOTENCY_KEY_REUSED");

  const auto replayed = post("/api/workflows/orders/execute", "", {{"idempotency-key", "k"}});
  actors::Answer answer = answer_of(waiting(1));
  answer.flag = true;
  replayed->deliver(std::move(answer));
  BOOST_TEST(status(replayed) == 200);
  BOOST_TEST(replayed->header("Idempotency-Replayed") == "true");
}

BOOST_AUTO_TEST_CASE(a_start_is_answered_with_four_members) {
  const Run run = waiting(7);
  const auto started = post("/api/workflows/orders/execute");
  started->deliver(answer_of(run));
  BOOST_TEST(started->answer->body == "{\"execution_id\":\"" + to_string(run.view.id) +
                                          "\",\"workflow_id\":\"orders\",\"status\":\"running\",\"started_at\":\"" +
                                          to_string(at(7)) + "\"}");
}

BOOST_AUTO_TEST_CASE(a_start_that_waits_is_answered_with_the_run) {
  const Run run = completed(1);
  const auto answered = post("/api/workflows/orders/execute?wait=30");
  BOOST_TEST(gateway.starts.back().wait.count() == 30'000);
  actors::Answer answer = answer_of(run);
  answer.lines = "{\"message\":\"one\"},{\"message\":\"two\"}";
  answered->deliver(std::move(answer));
  BOOST_TEST(status(answered) == 200);
  const JsonDocument body = answered->json();
  BOOST_TEST(find(body.root(), "logs")->Size() == 2u);
  BOOST_TEST(answered->text("status") == "completed");
  BOOST_TEST(to_json(*find(body.root(), "result")) == "{\"ok\":true}");
  BOOST_TEST(answered->header("Preference-Applied").empty());

  // Without lines at hand the store has them.
  const auto read = post("/api/workflows/orders/execute", "", {{"prefer", "wait=100"}});
  BOOST_TEST(gateway.starts.back().wait.count() == 60'000);
  read->deliver(answer_of(run));
  BOOST_TEST(find(read->json().root(), "logs")->Size() > 2u);
  BOOST_TEST(read->header("Preference-Applied") == "wait=60");
  BOOST_TEST(read->answer->body == get("/api/executions/" + to_string(run.view.id))->answer->body);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_forgotten) {
  post("/api/workflows/orders/execute?wait=30")->leave();
  BOOST_TEST(gateway.abandoned.size() == 1u);
  const Run run = waiting(1);
  get("/api/executions/" + to_string(run.view.id) + "?wait=5")->leave();
  BOOST_TEST(gateway.abandoned.size() == 2u);
  post("/api/tasks/poll", "{\"worker_id\":\"w\",\"wait_ms\":1000}")->leave();
  BOOST_TEST(gateway.abandoned.size() == 3u);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_run) {
  Run run = waiting(1);
  const std::string id = to_string(run.view.id);
  const auto answered = get("/api/executions/" + id, {{"prefer", "wait=5"}});
  BOOST_REQUIRE(gateway.waits.size() == 1u);
  BOOST_TEST((gateway.waits.front().id == run.view.id));
  BOOST_TEST(gateway.waits.front().workspace == "default");
  BOOST_TEST(gateway.waits.front().time.count() == 5'000);
  answered->deliver(answer_of(run));
  BOOST_TEST(answered->text("status") == "running");
  BOOST_TEST(answered->text("current_node") == "a");
  BOOST_TEST(answered->header("Preference-Applied") == "wait=5");

  const auto missing = get("/api/executions/" + to_string(id_of(99)) + "?wait=5");
  missing->deliver(refusal(errc::not_found_execution));
  BOOST_TEST(status(missing) == 404);
  BOOST_TEST(missing->text("execution_id") == to_string(id_of(99)));
}

BOOST_AUTO_TEST_CASE(engine_errors_are_mapped) {
  const std::vector<std::tuple<errc, int, std::string>> cases{{errc::not_found_workflow, 404, "WORKFLOW_NOT_FOUND"},
                                                              {errc::inputs_rejected, 422, "VALIDATION_ERROR"},
                                                              {errc::busy, 503, "BUSY"},
                                                              {errc::unavailable, 503, "UNAVAILABLE"},
                                                              {errc::shutting_down, 503, "SHUTTING_DOWN"},
                                                              {errc::outcome_unknown, 503, "OUTCOME_UNKNOWN"},
                                                              {errc::internal, 500, "INTERNAL"}};
  for (const auto& [code, http_status, text] : cases) {
    const auto answered = post("/api/workflows/orders/execute");
    answered->deliver(refusal(code));
    BOOST_TEST(status(answered) == http_status);
    BOOST_TEST(answered->text("error_code") == text);
    BOOST_TEST((http_status == 503) == !answered->header("Retry-After").empty());
  }
}

BOOST_AUTO_TEST_CASE(steering) {
  Run run = waiting(1);
  const std::string id = to_string(run.view.id), base = "/api/executions/" + id;

  const auto cancelled = post(base + "/cancel", "{\"reason\":\"no longer needed\"}");
  BOOST_REQUIRE(gateway.steers.size() == 1u);
  BOOST_TEST((gateway.steers.back().what == actors::Steer::cancel));
  BOOST_TEST((gateway.steers.back().id == run.view.id));
  BOOST_TEST(gateway.steers.back().reason == "no longer needed");
  rig.commit(run, at(500), {events::TaskCancelled{"a", 1}, events::ExecutionCancelled{"no longer needed"}});
  actors::Answer answer = answer_of(run);
  answer.number = static_cast<std::uint64_t>(to_millis(at(500)));
  cancelled->deliver(std::move(answer));
  BOOST_TEST(cancelled->answer->body == "{\"execution_id\":\"" + id +
                                            "\",\"status\":\"cancelled\",\"cancelled_at\":\"" + to_string(at(500)) +
                                            "\"}");

  const std::vector<std::tuple<std::string, actors::Steer, std::string>> misfits{
      {"/cancel", actors::Steer::cancel, "EXECUTION_NOT_CANCELLABLE"},
      {"/terminate", actors::Steer::terminate, "EXECUTION_NOT_TERMINABLE"},
      {"/pause", actors::Steer::pause, "EXECUTION_NOT_PAUSABLE"},
      {"/resume", actors::Steer::resume, "EXECUTION_NOT_RESUMABLE"}};
  for (const auto& [path, what, code] : misfits) {
    const auto refused = post(base + path);
    BOOST_TEST((gateway.steers.back().what == what));
    refused->deliver(refusal(errc::wrong_state, "The execution is already cancelled."));
    BOOST_TEST(status(refused) == 400);
    BOOST_TEST(refused->text("error_code") == code);
    BOOST_TEST(refused->text("detail") == "The execution is already cancelled.");
    BOOST_TEST(refused->text("execution_id") == id);
  }
  // The state is named as a GET of the run shows it.
  Run ended = waiting(2);
  rig.commit(ended, at(500), {events::TaskCancelled{"a", 1}, events::ExecutionTerminated{"enough"}});
  const std::string its_base = "/api/executions/" + to_string(ended.view.id);
  const auto refuse = [&](const std::string& path, const Run& of) {
    const auto refused = post(path);
    actors::Answer misfit = answer_of(of);
    misfit.error = {errc::wrong_state, "the execution is terminated, so it cannot be stopped", {}};
    refused->deliver(std::move(misfit));
    return refused->text("detail");
  };
  BOOST_TEST(get(its_base)->text("status") == "cancelled");
  BOOST_TEST(refuse(its_base + "/terminate", ended) == "The execution is cancelled, so it cannot be terminated.");
  BOOST_TEST(refuse(its_base + "/pause", ended) == "The execution is cancelled, so it cannot be paused.");
  BOOST_TEST(refuse(base + "/cancel", ended) == "The execution went on as " + to_string(ended.view.id) +
                                                    ", which is cancelled, so it cannot be cancelled.");

  const std::size_t before = gateway.steers.size();
  BOOST_TEST(status(post(base + "/cancel", "{\"reason\":7}")) == 422);
  BOOST_TEST(status(post(base + "/cancel", "{\"why\":\"x\"}")) == 422);
  BOOST_TEST(status(post(base + "/resume", "{\"reason\":\"x\"}")) == 422);
  BOOST_TEST(status(post(base + "/cancel", "{")) == 400);
  BOOST_TEST(status(post("/api/executions/nope/cancel")) == 404);
  BOOST_TEST(gateway.steers.size() == before);
}

BOOST_AUTO_TEST_SUITE_END()
