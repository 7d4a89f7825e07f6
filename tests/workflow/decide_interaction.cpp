// Questions to people: asked when the action has its result, answered once, and what follows from the answer.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"
#include "workflow/interaction.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {

// An action of a worker with this interaction and these further members, then one that shows what it said.
std::string asking(const std::string& interaction, const std::string& more = {}) {
  return definition(
      R"({"ref":"a","action":"acme.do","args":{"i":"${{ FN.lookup(FN.get_interaction(), 'action_ref') }}"},)"
      R"("interaction":{)" +
          interaction + "}" + more + "}",
      R"("returns":"${{ ACTIONS.a }}")");
}
const std::string kResponse = asking(R"("type":"response","timeout":60,"message":"ok, ${{ TRIGGER.who }}?")");
const std::string kTwo = asking(R"("type":"approval","required_approvers":2)");
const std::string kId = to_string(interaction_uuid(Uuid{}, "a"));

void to_pending(Run& run) {
  run.start(R"({"who":"ada"})");
  run.lease("a");
  run.complete("a", "7");
}

std::string shown(const std::string& what, const std::string& type = "response") {
  return R"({"result":7,"result_typename":"int","interaction":)" + what + R"(,"interaction_id":")" + kId +
         R"(","interaction_type":")" + type + "\"}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decide_interaction)

BOOST_AUTO_TEST_CASE(idle_then_pending_then_answered) {
  Run run(kResponse);
  BOOST_TEST(run.start(R"({"who":"ada"})") == R"(started; create a; schedule a 1 {"i":"a"})");
  BOOST_TEST((run.task("a").interaction->status == InteractionStatus::idle));
  BOOST_TEST(run.lease("a") == "start a 1/1 w1");
  BOOST_TEST(run.complete("a", "7") == R"(done a 1/1 7; ask a "ok, ada?" +60000)");
  BOOST_TEST(run.status("a") == "answering");
  BOOST_TEST(run.timers.size() == 2u);  // the run's and the interaction's; no attempt's
  BOOST_TEST(run.complete("a", "7") == "refused DUPLICATE");
  BOOST_TEST(run.answer("a", R"({"n":1})", "bob") ==
             R"(answer a bob {"n":1}; answered a {"n":1}; completed )" + shown(R"({"n":1})"));
  BOOST_TEST(run.answer("a", "2") == "refused WRONG_STATE");
}

BOOST_AUTO_TEST_CASE(the_id_is_a_version_4_uuid_of_the_run_and_the_ref) {
  BOOST_TEST(kId[14] == '4');
  BOOST_TEST((interaction_uuid(Uuid{}, "a") != interaction_uuid(Uuid{}, "b")));
  BOOST_TEST((interaction_uuid(Uuid{{1}}, "a") != interaction_uuid(Uuid{}, "a")));
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_early_is_kept) {
  Run run(kResponse);
  BOOST_TEST(run.answer("a") == "refused NOT_FOUND");
  run.start(R"({"who":"ada"})");
  BOOST_TEST(run.answer("a", "5", "bob") == "answer a bob 5");
  BOOST_TEST(run.answer("a", "6", "eve") == "refused WRONG_STATE");
  BOOST_TEST(run.refusal.detail == "the interaction has been answered already");
  run.lease("a");
  BOOST_TEST(run.complete("a", "7") ==
             R"(done a 1/1 7; ask a "ok, ada?" +60000; answered a 5; completed )" + shown("5"));
}

BOOST_AUTO_TEST_CASE(an_early_answer_outlives_a_failed_attempt) {
  Run run(asking(R"("type":"response")", R"(,"retry_policy":{"max_attempts":2})"));
  run.start();
  run.lease("a");
  run.answer("a", "5");
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken retry; delay a 2 +1000 retry");
  BOOST_TEST(run.fire_next() == R"(elapsed a 2; schedule a 2 {"i":"a"})");
  BOOST_TEST(run.complete("a", "7", 2) == "done a 2/1 7; ask a; answered a 5; completed " + shown("5"));
}

BOOST_AUTO_TEST_CASE(nobody_answers_in_time) {
  Run run(definition(R"({"ref":"a","action":"core.interact.response","interaction":{"type":"response","timeout":2},)"
                     R"("retry_policy":{"max_attempts":3}},)"
                     R"({"ref":"b","action":"core.noop","depends_on":["a.error"]})",
                     R"("returns":"${{ ACTIONS.a.error.message }}")"));
  BOOST_TEST(run.start() == "started; create a; schedule a 1; start a 1/1; done a 1/1 null; ask a +2000");
  BOOST_TEST(run.fire_next() ==
             "unanswered a; fail a 1/1 TimeoutError; schedule b 1; start b 1/1; done b 1/1 null; "
             R"(completed "Timeout waiting for response")");
  BOOST_TEST((run.task("a").interaction->status == InteractionStatus::timed_out));
  BOOST_TEST(run.answer("a") == "refused WRONG_STATE");
  BOOST_TEST(run.refusal.detail == "the interaction is timed out: it takes no more answers");
}

BOOST_AUTO_TEST_CASE(an_approval_counts_users) {
  Run run(kTwo);
  to_pending(run);
  BOOST_TEST(run.answer("a", "1", "bob") == "answer a bob 1");
  BOOST_TEST(run.answer("a", "2", "bob") == "refused DUPLICATE");
  BOOST_TEST(run.refusal.detail == "'bob' has answered already: each approver answers once");
  BOOST_TEST(run.answer("a", "3", "eve") == "answer a eve 3; answered a 3; completed " + shown("3", "approval"));
}

BOOST_AUTO_TEST_CASE(approve_if_may_name_the_action_itself) {
  const std::string condition =
      R"("type":"approval","required_approvers":2,"approve_if":"${{ ACTIONS.a.interaction.n >= ACTIONS.a.result }}")";
  Run run(asking(condition));
  to_pending(run);
  BOOST_TEST(run.answer("a", R"({"n":7})", "bob") == R"(answer a bob {"n":7})");
  BOOST_TEST(run.answer("a", R"({"n":6})", "eve") ==
             R"(answer a eve {"n":6}; rejected a {"n":6}; fail a 1/1 ApprovalRejected; failed a ApprovalRejected)");
  BOOST_TEST(run.state.error_message == "The request was rejected by 'eve'");

  Run early(asking(condition));
  early.start();
  BOOST_TEST(early.answer("a", R"({"n":6})", "bob") == R"(answer a bob {"n":6})");
  early.lease("a");
  BOOST_TEST(early.complete("a", "7") ==
             R"(done a 1/1 7; ask a; rejected a {"n":6}; fail a 1/1 ApprovalRejected; failed a ApprovalRejected)");
}

BOOST_AUTO_TEST_CASE(what_a_rejection_says_can_be_read) {
  Run run(definition(R"({"ref":"a","action":"core.interact.response","interaction":{"type":"approval",)"
                     R"("approve_if":"${{ ACTIONS.a.interaction.ok }}"}},)"
                     R"({"ref":"b","action":"core.noop","depends_on":["a.error"]})",
                     R"("returns":"${{ ACTIONS.a.error.type + ACTIONS.a.interaction.why }}")"));
  run.start();
  BOOST_TEST(run.answer("a", R"({"ok":false,"why":"-no"})") ==
             R"(answer a {"ok":false,"why":"-no"}; rejected a {"ok":false,"why":"-no"}; fail a 1/1 ApprovalRejected; )"
             R"(schedule b 1; start b 1/1; done b 1/1 null; completed "ApprovalRejected-no")");
}

BOOST_AUTO_TEST_CASE(an_approve_if_or_message_that_fails) {
  Run run(asking(R"("type":"approval","approve_if":"${{ ACTIONS.a.interaction.n / 0 > 1 }}")"));
  to_pending(run);
  BOOST_TEST(run.answer("a", R"({"n":7})") ==
             R"(answer a {"n":7}; fail a 1/1 ExpressionError; failed a ExpressionError)");
  BOOST_TEST(run.state.error_message.starts_with("approve_if: "));
  BOOST_TEST((run.task("a").interaction->status == InteractionStatus::cancelled));
  Run other(asking(R"("type":"response","message":"${{ 1 / 0 }}")"));
  other.start();
  BOOST_TEST(other.complete("a", "7") == "done a 1/1 7; fail a 1/1 ExpressionError; failed a ExpressionError");
  BOOST_TEST(other.state.error_message.starts_with("message: "));
}

BOOST_AUTO_TEST_CASE(retry_until_looks_at_the_answer_and_asks_again) {
  Run run(asking(R"("type":"response")",
                 R"(,"retry_policy":{"retry_until":"${{ ACTIONS.a.interaction == ACTIONS.a.result }}"})"));
  to_pending(run);
  BOOST_TEST(run.answer("a", "6") == "answer a 6; answered a 6; fail a 1/1 RetryUntil retry; delay a 2 +1000 retry");
  BOOST_TEST(run.answer("a", "7") == "refused WRONG_STATE");
  BOOST_TEST(run.fire_next() == R"(elapsed a 2; create a; schedule a 2 {"i":"a"})");
  BOOST_TEST(run.answer("a", "7") == "answer a 7");
  BOOST_TEST(run.complete("a", "7", 2) == "done a 2/1 7; ask a; answered a 7; completed " + shown("7"));
}

BOOST_AUTO_TEST_CASE(a_paused_run_asks_and_takes_answers) {
  Run run(definition(
      R"({"ref":"a","action":"acme.do","interaction":{"type":"response"}},)"
      R"({"ref":"b","action":"core.noop","depends_on":["a"]},{"ref":"c","action":"core.noop","depends_on":["a.error"]})",
      R"("returns":1)"));
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.complete("a", "7") == "done a 1/1 7; ask a");
  BOOST_TEST(run.answer("a", "1") == "answer a 1; answered a 1");
  BOOST_TEST(run.status("b") == "held");
  BOOST_TEST(run.act(Resume{}) == "resumed; schedule b 1; start b 1/1; done b 1/1 null; skip c edges; completed 1");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_run_ends_the_interaction) {
  Run run(kResponse);
  to_pending(run);
  BOOST_TEST(run.act(Cancel{}) == "cancelled; cancel a 1");
  BOOST_TEST(run.timers.empty());
  BOOST_TEST(run.answer("a") == "refused WRONG_STATE");
  BOOST_TEST((run.task("a").interaction->status == InteractionStatus::cancelled));
  Run idle(kResponse);
  idle.start();
  idle.act(Terminate{});
  BOOST_TEST(idle.answer("a") == "refused WRONG_STATE");
  BOOST_TEST(idle.refusal.detail == "the interaction is over: its task ended before it was answered");
}

BOOST_AUTO_TEST_CASE(who_may_answer) {
  Run run(asking(R"("type":"approval","approver_groups":["ops","leads"],"required_approvers":2,)"
                 R"("schema":{"type":"object","properties":{"n":{"type":"integer"}}})"));
  to_pending(run);
  const auto refusal = [&](const std::string& data, const std::optional<std::vector<std::string>>& groups) {
    const auto refused = answer_refusal(run.state, Respond{"a", kId, "bob", Json{data}}, groups);
    return refused ? std::string(name(refused->code)) + " " + refused->detail + refused->where : "taken";
  };
  BOOST_TEST(refusal(R"({"n":1})", {{"dev", "leads"}}) == "taken");
  BOOST_TEST(refusal(R"({"n":1})", std::nullopt) == "taken");
  BOOST_TEST(refusal(R"({"n":1})", {{"dev"}}) ==
             "FORBIDDEN only 2 different members of 'ops' or 'leads' may answer, and you are in none of these groups");
  BOOST_TEST(refusal(R"({"n":"x"})", {{"ops"}}) ==
             "INVALID data/n does not fit the interaction's schema: Value type not permitted by 'type' constraint. "
             R"(Expected {"type":"integer"}, found "x"/n)");
  BOOST_TEST(refusal("", {{"ops"}}) == "INVALID an answer needs its data");
}

BOOST_AUTO_TEST_CASE(it_is_explained_and_shown) {
  Run run(kTwo);
  to_pending(run);
  run.answer("a", "1", "bob");
  const auto explanation = explain(run.state);
  BOOST_TEST_REQUIRE(explanation.open.size() == 1u);
  BOOST_TEST(explanation.open[0].kind == "person");
  BOOST_TEST(explanation.open[0].sentence == "\"a\" waits for a person to answer interaction " + kId +
                                                 ", since 2023-11-14T22:13:20.000Z; 2 different users may answer, 1 "
                                                 "has approved.");
  BOOST_TEST(run.json().find(R"("answers":[{"user":"bob","at":"2023-11-14T22:13:20.000Z"}])") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
