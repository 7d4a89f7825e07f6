// A run driven by hand: every command is decided, and each time the books are checked: a twin that only applies the
// events stays equal, the recorded command decides the same again, and the effects add up to what the state says is
// outstanding.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "workflow/decide.hpp"

namespace reprise::workflow::test {

// A definition of these actions (JSON objects joined by commas), with further members of the definition.
std::string definition(std::string_view actions, std::string_view more = {});

// One event in a few words, times relative to `now`: "schedule a 1", "fail a 2 ValueError retry", "delay a 2 +1000
// retry".
std::string outline(const events::Event& event, Time now);

class Run {
 public:
  explicit Run(const std::string& definition_json);
  explicit Run(std::shared_ptr<const Plan> plan);

  // Decides; gives the events' outlines joined by "; ", or "refused CODE".
  std::string act(const Command& command);
  std::string start(std::string inputs = "{}");
  std::string lease(const std::string& ref, std::uint32_t attempt = 1, std::uint32_t delivery = 1);
  std::string complete(const std::string& ref, std::string result = "null", std::uint32_t attempt = 1,
                       std::uint32_t delivery = 1);
  std::string fail(const std::string& ref, bool retryable = true, std::uint32_t attempt = 1,
                   std::uint32_t delivery = 1);
  std::string answer(const std::string& ref, std::string data = "{}", const std::string& user = {});
  std::string fire(TimerKind kind, const std::string& ref = {}, std::uint32_t attempt = 0, std::uint32_t delivery = 0);
  // Moves the clock to the next timer that is due and fires it; "idle" when there is none.
  std::string fire_next();
  void pass(Duration time) { now += time; }

  std::string status() const { return std::string(name(state.status)); }
  std::string status(const std::string& ref) const { return std::string(name(task(ref).status)); }
  const TaskState& task(const std::string& ref) const { return *state.find(find_task(*plan, ref).value()); }
  std::string canonical() const;
  std::string json() const;

  struct Chunk {
    Time time;
    std::vector<events::Event> events;
  };
  using AttemptKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, Time>;

  std::shared_ptr<const Plan> plan;
  State state;
  State twin;
  Time now = from_millis(1'700'000'000'000);
  Effects effects;
  std::vector<Chunk> history;
  Error refusal;                   // of the last command that was refused
  std::map<TimerId, Time> timers;  // what the effects so far add up to
  std::map<AttemptKey, int> offers, runs;

 private:
  void check_replay(const Chunk& chunk);
  void check_decided_again(const Chunk& chunk);
  void check_effects();
};

std::shared_ptr<const Plan> compile(const std::string& definition_json);

}  // namespace reprise::workflow::test
