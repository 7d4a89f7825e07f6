#include "actors/offline.hpp"

#include <chrono>
#include <utility>

#include "actors/definitions.hpp"
#include "actors/services.hpp"
#include "actors/subscription_board.hpp"

namespace reprise::actors {

namespace {

class NoListener final : public storage::CommitListener {
  void settled(std::vector<std::unique_ptr<storage::Commit>>&&, storage::CommitOutcome, const Error&) override {}
};

class OfflineGateway final : public Gateway {
 public:
  explicit OfflineGateway(storage::Store& store)
      : store_(store), journal_(store, listener_), queries_(store, nullptr), definitions_(queries_) {}

  void start(StartRequest, Ticket ticket) override { refuse(ticket); }
  void wait(const ExecutionId&, std::string, Duration, Ticket ticket) override { refuse(ticket); }
  void steer(SteerRequest, Ticket ticket) override { refuse(ticket); }
  void answer(AnswerRequest, Ticket ticket) override { refuse(ticket); }
  void poll(PollRequest, Ticket ticket) override { refuse(ticket); }
  void complete(CompleteRequest, Ticket ticket) override { refuse(ticket); }
  void heartbeat(HeartbeatRequest, Ticket ticket) override { refuse(ticket); }
  void abandon(Ticket) override {}
  void give_back(std::string) override {}
  void put_workflow(PutWorkflowRequest, Ticket ticket) override { refuse(ticket); }
  void delete_workflow(std::string, events::Principal, Ticket ticket) override { refuse(ticket); }
  void watch(const ExecutionId&, Ticket ticket) override { refuse(ticket); }
  void put_schedule(PutScheduleRequest, Ticket ticket) override { refuse(ticket); }
  void steer_schedule(ScheduleRequest, Ticket ticket) override { refuse(ticket); }
  Expected<std::string> schedule(const std::string&, const std::string&) const override { return no_server(); }
  Expected<NamedPage> schedules(const std::string&, const std::string&, std::size_t) const override {
    return no_server();
  }
  void put_subscription(PutSubscriptionRequest, Ticket ticket) override { refuse(ticket); }
  void steer_subscription(SubscriptionRequest, Ticket ticket) override { refuse(ticket); }
  Expected<std::string> subscription(const std::string&, const std::string&) const override { return no_server(); }
  Expected<NamedPage> subscriptions(const std::string&, const std::string&, std::size_t) const override {
    return no_server();
  }
  SubscriptionBoard& subscription_board() override { return subscription_board_; }
  void put_source(PutSourceRequest, Ticket ticket) override { refuse(ticket); }
  void steer_source(SourceRequest, Ticket ticket) override { refuse(ticket); }
  Expected<std::string> source(const std::string&, const std::string&) const override { return no_server(); }
  Expected<NamedPage> sources(const std::string&, const std::string&, std::size_t) const override {
    return no_server();
  }
  std::vector<SourceNumbers> source_numbers() const override { return {}; }
  const projections::Feed& feed() const override { return feed_; }
  CommitBell& bell() override { return bell_; }
  bool store_rows(storage::RowBatch, std::function<void(bool)>) override { return false; }
  const projections::Queries& queries() const override { return queries_; }
  const storage::Journal& journal() const override { return journal_; }
  storage::Store& store() override { return store_; }
  EngineNumbers numbers() const override { return {}; }
  QueueView queue_view(std::string_view, const storage::QueueKey&) const override { return {}; }
  std::shared_ptr<const workflow::Plan> plan(std::string_view workspace, std::string_view workflow_id,
                                             std::uint32_t version) override {
    auto plan = definitions_.load(workspace, workflow_id, version);
    return plan ? *plan : nullptr;
  }
  Time now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

 private:
  static tl::unexpected<Error> no_server() { return fail(errc::unavailable, "no server runs on this store"); }
  static void refuse(Ticket ticket) { Services::refuse(ticket, errc::unavailable, "no server runs on this store"); }

  storage::Store& store_;
  NoListener listener_;
  storage::Journal journal_;
  projections::Queries queries_;
  projections::Feed feed_{store_, journal_};
  CommitBell bell_;
  SubscriptionBoard subscription_board_;
  Definitions definitions_;
};

}  // namespace

std::unique_ptr<Gateway> open_offline(storage::Store& store) { return std::make_unique<OfflineGateway>(store); }

}  // namespace reprise::actors
