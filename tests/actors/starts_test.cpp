// Starts with an idempotency key: one run for a key, whatever happens around it.
#include <chrono>
#include <future>

#include "tests/actors/small_engine.hpp"

using namespace reprise;
using namespace reprise::testing;
using actors::Answer;
using actors::Ticket;

namespace {

constexpr const char* kEcho = R"({"actions":[{"ref":"a","action":"core.noop"}],"returns":"${{ TRIGGER }}"})";

class Starts {
 public:
  Starts() { world.put_workflow("echo", kEcho); }

  std::uint64_t ask(const std::string& key, const std::string& inputs, const std::string& workflow = "echo") {
    actors::StartRequest request;
    request.workflow_id = workflow;
    request.inputs.bytes = inputs;
    request.idempotency_key = key;
    request.principal = kSomebody;
    return world.put_question([&](Ticket ticket) { world.gateway().start(std::move(request), ticket); });
  }
  Answer start(const std::string& key, const std::string& inputs = "{}", const std::string& workflow = "echo") {
    const auto question = ask(key, inputs, workflow);
    world.run();
    return world.answer_to(question);
  }

  SmallEngine world;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(starts, Starts)

BOOST_AUTO_TEST_CASE(a_key_has_one_run) {
  const auto first = start("k");
  BOOST_TEST((first.error.code == errc::ok && !first.flag));
  BOOST_TEST((start("other").id != first.id));
  for (int i = 0; i < 2; ++i) {
    const auto again = start("k");
    BOOST_TEST((again.error.code == errc::ok && again.flag && again.id == first.id));
    world.restart();
  }
  const auto both = {ask("twice", "{}"), ask("twice", "{}"), ask("twice", R"({"n":1})")};
  world.run();
  std::vector<Answer> answers;
  for (const auto question : both) answers.push_back(world.answer_to(question));
  BOOST_TEST((answers[0].error.code == errc::ok && answers[1].error.code == errc::ok));
  BOOST_TEST((answers[0].id == answers[1].id));
  BOOST_TEST((answers[2].error.code == errc::idempotency_conflict));
}

BOOST_AUTO_TEST_CASE(others_go_on_while_the_row_of_a_key_comes_from_the_disk) {
  const auto first = start("k");
  world.restart();
  start("");  // now the definition is in memory, and what is read next is the row of the key
  std::future<std::uint64_t> other;
  bool went_on = false;
  world.disk.before_next_read([&] {
    other = std::async(std::launch::async, [&] {
      const auto question = ask("other", "{}");
      world.run();
      return question;
    });
    went_on = other.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  });
  const auto again = start("k");
  BOOST_REQUIRE(other.valid());
  BOOST_TEST(went_on);
  BOOST_TEST((again.id == first.id));
  BOOST_TEST((world.answer_to(other.get()).error.code == errc::ok));
}

BOOST_AUTO_TEST_CASE(inputs_are_compared_by_value) {
  const auto first = ask("k", R"({"q":1,"r":{"a":[1,2],"b":"A"}})");
  const auto early = ask("k", R"({ "r": {"b":"\u0041", "a":[1, 2]}, "q":1 })");
  const auto other = ask("k", R"({"q":1,"r":{"a":[2,1],"b":"A"}})");
  world.run();
  const auto id = world.answer_to(first).id;
  BOOST_TEST((world.answer_to(early).id == id));
  BOOST_TEST((world.answer_to(other).error.code == errc::idempotency_conflict));
  for (int i = 0; i < 2; ++i) {
    for (const auto& inputs : {R"({"q":1,"r":{"a":[1,2],"b":"A"}})", R"({"q": 1, "r": {"b": "A", "a": [1, 2]}})"}) {
      const auto again = start("k", inputs);
      BOOST_TEST((again.error.code == errc::ok && again.flag && again.id == id), again.error.detail);
    }
    BOOST_TEST((start("k", R"({"q":2,"r":{"a":[1,2],"b":"A"}})").error.code == errc::idempotency_conflict));
    BOOST_TEST((start("k", R"({"q":1})").error.code == errc::idempotency_conflict));
    world.restart();
  }
  world.put_workflow("other", kEcho);
  BOOST_TEST((start("k", R"({"q":1,"r":{"a":[1,2],"b":"A"}})", "other").error.code == errc::idempotency_conflict));
}

BOOST_AUTO_TEST_CASE(a_repetition_is_answered_whatever_became_of_the_workflow) {
  constexpr auto of_type = [](const char* expects) {
    return std::string(R"({"entrypoint":{"ref":"a","expects":)") + expects +
           R"(},"actions":[{"ref":"a","action":"core.noop"}]})";
  };
  world.put_workflow("typed", of_type(R"({"n":{"type":"int"},"who":{"type":"str","default":"you"}})"));
  const auto first = start("k", R"({"n":1})", "typed");
  BOOST_REQUIRE_MESSAGE(first.error.code == errc::ok, first.error.detail);
  const auto check = [&] {
    for (const auto& inputs : {R"({"n":1})", R"({"n": 1})", R"({"who":"you","n":1})"}) {
      const auto again = start("k", inputs, "typed");
      BOOST_TEST((again.error.code == errc::ok && again.flag && again.id == first.id), again.error.detail);
    }
    const auto by_uuid = start("k", R"({"n":1})", to_string(workflow_uuid("default", "typed")));
    BOOST_TEST((by_uuid.id == first.id), by_uuid.error.detail);
    for (const auto& inputs : {R"({"n":2})", R"({"n":"x"})", R"({"n":1,"who":"me"})", "{}"}) {
      BOOST_TEST((start("k", inputs, "typed").error.code == errc::idempotency_conflict), inputs);
    }
  };
  check();
  world.put_workflow("typed", of_type(R"({"m":{"type":"int"}})"));
  check();
  const auto gone = world.answer_of([&](Ticket t) { world.gateway().delete_workflow("typed", kSomebody, t); });
  BOOST_TEST((gone.error.code == errc::ok));
  check();
  world.restart();
  check();
  BOOST_TEST((start("new", R"({"n":1})", "typed").error.code == errc::not_found_workflow));
  BOOST_TEST((start("k", R"({"n":1})", "nowhere").error.code == errc::idempotency_conflict));
}

BOOST_AUTO_TEST_SUITE_END()
