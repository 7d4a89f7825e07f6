// The Gateway of a running engine.
#pragma once

#include <memory>

#include "actors/gateway.hpp"
#include "actors/poll_context.hpp"
#include "actors/result_gathering.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

class EngineGateway : public Gateway {
 public:
  explicit EngineGateway(Services& services) : services_(services) {}

  void start(StartRequest request, Ticket ticket) override;
  void wait(const ExecutionId& id, std::string workspace, Duration wait, Ticket ticket) override;
  void steer(SteerRequest request, Ticket ticket) override;
  void answer(AnswerRequest request, Ticket ticket) override;
  void poll(PollRequest request, Ticket ticket) override;
  void complete(CompleteRequest request, Ticket ticket) override;
  void heartbeat(HeartbeatRequest request, Ticket ticket) override;
  void abandon(Ticket ticket) override;
  void give_back(std::string poll_body) override;
  void put_workflow(PutWorkflowRequest request, Ticket ticket) override;
  void delete_workflow(std::string workflow_id, events::Principal principal, Ticket ticket) override;
  void put_schedule(PutScheduleRequest request, Ticket ticket) override;
  void steer_schedule(ScheduleRequest request, Ticket ticket) override;
  Expected<std::string> schedule(const std::string& workspace, const std::string& name) const override;
  Expected<NamedPage> schedules(const std::string& workspace, const std::string& after,
                                std::size_t limit) const override;
  void put_subscription(PutSubscriptionRequest request, Ticket ticket) override;
  void steer_subscription(SubscriptionRequest request, Ticket ticket) override;
  Expected<std::string> subscription(const std::string& workspace, const std::string& name) const override;
  Expected<NamedPage> subscriptions(const std::string& workspace, const std::string& after,
                                    std::size_t limit) const override;
  SubscriptionBoard& subscription_board() override { return services_.subscription_board; }
  void put_source(PutSourceRequest request, Ticket ticket) override;
  void steer_source(SourceRequest request, Ticket ticket) override;
  Expected<std::string> source(const std::string& workspace, const std::string& name) const override;
  Expected<NamedPage> sources(const std::string& workspace, const std::string& after, std::size_t limit) const override;
  std::vector<SourceNumbers> source_numbers() const override;
  void watch(const ExecutionId& id, Ticket ticket) override;
  const projections::Feed& feed() const override { return *services_.feed; }
  CommitBell& bell() override { return services_.bell; }
  bool store_rows(storage::RowBatch rows, std::function<void(bool durable)> then) override;
  const projections::Queries& queries() const override { return *services_.queries; }
  const storage::Journal& journal() const override { return *services_.journal; }
  storage::Store& store() override { return services_.store; }
  EngineNumbers numbers() const override;
  QueueView queue_view(std::string_view action, const storage::QueueKey& task) const override;
  std::shared_ptr<const workflow::Plan> plan(std::string_view workspace, std::string_view workflow_id,
                                             std::uint32_t version) override;
  Time now() const override { return services_.now(); }

 private:
  void start_planned(StartRequest request, const std::shared_ptr<const workflow::Plan>& plan, Ticket ticket);
  // True: the key was used before and the ticket is taken care of. On the loader's thread.
  bool seen_before(const StartRequest& request, Ticket ticket);
  // Whether it asks for what a run of `plan` with these inputs was started for. May wait for the disk.
  Expected<bool> repeats(const StartRequest& request, const workflow::Plan& plan, const Json& inputs) const;
  Expected<bool> repeats(const StartRequest& request, const ExecutionId& first) const;
  void record(std::vector<TaskResult>& results, const events::Principal& principal,
              const std::shared_ptr<ResultGathering>& gathering);
  bool admit(Ticket ticket) const;
  // Calls deal(request) on the loader's thread, which orders what is asked of schedules, sources and subscriptions.
  template <class Request, class Deal>
  void on_loader(Request request, Ticket ticket, Deal deal) {
    if (!admit(ticket)) return;
    auto shared = std::make_shared<Request>(std::move(request));  // a job has to be copyable
    const bool posted = services_.loader->post([shared, deal] { deal(std::move(*shared)); });
    if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
  }

  Services& services_;
  std::mutex polls_mutex_;
  std::map<std::pair<ReplySink*, std::uint64_t>, std::weak_ptr<PollContext>> polls_;
};

}  // namespace reprise::actors
