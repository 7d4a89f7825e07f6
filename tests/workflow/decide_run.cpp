#include "decide_run.hpp"

#include <boost/test/unit_test.hpp>
#include <type_traits>
#include <utility>

namespace reprise::workflow::test {

namespace {

std::string join(std::initializer_list<std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    if (word.empty()) continue;
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string relative(Time time, Time now) {
  const auto ms = (time - now).count();
  return (ms < 0 ? "" : "+") + std::to_string(ms);
}

std::string of(std::uint32_t attempt, std::uint32_t delivery) {
  return std::to_string(attempt) + "/" + std::to_string(delivery);
}

struct Outline {
  Time now;
  std::string operator()(const events::ExecutionStarted&) const { return "started"; }
  std::string operator()(const events::ExecutionCompleted& e) const { return "completed " + e.result.bytes; }
  std::string operator()(const events::ExecutionFailed& e) const { return join({"failed", e.ref, e.type}); }
  std::string operator()(const events::ExecutionCancelled&) const { return "cancelled"; }
  std::string operator()(const events::ExecutionTerminated&) const { return "terminated"; }
  std::string operator()(const events::ExecutionPaused&) const { return "paused"; }
  std::string operator()(const events::ExecutionResumed&) const { return "resumed"; }
  std::string operator()(const events::ExecutionTimedOut&) const { return "timed-out"; }
  std::string operator()(const events::TaskDelayed& e) const {
    const char* const reasons[] = {"start_delay", "wait_until", "retry", "loop"};
    return join({"delay", e.ref, std::to_string(e.attempt), relative(e.until, now),
                 reasons[static_cast<std::size_t>(e.reason)]});
  }
  std::string operator()(const events::TaskDelayElapsed& e) const {
    return join({"elapsed", e.ref, std::to_string(e.attempt)});
  }
  std::string operator()(const events::TaskScheduled& e) const {
    return join({"schedule", e.ref, std::to_string(e.attempt), e.args.bytes});
  }
  std::string operator()(const events::TaskStarted& e) const {
    return join({"start", e.ref, of(e.attempt, e.delivery), e.worker});
  }
  std::string operator()(const events::TaskRequeued& e) const {
    const char* const reasons[] = {"lease_expired", "worker_gone", "resumed"};
    return join({"requeue", e.ref, of(e.attempt, e.delivery), reasons[static_cast<std::size_t>(e.reason)]});
  }
  std::string operator()(const events::TaskCompleted& e) const {
    return join({"done", e.ref, of(e.attempt, e.delivery), e.result.bytes});
  }
  std::string operator()(const events::TaskFailed& e) const {
    return join({"fail", e.ref, of(e.attempt, e.delivery), e.type, e.will_retry ? "retry" : ""});
  }
  std::string operator()(const events::TaskTimedOut& e) const {
    return join({"timeout", e.ref, std::to_string(e.attempt), e.will_retry ? "retry" : ""});
  }
  std::string operator()(const events::TaskSkipped& e) const {
    return join({"skip", e.ref, e.reason == events::SkipReason::edges ? "edges" : "run_if"});
  }
  std::string operator()(const events::TaskCancelled& e) const {
    return join({"cancel", e.ref, std::to_string(e.attempt)});
  }
  std::string operator()(const events::TaskLogged& e) const { return join({"log", e.ref, e.lines.front().message}); }
  std::string operator()(const events::ExecutionOrigin& e) const {
    return join({"origin", std::string(events::name(e.kind)), e.ref});
  }
  std::string operator()(const events::ExecutionVersionWanted& e) const {
    return join({"wants", std::to_string(e.workflow_version)});
  }
  std::string operator()(const events::ExecutionContinued& e) const { return join({"continued", e.inputs.bytes}); }
  std::string operator()(const events::TaskLoopStarted& e) const {
    return join({"loop", e.ref, std::to_string(e.attempt), std::to_string(e.iterations), e.items.bytes});
  }
  std::string operator()(const events::TaskLoopPolicy& e) const {
    return join({"policy", e.ref, std::string(events::name(e.strategy)), std::to_string(e.batch_size),
                 e.isolated ? "isolated" : "all"});
  }
  std::string operator()(const events::TaskChildStarted& e) const {
    return join({"child", e.ref, std::to_string(e.attempt), e.workflow_id});
  }
  std::string operator()(const events::InteractionCreated& e) const { return join({"create", e.ref}); }
  std::string operator()(const events::InteractionRequested& e) const {
    const auto until = e.until == Time{} ? "" : "+" + std::to_string((e.until - now).count());
    return join({"ask", e.ref, e.message.bytes, until});
  }
  std::string operator()(const events::InteractionAnswered& e) const {
    return join({"answer", e.ref, e.user, e.data.bytes});
  }
  std::string operator()(const events::InteractionCompleted& e) const {
    return join({e.approved ? "answered" : "rejected", e.ref, e.data.bytes});
  }
  std::string operator()(const events::InteractionTimedOut& e) const { return join({"unanswered", e.ref}); }
  // No event of an execution.
  template <class Other>
  std::string operator()(const Other&) const {
    return "other";
  }
};

bool same(const Effects& a, const Effects& b) {
  const auto timers = [](const std::vector<Effects::Timer>& list) {
    std::vector<std::pair<TimerId, Time>> out;
    out.reserve(list.size());
    for (const auto& timer : list) out.emplace_back(timer.id, timer.due);
    return out;
  };
  const auto attempts = [](const std::vector<Effects::Attempt>& list) {
    std::vector<Run::AttemptKey> out;
    out.reserve(list.size());
    for (const auto& item : list) out.emplace_back(item.task, item.attempt, item.delivery, item.offered_at);
    return out;
  };
  return timers(a.arm) == timers(b.arm) && timers(a.disarm) == timers(b.disarm) &&
         attempts(a.offer) == attempts(b.offer) && attempts(a.withdraw) == attempts(b.withdraw) &&
         attempts(a.run) == attempts(b.run) && attempts(a.stop) == attempts(b.stop) && a.owe == b.owe &&
         a.ended == b.ended;
}

void book(std::map<Run::AttemptKey, int>& books, const std::vector<Effects::Attempt>& in,
          const std::vector<Effects::Attempt>& out) {
  for (const auto& item : out) {
    BOOST_REQUIRE_EQUAL(books.erase({item.task, item.attempt, item.delivery, item.offered_at}), 1u);
  }
  for (const auto& item : in) {
    BOOST_REQUIRE(books.emplace(Run::AttemptKey{item.task, item.attempt, item.delivery, item.offered_at}, 1).second);
  }
}

std::string canonical_of(const State& state) {
  std::string bytes;
  state.append_canonical(bytes);
  return bytes;
}

}  // namespace

std::string definition(std::string_view actions, std::string_view more) {
  std::string text = R"({"title":"t","description":"","actions":[)" + std::string(actions) + "]";
  if (!more.empty()) text += "," + std::string(more);
  return text + "}";
}

std::string outline(const events::Event& event, Time now) { return std::visit(Outline{now}, event); }

std::shared_ptr<const Plan> compile(const std::string& definition_json) {
  Compiled compiled = compile_definition(definition_json, DefinitionFormat::json, "w");
  BOOST_REQUIRE_MESSAGE(compiled.plan, definition_json << "\n" << to_string(compiled.faults));
  return compiled.plan;
}

Run::Run(const std::string& definition_json) : Run(compile(definition_json)) {}

Run::Run(std::shared_ptr<const Plan> of) : plan(std::move(of)), state(Uuid{}, plan), twin(Uuid{}, plan) {}

std::string Run::canonical() const { return canonical_of(state); }

std::string Run::json() const {
  std::string out;
  append_json(out, state);
  return out;
}

std::string Run::act(const Command& command) {
  const std::string before = canonical();
  Effects of_turn;
  of_turn.arm.push_back(
      {{TimerKind::lease, 77, 7, 7}, now});  // neither may survive: not a success, nor be lost by a refusal
  auto events = decide(state, command, Now{now}, of_turn);
  if (!events) {
    BOOST_TEST(canonical() == before);
    BOOST_TEST(of_turn.arm.size() == 1u);
    refusal = events.error();
    return "refused " + std::string(reprise::name(events.error().code));
  }
  effects = std::move(of_turn);
  BOOST_REQUIRE(!events->empty());
  history.push_back({now, *events});
  check_replay(history.back());
  check_effects();
  check_decided_again(history.back());
  std::string text;
  for (const events::Event& event : *events) text += (text.empty() ? "" : "; ") + outline(event, now);
  return text;
}

void Run::check_replay(const Chunk& chunk) {
  for (const events::Event& event : chunk.events) {
    auto applied = apply(twin, event, chunk.time);
    BOOST_REQUIRE_MESSAGE(applied, applied.error().detail);
  }
  BOOST_REQUIRE(canonical_of(twin) == canonical());
}

void Run::check_decided_again(const Chunk& chunk) {
  State replayed(Uuid{}, plan);
  for (std::size_t i = 0; i + 1 < history.size(); ++i) {
    for (const events::Event& event : history[i].events) BOOST_REQUIRE(apply(replayed, event, history[i].time));
  }
  const auto command = command_of(chunk.events);
  BOOST_REQUIRE(command);
  Effects again;
  auto events = decide(replayed, *command, Now{chunk.time}, again);
  BOOST_REQUIRE_MESSAGE(events, events.error().detail);
  BOOST_REQUIRE(*events == chunk.events);
  BOOST_REQUIRE(same(again, effects));
}

void Run::check_effects() {
  for (const auto& timer : effects.disarm) {
    const auto found = timers.find(timer.id);
    BOOST_REQUIRE(found != timers.end());
    BOOST_REQUIRE(found->second == timer.due);
    timers.erase(found);
  }
  for (const auto& timer : effects.arm) BOOST_REQUIRE(timers.emplace(timer.id, timer.due).second);
  book(offers, effects.offer, effects.withdraw);
  book(runs, effects.run, effects.stop);
  BOOST_REQUIRE_EQUAL(effects.ended, final(state.status));

  const Effects owed = outstanding(state);
  std::map<TimerId, Time> armed;
  std::map<AttemptKey, int> offered, running;
  for (const auto& timer : owed.arm) armed.emplace(timer.id, timer.due);
  for (const auto& item : owed.offer)
    offered.emplace(AttemptKey{item.task, item.attempt, item.delivery, item.offered_at}, 1);
  for (const auto& item : owed.run)
    running.emplace(AttemptKey{item.task, item.attempt, item.delivery, item.offered_at}, 1);
  BOOST_REQUIRE(owed.disarm.empty() && owed.withdraw.empty() && owed.stop.empty());
  BOOST_REQUIRE(armed == timers);
  BOOST_REQUIRE(offered == offers);
  BOOST_REQUIRE(running == runs);
}

std::string Run::start(std::string inputs) {
  events::ExecutionStarted started;
  started.inputs.bytes = std::move(inputs);
  started.seed = 42;
  return act(Start{started});
}

std::string Run::lease(const std::string& ref, std::uint32_t attempt, std::uint32_t delivery) {
  return act(Lease{ref, attempt, delivery, "w1", now + Duration{30'000}});
}

std::string Run::complete(const std::string& ref, std::string result, std::uint32_t attempt, std::uint32_t delivery) {
  return act(Complete{ref, attempt, delivery, Json{std::move(result)}, {}});
}

std::string Run::fail(const std::string& ref, bool retryable, std::uint32_t attempt, std::uint32_t delivery) {
  return act(Fail{ref, attempt, delivery, "broken", "Broken", retryable});
}

std::string Run::answer(const std::string& ref, std::string data, const std::string& user) {
  return act(Respond{ref, to_string(interaction_uuid(state.id, ref)), user, Json{std::move(data)}});
}

std::string Run::fire(TimerKind kind, const std::string& ref, std::uint32_t attempt, std::uint32_t delivery) {
  return act(TimerFired{kind, ref, attempt, delivery});
}

std::string Run::fire_next() {
  if (timers.empty()) return "idle";
  auto next = timers.begin();
  for (auto it = timers.begin(); it != timers.end(); ++it) {
    if (it->second < next->second) next = it;
  }
  if (now < next->second) now = next->second;
  const TimerId id = next->first;
  const bool of_task = id.kind != TimerKind::execution_timeout;
  return fire(id.kind, of_task ? ref_of(*plan, id.task) : std::string(), id.attempt, id.delivery);
}

}  // namespace reprise::workflow::test
