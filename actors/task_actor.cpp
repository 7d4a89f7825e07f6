#include "actors/task_actor.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/services.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

std::shared_ptr<HttpOutcome> refused(std::string message, std::string type, bool retryable = false) {
  auto outcome = std::make_shared<HttpOutcome>();
  outcome->error_message = std::move(message);
  outcome->error_type = std::move(type);
  outcome->retryable = retryable;
  return outcome;
}

}  // namespace

void TaskState::attach(TaskActor::pointer self, Services* services, ExecutionActor execution, std::uint32_t task,
                       std::uint32_t attempt) {
  self_ = self;
  services_ = services;
  execution_ = std::move(execution);
  task_ = task;
  attempt_ = attempt;
}

void TaskState::begin(const HttpCall& call) {
  call_ = call;
  const auto refuse = [this](std::string message, std::string type) {
    caf::anon_send(caf::actor_cast<TaskActor>(self_), CallAnswered{refused(std::move(message), std::move(type))});
  };
  if (services_->options.http == nullptr) return refuse("this server makes no HTTP requests", "ConfigurationError");
  if (call_.timeout > Duration(0)) until_ = services_->now() + call_.timeout;
  if (call_.recorded) {
    auto args = services_->secrets->reveal(call_.args, call_.workspace);
    if (!args) {
      constexpr bool kRetryable = true;  // the value may be there soon
      auto outcome = refused(std::move(args.error().detail), "SecretError", kRetryable);
      return caf::anon_send(caf::actor_cast<TaskActor>(self_), CallAnswered{std::move(outcome)});
    }
    call_.args = std::move(*args);
  }
  if (call_.polls) {
    const auto args = parse_json(call_.args);
    auto rules = args ? workflow::read_poll_rules(args->root()) : tl::unexpected(args.error());
    if (!rules) return refuse(rules.error().detail, "ValueError");
    rules_ = std::move(*rules);
  }
  this->call();
}

void TaskState::call() {
  if (until_ != Time{}) call_.timeout = std::max(Duration(1), until_ - services_->now());
  ++calls_;
  calling_ = true;
  under_way_ = services_->options.http->call(call_, [me = caf::actor_cast<TaskActor>(self_)](HttpOutcome outcome) {
    caf::anon_send(me, CallAnswered{std::make_shared<HttpOutcome>(std::move(outcome))});
  });
}

void TaskState::answered(const std::shared_ptr<HttpOutcome>& outcome) {
  calling_ = false;
  if (rules_ && again(*outcome)) {
    self_->delayed_anon_send(caf::actor_cast<TaskActor>(self_), workflow::pause_before(*rules_, calls_ + 1),
                             CallAgain{});
    return;
  }
  finish(outcome);
}

bool TaskState::again(HttpOutcome& outcome) {
  if (outcome.status_code == 0 || outcome.result.bytes.empty()) return false;
  const auto response = parse_json(outcome.result.bytes);
  if (!response) return false;
  const auto wanted = workflow::asks_again(*rules_, outcome.status_code, response->root());
  if (!wanted) {
    outcome = *refused(wanted.error().detail, "ValueError");
    return false;
  }
  if (!*wanted) return false;
  if (calls_ < rules_->max_attempts) return true;
  outcome.ok = false;
  outcome.error_message = "core.http_poll: after " + std::to_string(calls_) +
                          " requests the answer still asked for another, the last with status " +
                          std::to_string(outcome.status_code);
  outcome.error_type = "PollExhausted";
  outcome.retryable = true;
  return false;
}

void TaskState::finish(std::shared_ptr<HttpOutcome> outcome) {
  caf::anon_send(execution_, CallFinished{task_, attempt_, std::move(outcome)});
  self_->quit();
}

void TaskState::stop() {
  if (calling_) services_->options.http->cancel(under_way_);
  self_->quit();
}

TaskActor::behavior_type task_actor(TaskActor::stateful_pointer<TaskState> self, Services* services,
                                    ExecutionActor execution, std::uint32_t task, std::uint32_t attempt,
                                    const std::shared_ptr<HttpCall>& call) {
  self->state.attach(self, services, std::move(execution), task, attempt);
  self->state.begin(*call);
  return {
      [self](const CallAnswered& m) { self->state.answered(m.outcome); },
      [self](StopCall) { self->state.stop(); },
      [self](CallAgain) { self->state.call(); },
  };
}

}  // namespace reprise::actors
