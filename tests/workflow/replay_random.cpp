// Random graphs driven at random. Run::act checks the books at every step (replay, deciding again, effects); here the
// rules that hold for every graph are checked beside it. Each graph is made from its number alone: a failure prints it.
#include <boost/test/unit_test.hpp>
#include <random>

#include "decide_run.hpp"
#include "events/record.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {

constexpr unsigned kGraphs = 400;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  unsigned upto(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }  // 0 to bound - 1
  bool one_in(unsigned n) { return upto(n) == 0; }

 private:
  std::mt19937 engine_;
};

std::string name_of(unsigned i) { return "t" + std::to_string(i); }

std::string random_dependencies(Dice& dice, unsigned i) {
  if (i == 0 || dice.one_in(4)) return {};
  std::string list;
  for (unsigned j = 0; j < i; ++j) {
    if (dice.upto(i) > 1) continue;
    const char* const suffixes[] = {"", "", ".success", ".error"};
    list += (list.empty() ? "\"" : ",\"") + name_of(j) + suffixes[dice.upto(4)] + "\"";
  }
  if (list.empty()) return {};
  return R"(,"depends_on":[)" + list + "]" + (dice.one_in(3) ? R"(,"join_strategy":"any")" : "");
}

std::string random_action(Dice& dice, unsigned i) {
  const std::string ref = name_of(i);
  std::string text = R"({"ref":")" + ref + R"(",)";
  const unsigned kind = dice.upto(8);
  switch (kind) {
    case 0: text += R"("action":"core.transform.reshape","args":{"value":{"n":"${{ TRIGGER.n }}"}})"; break;
    case 1: text += R"("action":"core.fail","args":{"message":"no"})"; break;
    case 2: text += R"("action":"core.log","args":{"message":"hi","level":"INFO"})"; break;
    case 3: text += R"("action":"core.http_request","args":{"url":"http://x","method":"GET"})"; break;
    default: text += R"("action":"acme.do","args":{"n":"${{ TRIGGER.n }}"})"; break;
  }
  text += random_dependencies(dice, i);
  if (dice.one_in(5)) {
    const char* const conditions[] = {"True", "True", "TRIGGER.n", "TRIGGER.zero", "1 / TRIGGER.zero"};
    text += R"(,"run_if":"${{ )" + std::string(conditions[dice.upto(5)]) + R"( }}")";
  }
  const bool loops_over = dice.one_in(4);
  if (loops_over) {
    const char* const loops[] = {R"("${{ for var.x in FN.range(0, 3) }}")",
                                 R"(["${{ for var.x in TRIGGER.list }}", "${{ for var.y in [1, 2] }}"])",
                                 R"("${{ for var.x in [] }}")", R"("${{ for var.x in TRIGGER.n }}")",
                                 R"("${{ for var.x in TRIGGER.list }}")"};
    text += R"(,"for_each":)" + std::string(loops[dice.upto(5)]);
  }
  if (!loops_over && dice.one_in(4)) {
    const bool approval = dice.one_in(2);
    text += R"(,"interaction":{"type":")" + std::string(approval ? "approval" : "response") + '"';
    if (dice.one_in(2)) text += R"(,"timeout":)" + std::to_string(1 + dice.upto(3));
    if (dice.one_in(5)) text += R"(,"message":"${{ 1 / TRIGGER.zero }}")";
    if (approval && dice.one_in(2)) text += R"(,"required_approvers":2)";
    if (approval && dice.one_in(2)) text += R"(,"approve_if":"${{ ACTIONS.)" + ref + R"(.interaction != 1 }}")";
    text += "}";
  }
  if (dice.one_in(4)) text += R"(,"start_delay":)" + std::to_string(dice.upto(4));
  if (dice.one_in(3)) {
    text += R"(,"retry_policy":{"max_attempts":)" + std::to_string(dice.upto(4)) + R"(,"timeout":)" +
            std::to_string(dice.upto(3) * 20);
    const std::string until = loops_over ? R"(.result[0] in [3, None] }}")" : R"(.result == 3 }}")";
    if (kind > 2 && dice.one_in(2)) text += R"(,"retry_until":"${{ ACTIONS.)" + ref + until;
    text += "}";
  }
  return text + "}";
}

std::string random_definition(Dice& dice) {
  const unsigned tasks = 1 + dice.upto(12);
  std::string actions;
  for (unsigned i = 0; i < tasks; ++i) actions += (i == 0 ? "" : ",") + random_action(dice, i);
  return definition(actions, dice.one_in(2) ? R"("returns":"${{ TRIGGER.n }}")" : "");
}

// What a task's outcome makes of an edge.
EdgeStatus expected_edge(const TaskState& from, EdgeKind kind) {
  switch (from.status) {
    case TaskStatus::completed: return kind == EdgeKind::success ? EdgeStatus::visited : EdgeStatus::skipped;
    case TaskStatus::failed: return kind == EdgeKind::error ? EdgeStatus::visited : EdgeStatus::skipped;
    case TaskStatus::skipped: return EdgeStatus::skipped;
    default: return EdgeStatus::pending;
  }
}

// What holds of the iterations of every loop.
void check_loop(const State& state, const TaskState& task, const TaskPlan& plan) {
  BOOST_REQUIRE(!task.loop || !plan.for_each.empty());
  if (!task.loop) return;
  const LoopState& loop = *task.loop;
  BOOST_REQUIRE(loop.next <= loop.total && loop.ended <= loop.next && loop.records.size() >= loop.total);
  const bool looping = task.status == TaskStatus::looping;
  // Each that has begun has ended or is open; when the loop is over, those that were cancelled are left.
  BOOST_REQUIRE_EQUAL(loop.next - loop.ended, loop.iterations.size());
  for (const auto& [iteration, of] : loop.iterations) {
    BOOST_REQUIRE(looping ? open(of.status) || of.status == TaskStatus::waiting : of.status == TaskStatus::cancelled);
    BOOST_REQUIRE(of.status != TaskStatus::waiting);
    const bool offered = of.status == TaskStatus::queued && plan.kind == ActionKind::worker;
    BOOST_REQUIRE_EQUAL(offered, of.offered_at != Time{});
    if (state.status == Status::running) BOOST_REQUIRE(of.status != TaskStatus::held);
  }
  if (looping) BOOST_REQUIRE(loop.ended < loop.total);
  if (looping && state.status == Status::running) BOOST_REQUIRE(!loop.iterations.empty());
  if (task.status == TaskStatus::completed) BOOST_REQUIRE_EQUAL(loop.ended, loop.total);
}

void check_rules(const Run& run) {
  const State& state = run.state;
  std::uint32_t unresolved = 0;
  std::size_t open_tasks = 0;
  for (std::size_t i = 0; i < state.edges.size(); ++i) {
    const Edge& edge = run.plan->edges[i];
    BOOST_REQUIRE(state.edges[i] == expected_edge(state.tasks[edge.from], edge.kind));
  }
  for (std::size_t i = 0; i < state.tasks.size(); ++i) {
    const TaskState& task = state.tasks[i];
    const TaskPlan& plan = run.plan->tasks[i];
    std::size_t pending = 0, visited = 0;
    for (const std::uint32_t number : plan.in_edges) {
      pending += state.edges[number] == EdgeStatus::pending ? 1u : 0u;
      visited += state.edges[number] == EdgeStatus::visited ? 1u : 0u;
    }
    BOOST_REQUIRE_EQUAL(pending, task.unresolved_in);
    if (task.status == TaskStatus::waiting || open(task.status)) ++unresolved;
    if (open(task.status)) ++open_tasks;
    check_loop(state, task, plan);
    if (task.status != TaskStatus::waiting) BOOST_REQUIRE_EQUAL(pending, 0u);
    // The row of the queue is found by it, so it must be there when there is a row, and only then.
    const bool offered = task.status == TaskStatus::queued && plan.kind == ActionKind::worker;
    BOOST_REQUIRE_EQUAL(offered, task.offered_at != Time{});
    if (state.status == Status::running) BOOST_REQUIRE(task.status != TaskStatus::held);
    if (state.status == Status::running && pending == 0) BOOST_REQUIRE(task.status != TaskStatus::waiting);
    const bool asks = task.interaction && task.interaction->status == InteractionStatus::pending;
    BOOST_REQUIRE_EQUAL(asks, task.status == TaskStatus::answering);
    if (task.interaction && (task.status == TaskStatus::failed || task.status == TaskStatus::cancelled)) {
      BOOST_REQUIRE(!task.interaction->open());
    }
    if (plan.interaction && task.status == TaskStatus::completed) BOOST_REQUIRE(task.interaction->approved);
    // The outcome that the rules ask for, whatever led to it.
    const bool examined =
        task.status != TaskStatus::waiting && task.status != TaskStatus::held && task.status != TaskStatus::cancelled;
    if (!examined || plan.in_edges.empty()) continue;
    const bool satisfied = visited == plan.in_edges.size() || (plan.join_any && visited > 0);
    if (visited == 0) {
      BOOST_REQUIRE(task.status == TaskStatus::skipped);
    } else if (!satisfied) {
      BOOST_REQUIRE(task.status == TaskStatus::failed && task.unreachable);
    } else {
      BOOST_REQUIRE(!(task.unreachable && task.error_type == "Unreachable"));
    }
  }
  BOOST_REQUIRE_EQUAL(unresolved, state.unresolved);
  if (state.status == Status::completed) BOOST_REQUIRE_EQUAL(unresolved, 0u);
  if (final(state.status)) {
    BOOST_REQUIRE_EQUAL(open_tasks, 0u);
    BOOST_REQUIRE(run.timers.empty() && run.offers.empty() && run.runs.empty());
  } else if (state.status == Status::running) {
    BOOST_REQUIRE(open_tasks > 0);  // somebody still owes the run something
  }
}

// Some entry of a map, chosen by the dice.
template <class Map>
auto pick(Dice& dice, const Map& map) {
  return std::next(map.begin(), static_cast<std::ptrdiff_t>(dice.upto(static_cast<unsigned>(map.size()))));
}

// An attempt that a result may be of.
struct Attempt {
  std::string ref;
  std::uint32_t attempt, delivery;
};
std::vector<Attempt> open_attempts(const Run& run) {
  std::vector<Attempt> out;
  each_task(run.state, [&](std::uint32_t number, const TaskState& task) {
    if (task.status == TaskStatus::queued || task.status == TaskStatus::running) {
      out.push_back({ref_of(*run.plan, number), task.attempt, task.delivery});
    }
  });
  return out;
}

void fire(Run& run, const TimerId& id, Time due) {
  run.now = std::max(run.now, due);
  const bool of_task = id.kind != TimerKind::execution_timeout;
  run.fire(id.kind, of_task ? ref_of(*run.plan, id.task) : std::string(), id.attempt, id.delivery);
}

void random_step(Dice& dice, Run& run) {
  run.pass(Duration{dice.upto(400)});
  const auto attempts = open_attempts(run);
  switch (dice.upto(17)) {
    case 0: run.act(Pause{"p"}); return;
    case 1:
    case 2: run.act(Resume{}); return;
    case 3:
      if (dice.one_in(12)) run.act(Cancel{"c"});
      if (dice.one_in(12)) run.act(Terminate{"t"});
      return;
    case 4: run.act(Log{dice.one_in(2) ? "" : "t0", {{run.now, events::LogLevel::warning, "line"}}}); return;
    case 5: {  // whatever it is, it must be taken or refused without a trace
      const std::string ref = name_of(dice.upto(13)) + (dice.one_in(3) ? "[" + std::to_string(dice.upto(4)) + "]" : "");
      const std::uint32_t attempt = dice.upto(4), delivery = dice.upto(3);
      switch (dice.upto(6)) {
        case 4:
          run.answer(ref, std::to_string(dice.upto(3)), std::string(1, static_cast<char>('a' + dice.upto(3))));
          return;
        case 0: run.complete(ref, "1", attempt, delivery); return;
        case 1: run.fail(ref, true, attempt, delivery); return;
        case 2: run.lease(ref, attempt, delivery); return;
        case 3: run.act(Requeue{ref, attempt, delivery, events::RequeueReason::worker_gone}); return;
        default: run.fire(static_cast<TimerKind>(dice.upto(6)), ref, attempt, delivery); return;
      }
    }
    case 6:
    case 7:
    case 8:
      if (run.offers.empty()) return;
      {
        const auto& [task, attempt, delivery, at] = pick(dice, run.offers)->first;
        run.lease(ref_of(*run.plan, task), attempt, delivery);
      }
      return;
    case 9:
    case 10:
      if (run.timers.empty()) return;
      {
        const auto timer = *pick(dice, run.timers);
        if (timer.first.kind != TimerKind::execution_timeout || dice.one_in(10)) fire(run, timer.first, timer.second);
      }
      return;
    case 11:
      for (std::size_t i = 0; i < run.state.tasks.size(); ++i) {
        const auto& asks = run.state.tasks[i].interaction;
        if (!asks || !asks->open() || dice.one_in(3)) continue;
        run.answer(run.plan->tasks[i].ref, std::to_string(dice.upto(4)), dice.one_in(2) ? "ada" : "bob");
        return;
      }
      return;
    default:
      if (attempts.empty()) return;
      const Attempt& of = attempts[dice.upto(static_cast<unsigned>(attempts.size()))];
      if (dice.one_in(3)) {
        run.fail(of.ref, !dice.one_in(4), of.attempt, of.delivery);
      } else {
        run.complete(of.ref, std::to_string(dice.upto(4)), of.attempt, of.delivery);
      }
  }
}

// The ref of a task that waits for an answer; empty: none does.
std::string open_question(const Run& run) {
  for (std::size_t i = 0; i < run.state.tasks.size(); ++i) {
    if (run.state.tasks[i].status == TaskStatus::answering) return run.plan->tasks[i].ref;
  }
  return {};
}

// Gives the run everything that it waits for.
void serve(Run& run) {
  if (run.status() == "paused") run.act(Resume{});
  for (int steps = 0; !final(run.state.status); ++steps) {
    BOOST_REQUIRE(steps < 1000);
    const auto attempts = open_attempts(run);
    const std::string question = open_question(run);
    if (!question.empty()) {
      run.answer(question, "3", "user" + std::to_string(steps));
    } else if (!attempts.empty()) {
      run.complete(attempts.front().ref, "3", attempts.front().attempt, attempts.front().delivery);
    } else {
      BOOST_REQUIRE(run.fire_next() != "idle");
    }
    check_rules(run);
  }
}

// As the store does it: through the bytes of each chunk.
void check_stored(const Run& run) {
  State loaded(Uuid{}, run.plan);
  events::Sha256 written = events::genesis(Uuid{}), read = written;
  std::uint64_t next = 1;
  for (const auto& chunk : run.history) {
    const std::string bytes =
        events::encode(events::Chunk{Uuid{}, next, chunk.time, {}, "test", chunk.events}, written);
    next += chunk.events.size();
    const auto decoded = events::decode(bytes, Uuid{}, &read);
    BOOST_REQUIRE_MESSAGE(decoded, decoded.error().detail);
    for (const auto& event : decoded->events) BOOST_REQUIRE(apply(loaded, event, decoded->time));
  }
  std::string canonical;
  loaded.append_canonical(canonical);
  BOOST_REQUIRE(canonical == run.canonical());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_random)

BOOST_AUTO_TEST_CASE(every_graph_ends_and_replays_at_every_step) {
  std::map<Status, int> ends;
  std::map<InteractionStatus, int> interactions;
  for (unsigned graph = 0; graph < kGraphs; ++graph) {
    Dice dice(graph);
    const std::string text = random_definition(dice);
    BOOST_TEST_INFO_SCOPE("graph " << graph << ": " << text);
    Run run(text);
    run.start(R"({"n":7,"zero":0,"list":["a","b","c"]})");
    check_rules(run);
    const unsigned steps = dice.upto(60);
    for (unsigned step = 0; step < steps; ++step) {
      random_step(dice, run);
      check_rules(run);
    }
    serve(run);
    check_stored(run);
    ++ends[run.state.status];
    for (const TaskState& task : run.state.tasks) {
      if (task.interaction) ++interactions[task.interaction->status];
    }
  }
  // The walk is only worth its time when it comes by every kind of end.
  BOOST_TEST(ends[Status::completed] > 20);
  BOOST_TEST(ends[Status::failed] > 20);
  BOOST_TEST(ends[Status::cancelled_by_user] > 0);
  BOOST_TEST(ends[Status::terminated] > 0);
  BOOST_TEST(ends[Status::timed_out] > 0);
  for (const auto status : {InteractionStatus::completed, InteractionStatus::timed_out, InteractionStatus::cancelled}) {
    BOOST_TEST_CONTEXT(name(status)) BOOST_TEST(interactions[status] > 5);
  }
}

BOOST_AUTO_TEST_CASE(events_that_do_not_fit_are_corrupt_and_never_crash) {
  unsigned refused = 0;
  for (unsigned graph = 0; graph < kGraphs; ++graph) {
    Dice dice(graph);
    const std::string text = random_definition(dice);
    BOOST_TEST_INFO_SCOPE("graph " << graph << ": " << text);
    Run run(text);
    run.start(R"({"n":7,"zero":0,"list":["a","b","c"]})");
    for (unsigned step = 0; step < 40; ++step) random_step(dice, run);
    std::vector<std::pair<events::Event, Time>> all;
    for (const auto& chunk : run.history) {
      for (const auto& event : chunk.events) all.emplace_back(event, chunk.time);
    }
    all.emplace_back(events::WorkflowDeleted{"w"}, run.now);
    all.emplace_back(events::TaskCompleted{"nobody", 1, 1, Json{"1"}, {}}, run.now);
    State state(Uuid{}, run.plan);
    for (std::size_t i = 0; i < all.size() * 3; ++i) {
      const bool in_order = i < all.size() && !dice.one_in(6);
      const auto& [event, time] = in_order ? all[i] : all[dice.upto(static_cast<unsigned>(all.size()))];
      const auto applied = apply(state, event, time);
      if (applied) continue;
      ++refused;
      BOOST_REQUIRE(applied.error().code == errc::corrupt);
    }
    std::string ignored;
    append_json(ignored, state);
    explain(state);
    outstanding(state);
  }
  BOOST_TEST(refused > 100u);
}

BOOST_AUTO_TEST_SUITE_END()
