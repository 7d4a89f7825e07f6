// An engine that only remembers what it was asked; queries go to a real store.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/subscription_board.hpp"
#include "tests/projections/rig.hpp"

namespace reprise::testing {

class FakeGateway final : public actors::Gateway {
 public:
  explicit FakeGateway(Rig& rig) : rig_(rig) {}

  void start(actors::StartRequest request, actors::Ticket) override { starts.push_back(std::move(request)); }
  void wait(const ExecutionId& id, std::string workspace, Duration time, actors::Ticket) override {
    waits.push_back({id, std::move(workspace), time});
  }
  void steer(actors::SteerRequest request, actors::Ticket) override { steers.push_back(std::move(request)); }
  void answer(actors::AnswerRequest request, actors::Ticket) override { answers.push_back(std::move(request)); }
  void poll(actors::PollRequest request, actors::Ticket) override { polls.push_back(std::move(request)); }
  void complete(actors::CompleteRequest request, actors::Ticket) override { completes.push_back(std::move(request)); }
  void heartbeat(actors::HeartbeatRequest request, actors::Ticket) override { beats.push_back(std::move(request)); }
  void abandon(actors::Ticket ticket) override { abandoned.push_back(ticket.id); }
  void give_back(std::string body) override { given_back.push_back(std::move(body)); }
  void put_workflow(actors::PutWorkflowRequest request, actors::Ticket) override { puts.push_back(std::move(request)); }
  void delete_workflow(std::string id, events::Principal, actors::Ticket) override { deletes.push_back(std::move(id)); }
  void watch(const ExecutionId& id, actors::Ticket) override { watched.push_back(id); }

  void put_schedule(actors::PutScheduleRequest request, actors::Ticket) override {
    schedule_puts.push_back(std::move(request));
  }
  void steer_schedule(actors::ScheduleRequest request, actors::Ticket) override {
    schedule_steers.push_back(std::move(request));
  }
  Expected<std::string> schedule(const std::string&, const std::string& name) const override {
    for (const auto& known : known_schedules) {
      if (known.name == name) return known.json;
    }
    return fail(errc::not_found, "no schedule " + name);
  }
  Expected<actors::NamedPage> schedules(const std::string&, const std::string& after,
                                        std::size_t limit) const override {
    return page_of(known_schedules, after, limit);
  }

  void put_subscription(actors::PutSubscriptionRequest request, actors::Ticket) override {
    subscription_puts.push_back(std::move(request));
  }
  void steer_subscription(actors::SubscriptionRequest request, actors::Ticket) override {
    subscription_steers.push_back(std::move(request));
  }
  Expected<std::string> subscription(const std::string&, const std::string& name) const override {
    for (const auto& known : known_subscriptions) {
      if (known.name == name) return known.json;
    }
    return fail(errc::not_found, "no subscription " + name);
  }
  Expected<actors::NamedPage> subscriptions(const std::string&, const std::string& after,
                                            std::size_t limit) const override {
    return page_of(known_subscriptions, after, limit);
  }
  actors::SubscriptionBoard& subscription_board() override { return board_; }
  void put_source(actors::PutSourceRequest request, actors::Ticket) override {
    source_puts.push_back(std::move(request));
  }
  void steer_source(actors::SourceRequest request, actors::Ticket) override {
    source_steers.push_back(std::move(request));
  }
  Expected<std::string> source(const std::string&, const std::string& name) const override {
    return fail(errc::not_found, "no source " + name);
  }
  Expected<actors::NamedPage> sources(const std::string&, const std::string&, std::size_t) const override {
    return actors::NamedPage{};
  }
  static actors::NamedPage page_of(const std::vector<actors::NamedJson>& known, const std::string& after,
                                   std::size_t limit) {
    actors::NamedPage page;
    for (const auto& each : known) {
      if (each.name <= after) continue;
      if (page.rows.size() == limit) {
        page.next = page.rows.back().name;
        break;
      }
      page.rows.push_back(each);
    }
    return page;
  }
  std::vector<actors::SourceNumbers> source_numbers() const override { return {}; }

  const projections::Feed& feed() const override { return *rig_.feed; }
  actors::CommitBell& bell() override { return bell_; }
  bool store_rows(storage::RowBatch, std::function<void(bool)>) override { return false; }
  const projections::Queries& queries() const override { return *rig_.queries; }
  const storage::Journal& journal() const override { return *rig_.journal; }
  storage::Store& store() override { return *rig_.store; }
  actors::EngineNumbers numbers() const override { return engine_numbers; }
  actors::QueueView queue_view(std::string_view, const storage::QueueKey&) const override { return {}; }
  std::shared_ptr<const workflow::Plan> plan(std::string_view, std::string_view, std::uint32_t) override { return {}; }
  Time now() const override { return at(60'000); }

  struct Wait {
    ExecutionId id;
    std::string workspace;
    Duration time;
  };
  std::vector<actors::StartRequest> starts;
  std::vector<Wait> waits;
  std::vector<actors::SteerRequest> steers;
  std::vector<actors::AnswerRequest> answers;
  std::vector<actors::PollRequest> polls;
  std::vector<actors::CompleteRequest> completes;
  std::vector<actors::HeartbeatRequest> beats;
  std::vector<actors::PutWorkflowRequest> puts;
  std::vector<actors::PutScheduleRequest> schedule_puts;
  std::vector<actors::ScheduleRequest> schedule_steers;
  std::vector<actors::PutSourceRequest> source_puts;
  std::vector<actors::SourceRequest> source_steers;
  std::vector<actors::NamedJson> known_schedules;  // by name
  std::vector<actors::PutSubscriptionRequest> subscription_puts;
  std::vector<actors::SubscriptionRequest> subscription_steers;
  std::vector<actors::NamedJson> known_subscriptions;  // by name
  std::vector<std::string> deletes, given_back;
  std::vector<ExecutionId> watched;
  std::vector<std::uint64_t> abandoned;
  actors::EngineNumbers engine_numbers;

 private:
  Rig& rig_;
  actors::CommitBell bell_;
  actors::SubscriptionBoard board_;
};

}  // namespace reprise::testing
