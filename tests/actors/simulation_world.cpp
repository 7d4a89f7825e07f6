#include "tests/actors/simulation_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "actors/audit.hpp"
#include "events/json.hpp"
#include "projections/execution_view.hpp"
#include "tests/actors/store_on_disk.hpp"

namespace reprise::testing {

namespace {

struct Definition {
  const char* id;
  const char* source;
};
constexpr Definition kDefinitions[] = {
    {"built", R"({"actions":[
      {"ref":"a","action":"core.transform.reshape","args":{"value":"${{ TRIGGER.n }}"}},
      {"ref":"b","action":"core.transform.reshape","args":{"value":"${{ ACTIONS.a.result + 1 }}"},"depends_on":["a"]}],
      "returns":"${{ ACTIONS.b.result - 1 }}"})"},
    {"worker", R"({"config":{"timeout":0},"actions":[
      {"ref":"one","action":"sim.step","args":{"n":"${{ TRIGGER.n }}"},"retry_policy":{"max_attempts":0,"initial_interval":0.5,"max_interval":1,"timeout":30}},
      {"ref":"two","action":"sim.step","args":{"n":"${{ ACTIONS.one.result.n }}"},"depends_on":["one"],"retry_policy":{"max_attempts":0,"timeout":30}}],
      "returns":"${{ ACTIONS.two.result.n }}"})"},
    {"mixed", R"({"config":{"timeout":0},"actions":[
      {"ref":"left","action":"sim.step","args":{"n":"${{ TRIGGER.n }}"},"retry_policy":{"max_attempts":0}},
      {"ref":"nap","action":"core.noop","start_delay":3},
      {"ref":"fetch","action":"core.http_request","args":{"url":"http://sim/","method":"GET"},"retry_policy":{"max_attempts":0,"initial_interval":0.2,"max_interval":1}},
      {"ref":"join","action":"core.transform.reshape","depends_on":["left","nap","fetch"],"args":{"value":"${{ ACTIONS.left.result.n }}"}}],
      "returns":"${{ ACTIONS.join.result }}"})"},
    {"branch", R"({"config":{"timeout":0},"actions":[
      {"ref":"risky","action":"sim.risky","args":{"n":"${{ TRIGGER.n }}"}},
      {"ref":"good","action":"core.noop","depends_on":["risky"]},
      {"ref":"bad","action":"core.noop","depends_on":["risky.error"]},
      {"ref":"end","action":"core.noop","depends_on":["good","bad"],"join_strategy":"any"}],
      "returns":"${{ TRIGGER.n }}"})"},
    {"loop", R"({"config":{"timeout":0},"actions":[
      {"ref":"each","action":"sim.step","for_each":["${{ for var.x in FN.range(TRIGGER.n, TRIGGER.n + 6) }}","${{ for var.y in [0, 0, 0, 0, 0] }}"],
       "args":{"n":"${{ var.x + var.y }}"},"retry_policy":{"max_attempts":0,"initial_interval":0.5,"max_interval":1,"timeout":30}},
      {"ref":"call","action":"core.http_request","for_each":"${{ for var.p in ['a', 'b', 'c'] }}","args":{"url":"http://sim/${{ var.p }}","method":"GET"},
       "retry_policy":{"max_attempts":0,"initial_interval":0.2,"max_interval":1}},
      {"ref":"flat","action":"core.transform.reshape","depends_on":["each","call"],"for_each":"${{ for var.r in ACTIONS.each.result }}",
       "args":{"value":"${{ var.r.n - TRIGGER.n }}"}}],
      "returns":"${{ TRIGGER.n if ACTIONS.flat.result == [0, 1, 2, 3, 4] else 0 - 1 }}"})"},
    {"asks", R"({"config":{"timeout":0},"actions":[
      {"ref":"one","action":"sim.step","args":{"n":"${{ TRIGGER.n }}"},"interaction":{"type":"response","message":"go?"},
       "retry_policy":{"max_attempts":0,"initial_interval":0.5,"max_interval":1,"timeout":30}},
      {"ref":"two","action":"core.interact.response","depends_on":["one"],
       "interaction":{"type":"approval","required_approvers":2,"approve_if":"${{ ACTIONS.two.interaction == ACTIONS.one.interaction }}"}},
      {"ref":"brief","action":"core.interact.response","interaction":{"type":"response","timeout":2}},
      {"ref":"end","action":"core.noop","depends_on":["brief","brief.error"],"join_strategy":"any"}],
      "returns":"${{ TRIGGER.n if ACTIONS.one.interaction == 'yes' && ACTIONS.two.interaction == 'yes' else 0 - 1 }}"})"},
    {"short",
     R"({"config":{"timeout":5},"actions":[{"ref":"slow","action":"sim.slow","args":{"n":"${{ TRIGGER.n }}"}}],"returns":"${{ TRIGGER.n }}"})"},
    {"parent", R"({"config":{"timeout":0},"actions":[
      {"ref":"quick","action":"core.workflow.execute","args":{"workflow_id":"built","trigger_inputs":{"n":"${{ TRIGGER.n }}"}}},
      {"ref":"slow","action":"core.workflow.execute","args":{"workflow_id":"worker","trigger_inputs":{"n":"${{ TRIGGER.n }}"}},"retry_policy":{"max_attempts":0,"timeout":30,"initial_interval":0.3}},
      {"ref":"chain","action":"core.workflow.execute","args":{"workflow_id":"chain","trigger_inputs":{"n":"${{ TRIGGER.n }}","left":3}},"retry_policy":{"timeout":0}},
      {"ref":"alone","action":"core.workflow.execute","args":{"workflow_id":"worker","wait_strategy":"detach","trigger_inputs":{"n":"${{ TRIGGER.n }}"}}},
      {"ref":"join","action":"core.transform.reshape","depends_on":["quick","slow","chain","alone"],"args":{"value":"${{ ACTIONS.quick.result + ACTIONS.slow.result - ACTIONS.chain.result }}"}}],
      "returns":"${{ ACTIONS.join.result }}"})"},
    {"family", R"({"config":{"timeout":0},"actions":[
      {"ref":"each","action":"core.workflow.execute","for_each":"${{ for var.i in [1, 2, 3, 4, 5] }}",
       "args":{"workflow_id":"built","batch_size":2,"trigger_inputs":{"n":"${{ TRIGGER.n }}"}},"retry_policy":{"timeout":0}},
      {"ref":"work","action":"core.workflow.execute","depends_on":["each"],"for_each":"${{ for var.i in [1, 2] }}",
       "args":{"workflow_id":"worker","loop_strategy":"sequential","fail_strategy":"all","trigger_inputs":{"n":"${{ TRIGGER.n }}"}},
       "retry_policy":{"timeout":0}}],
      "returns":"${{ ACTIONS.each.result[4] + ACTIONS.work.result[1] - TRIGGER.n }}"})"},
    {"chain", R"({"config":{"timeout":0},"actions":[
      {"ref":"nap","action":"core.noop","start_delay":0.4},
      {"ref":"again","action":"core.workflow.continue_as_new","depends_on":["nap"],"run_if":"${{ (TRIGGER.left || 0) > 0 }}",
       "args":{"trigger_inputs":{"n":"${{ TRIGGER.n }}","left":"${{ TRIGGER.left - 1 }}"}}}],
      "returns":"${{ TRIGGER.n }}"})"},
    {"broken",
     R"({"error_handler":"cure","actions":[{"ref":"bad","action":"core.fail","args":{"message":"bad"},"start_delay":0.2}]})"},
    {"lost",
     R"({"error_handler":"nowhere","actions":[{"ref":"bad","action":"core.fail","args":{"message":"bad"},"start_delay":0.1}]})"},
    {"cure", R"({"actions":[{"ref":"note","action":"core.noop"}],"returns":"${{ TRIGGER.n }}"})"},
};

constexpr std::uint64_t kOutboxWindow = 4;

}  // namespace

World::World(std::uint64_t seed, Weather weather) : seed_(seed), weather_(weather), chance_(seed) { open(); }

World::~World() {
  disk_.heal();
  engine_.reset();
  store_.reset();
}

void World::open() {
  store_ = store_on(disk_);
  actors::EngineOptions engine;
  engine.store = store_.get();
  engine.http = this;
  engine.deterministic = true;
  engine.max_live = 5;
  engine.outbox_window = kOutboxWindow;
  engine.queue_window = {.held = 4, .read = 2, .found = 2, .looked = 5};
  engine.idle_after = std::chrono::seconds(2);
  engine.clock = [this] { return now_; };
  engine.random = [this] { return chance_(); };
  auto started = actors::Engine::start(engine);
  if (!started) throw std::runtime_error("the engine does not start: " + started.error().detail);
  engine_ = std::move(*started);
  run();
}

// The power goes at some moment: what was under way is never answered.
void World::crash() {
  ++crashes_;
  disk_.power_off();
  waiting_.clear();
  engine_.reset();
  waiting_.clear();
  calls_.clear();
  forgetful_since_.reset();
  store_.reset();
  disk_.crash(chance_());
  open();
}

void World::run() {
  engine_->tick();
  engine_->run();
  look_at_outbox();
}

// At rest the outbox holds in memory what is owed, or as much of it as it has room for: a message that is a row alone,
// while there is room, waits for a restart.
void World::look_at_outbox() {
  constexpr Duration kPatience{6'000};  // after a failed read it reads its rows again in five seconds
  const auto& gateway = engine_->gateway();
  if (gateway.journal().failing()) return;
  std::uint64_t owed = 0;
  auto rows = store_->cursor(storage::Family::outbox);
  for (rows.seek({}); rows.valid(); rows.next()) ++owed;
  if (!rows.status()) return;
  if (owed == 0 && (calm_.empty() || calm_.back() != now_)) calm_.push_back(now_);
  const std::uint64_t held = gateway.numbers().messages_owed;
  if (held >= std::min(owed, kOutboxWindow / 2 + 1)) {
    forgetful_since_.reset();
  } else if (!forgetful_since_) {
    forgetful_since_ = now_;
  } else if (now_ - *forgetful_since_ > kPatience) {
    throw std::runtime_error("the outbox has forgotten: " + std::to_string(owed) + " messages are owed, and it holds " +
                             std::to_string(held));
  }
}

actors::Ticket World::ticket(Handler handler) {
  waiting_.emplace(++next_ticket_, std::move(handler));
  return {this, next_ticket_};
}

void World::deliver(std::vector<actors::Delivery>&& batch) noexcept {
  for (auto& delivery : batch) {
    const auto found = waiting_.find(delivery.ticket);
    if (found == waiting_.end()) continue;
    auto handler = std::move(found->second);
    waiting_.erase(found);
    if (delivery.answer.error.code != errc::ok) ++promises_.refused;
    handler(std::move(delivery.answer));
  }
}

std::uint64_t World::call(actors::HttpCall, Done done) {
  calls_.emplace(++next_call_, std::move(done));
  return next_call_;
}

void World::cancel(std::uint64_t call) { calls_.erase(call); }

void World::put_workflows() {
  std::size_t known = 0;
  for (const auto& definition : kDefinitions) {
    engine_->gateway().put_workflow({definition.id, false, definition.source, {"", "default"}, ""},
                                    ticket([&known](actors::Answer&& answer) {
                                      if (answer.error.code == errc::definition_faults)
                                        throw std::runtime_error(answer.error.detail);
                                      if (answer.error.code == errc::ok) ++known;
                                    }));
    run();
  }
  workflows_known_ = known == std::size(kDefinitions);
}

void World::start() {
  actors::StartRequest request;
  Promises::Run run{kDefinitions[pick(std::size(kDefinitions))].id, ++next_n_, {}};
  if (odds(20)) {
    run.key = "key-" + std::to_string(pick(40));
    if (const auto known = keyed_.find(run.key); known != keyed_.end()) {
      run.workflow = known->second.first.workflow;
      run.n = known->second.first.n;
    }
  }
  request.workflow_id = run.workflow;
  request.principal = {"", "default"};
  // A chain that is started by a caller goes on as well.
  request.inputs.bytes = R"({"n":)" + std::to_string(run.n) + (run.workflow == "chain" ? R"(,"left":4})" : "}");
  request.idempotency_key = run.key;
  if (odds(30)) request.wait = std::chrono::seconds(pick(4));
  engine_->gateway().start(std::move(request), ticket([this, run](actors::Answer&& answer) {
                             if (answer.error.code != errc::ok) return;
                             promises_.started[answer.id] = run;
                             if (!run.key.empty()) {
                               const auto [known, fresh] = keyed_.try_emplace(run.key, run, answer.id);
                               if (!fresh && known->second.second != answer.id)
                                 promises_.started[Uuid{}] = run;  // check() says what is wrong
                             }
                             const auto row = projections::parse_status_row(answer.row);
                             if (row && row->final) promises_.ended[answer.id] = std::string(row->json);
                           }));
}

void World::poll() {
  actors::PollRequest request;
  request.worker_id = "sim";
  request.max = static_cast<std::uint32_t>(1 + pick(5));
  request.wait = std::chrono::seconds(pick(3));
  request.lease = std::chrono::milliseconds(200 + pick(6'000));
  request.principal = {"", "default"};
  engine_->gateway().poll(std::move(request), ticket([this](actors::Answer&& answer) {
                            if (answer.error.code != errc::ok) return;
                            auto body = parse_json(answer.body);
                            if (!body) throw std::runtime_error("a poll's answer is no JSON: " + answer.body);
                            for (const auto& task : find(body->root(), "tasks")->GetArray()) {
                              Held held;
                              held.token = text_of(*find(task, "task_token"));
                              held.action = text_of(*find(task, "action"));
                              held.n = find(*find(task, "args"), "n")->GetInt();
                              held_.push_back(std::move(held));
                            }
                          }));
}

void World::finish(std::size_t at, bool fail) {
  const auto held = held_[at];
  if (odds(90)) held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(at));  // else the result is sent again one day
  actors::CompleteRequest request;
  request.principal = {"", "default"};
  actors::TaskResult result;
  result.task_token = held.token;
  result.failed = fail;
  result.error_message = "sim";
  result.result.bytes = R"({"n":)" + std::to_string(held.n) + "}";
  if (odds(20)) result.logs.push_back({now_, events::LogLevel::info, "a line"});
  request.results.push_back(std::move(result));
  engine_->gateway().complete(std::move(request), ticket([this, held, fail](actors::Answer&& answer) {
                                if (answer.error.code != errc::ok) return;
                                const bool accepted = answer.body.find("\"accepted\"") != std::string::npos;
                                if (accepted && !fail && !promises_.accepted.insert(held.token).second)
                                  promises_.started[Uuid{}] = {"accepted twice", 0, {}};
                              }));
}

void World::finish_some() {
  for (auto n = pick(4); n > 0 && !held_.empty(); --n) {
    const auto at = pick(held_.size());
    finish(at, held_[at].action == "sim.risky" ? odds(50) : odds(15));
  }
}

void World::heartbeat() {
  if (held_.empty()) return;
  actors::HeartbeatRequest request;
  request.principal = {"", "default"};
  request.leases.push_back({held_[pick(held_.size())].token, std::chrono::milliseconds(100 + pick(5'000)), {}, -1});
  engine_->gateway().heartbeat(std::move(request), ticket([](actors::Answer&&) {}));
}

void World::answer(std::size_t most) {
  projections::InteractionFilter open;
  open.statuses = 1u << static_cast<unsigned>(projections::InteractionStatus::idle) |
                  1u << static_cast<unsigned>(projections::InteractionStatus::pending);
  const auto page = engine_->gateway().queries().interactions(open, storage::Reach::disk);
  if (!page) return;
  const auto inbox = parse_json("[" + page->rows + "]");
  if (!inbox) throw std::runtime_error("the inbox is no JSON: " + page->rows);
  for (rapidjson::SizeType i = 0; i < inbox->root().Size() && most > 0; ++i) {
    if (odds(40)) continue;
    --most;
    const JsonValue& asked = inbox->root()[i];
    actors::AnswerRequest request;
    request.interaction_id = *parse_uuid(text_of(*find(asked, "interaction_id")));
    request.data.bytes = "\"yes\"";
    request.user = "user" + std::to_string(pick(3));
    request.principal = {"", "default"};
    // An approval takes one answer of each user, a response takes one.
    const bool approval = text_of(*find(asked, "type")) == "approval";
    const std::pair key(to_string(request.interaction_id), approval ? request.user : "");
    engine_->gateway().answer(std::move(request), ticket([this, key](actors::Answer&& answer) {
                                if (answer.error.code != errc::ok) return;
                                if (!promises_.answered.insert(key).second)
                                  promises_.started[Uuid{}] = {"answered twice", 0, {}};
                              }));
  }
}

ExecutionId World::any_run() {
  if (promises_.started.empty()) return {};
  auto at = promises_.started.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(pick(promises_.started.size())));
  return at->first;
}

void World::steer(actors::Steer what) {
  const auto id = any_run();
  if (id.nil()) return;
  engine_->gateway().steer({id, what, "", {"", "default"}, ""}, ticket([this, what](actors::Answer&& answer) {
                             if (answer.error.code != errc::ok) return;
                             if (what == actors::Steer::cancel) promises_.cancelled.insert(answer.id);
                             if (what == actors::Steer::terminate) promises_.terminated.insert(answer.id);
                           }));
}

void World::answer_calls() {
  while (!calls_.empty() && odds(70)) {
    auto at = calls_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(pick(calls_.size())));
    auto done = std::move(at->second);
    calls_.erase(at);
    actors::HttpOutcome outcome;
    outcome.ok = odds(70);
    outcome.result.bytes = R"({"status_code":200,"headers":{},"data":null})";
    outcome.error_message = "HTTP 503";
    outcome.error_type = "HTTPStatusError";
    done(std::move(outcome));
  }
}

void World::pass_time(Duration most) {
  now_ += Duration(1 + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(most.count()))));
}

void World::trouble() {
  if (weather_ == Weather::stormy) return disk_.fail_after(1 + pick(4), Trouble::io_error, chance_(), 1);
  switch (pick(5)) {
    case 0: disk_.fail_after(1 + pick(8), Trouble::no_space, chance_(), 1 + pick(3)); break;
    case 1: disk_.fail_after(1 + pick(8), Trouble::io_error, chance_(), 1 + pick(3)); break;
    case 2: disk_.heal(); break;
    default: crash(); break;
  }
}

void World::live(int steps) {
  for (int i = 0; i < steps; ++i) {
    if (!workflows_known_) put_workflows();
    for (auto n = 1 + pick(4); n > 0; --n) {
      switch (pick(13)) {
        case 0:
        case 1:
        case 2: start(); break;
        case 3:
        case 4: poll(); break;
        case 5:
        case 6: finish_some(); break;
        case 7: heartbeat(); break;
        case 8: answer_calls(); break;
        case 9:
          steer(odds(30)   ? actors::Steer::cancel
                : odds(20) ? actors::Steer::terminate
                : odds(50) ? actors::Steer::pause
                           : actors::Steer::resume);
          break;
        case 10: pass_time(std::chrono::seconds(4)); break;
        case 11: answer(1 + pick(3)); break;
        default: pass_time(std::chrono::milliseconds(50)); break;
      }
      if (odds(60)) run();  // else the next thing happens while this one is under way
    }
    if (odds(weather_ == Weather::stormy ? 50 : 8)) trouble();
    run();
  }
}

void World::settle() {
  disk_.heal();
  for (int rounds = 0; rounds < 2'000; ++rounds) {
    pass_time(std::chrono::milliseconds(1'500));
    run();
    if (!workflows_known_) put_workflows();
    if (rounds % 20 == 0) {
      for (const auto& [id, started] : promises_.started) {
        auto row = engine_->gateway().queries().status_row(id, "default", storage::Reach::disk);
        const auto parsed = row ? projections::parse_status_row(*row) : tl::unexpected(row.error());
        if (parsed && parsed->status == projections::Status::paused) {
          engine_->gateway().steer({id, actors::Steer::resume, "", {"", "default"}, ""},
                                   ticket([](actors::Answer&&) {}));
        }
      }
    }
    poll();
    run();
    while (!held_.empty()) finish(held_.size() - 1, false);
    answer_calls();
    answer(50);
    run();
    projections::ListFilter open;
    open.statuses = 1u << static_cast<unsigned>(projections::Status::running) |
                    1u << static_cast<unsigned>(projections::Status::paused);
    open.limit = 1;
    auto page = engine_->gateway().queries().list(open, storage::Reach::disk);
    auto owed = store_->cursor(storage::Family::outbox);
    owed.seek({});
    if (page && page->count == 0 && !owed.valid() && rounds > 3) return;
  }
  std::string why = "some run never ends:";
  const actors::Audit audit(engine_->gateway());
  projections::ListFilter open;
  open.statuses = 1u << static_cast<unsigned>(projections::Status::running) |
                  1u << static_cast<unsigned>(projections::Status::paused);
  auto page = engine_->gateway().queries().list(
      open, storage::Reach::disk, [&](const ExecutionId& id, const projections::StatusRow& row) {
        auto explained = audit.explain(id, "default");
        why += "\n" + std::string(row.json) + "\n" + (explained ? *explained : explained.error().detail);
      });
  if (!page) why += page.error().detail;
  throw std::runtime_error(why);
}

}  // namespace reprise::testing
