// Every schedule of the store: its stream of events, what it is asked, and its firings.
//
// All of it happens on the loader's thread, which is what orders the events of a schedule; the schedule actor only
// tells when to look at the clock. A firing is one commit: the events that say what became of the due times, the
// schedule's row, and the outbox message that starts the run under an id that follows from the schedule and the due
// time. So a firing happens once, whatever ends the server when: either its event is stored, and then the run is owed,
// or it is not, and then it is decided again.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "actors/engine_commit.hpp"
#include "actors/gateway.hpp"
#include "projections/schedule_rows.hpp"
#include "workflow/firings.hpp"

namespace reprise::actors {

struct Services;

inline constexpr std::size_t kMostSchedules = 10'000;          // of a store
inline constexpr std::size_t kMostScheduleInputs = 256 << 10;  // bytes

class Schedules final : public ReplySink {
 public:
  explicit Schedules(Services& services) : services_(services) {}

  // Loader's thread, all of these.
  void load();  // once, before all else
  void put(PutScheduleRequest request, Ticket ticket);
  void steer(ScheduleRequest request, Ticket ticket);
  void look();  // deals with what is due and tells the clock when to come again

  // Any thread that may read the store.
  Expected<std::string> json(const std::string& workspace, const std::string& name) const;
  Expected<NamedPage> list(const std::string& workspace, const std::string& after, std::size_t limit) const;

  // Of runs that are waited for. Any thread.
  void deliver(std::vector<Delivery>&& batch) noexcept override;

 private:
  using Key = std::pair<std::string, std::string>;  // workspace, name
  struct Entry {
    projections::ScheduleRow row;
    std::optional<workflow::Timetable> table;
    events::Sha256 head{};
    std::uint64_t generation = 0;                         // of the journal when it was read: otherwise read it again
    std::shared_ptr<std::atomic<std::uint64_t>> durable;  // the last event that is
    Time due{};                                           // when to look at it; epoch: not by itself
    std::uint64_t waits = 0;                              // ticket of the wait for its open run; 0: none
  };
  using Entries = std::map<Key, Entry>;
  // A trigger by hand whose run does not exist yet.
  struct Pending {
    Ticket ticket;
    Answer answer;
    Time until;
  };

  Expected<Entry*> entry(const Key& key);  // fresh; null: there never was one
  Expected<Entry> read(const Key& key) const;
  void plan(const Key& key, Entry& entry);
  void deal_with(const Key& key, Entry& entry, Time now);
  bool running(const Entry& entry, ExecutionId& which) const;
  void wait_for(const Key& key, Entry& entry, const ExecutionId& run);
  void trigger(const Key& key, Entry& entry, const ScheduleRequest& request, Ticket ticket);
  // Inputs with which a run can start now. Errors: not_found_workflow, inputs_rejected, ...
  Expected<Json> startable(const events::SchedulePut& put, const std::string& workspace, const Json& inputs) const;
  void owe(EngineCommit& commit, const Entry& entry, std::uint64_t event_id, const ExecutionId& run,
           const Json& inputs) const;
  // Gives the events to the stream and the commit to the journal; false: it was refused, and who waits was told.
  bool submit(const Key& key, Entry& entry, Time now, std::vector<events::Event> events,
              const events::Principal& principal, std::string causation, std::unique_ptr<EngineCommit> commit);
  bool full() const;                    // there are as many as there may be
  void forget_if_gone(const Key& key);  // where it is deleted, and nothing of it is under way
  void set_clock();
  void look_soon(const Key& key);
  std::string json_of(const projections::ScheduleRow& row, const Json& inputs) const;

  Services& services_;
  Entries entries_;
  std::set<std::pair<Time, Key>> due_;
  Time awake_since_{};
  bool loaded_ = false;
  std::uint64_t tickets_ = 0;
  std::unordered_map<std::uint64_t, Key> waits_;
  std::unordered_map<std::uint64_t, Pending> pending_;
};

}  // namespace reprise::actors
