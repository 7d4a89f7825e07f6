// What the names of an expression stand for during one turn. Everything that it parses or builds lives in the turn's
// pool, so that a state which only waits holds bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "events/json.hpp"
#include "workflow/expression.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

// Memory that turns of one thread use again and again.
struct TurnMemory {
  TurnMemory();

  struct Seen {
    std::uint64_t turn = 0;  // the turn that the pointers are of
    const JsonValue* result = nullptr;
    const JsonValue* action = nullptr;
  };

  static constexpr std::size_t kBuffer = 32 * 1024;  // enough for the turns of small runs
  std::unique_ptr<char[]> buffer;
  JsonPool pool;
  std::vector<Seen> seen;            // by task
  std::vector<std::uint32_t> ready;  // tasks to examine
  std::uint64_t turn = 0;
};

class TurnScope final : public Scope {
 public:
  TurnScope(const State& state, Time now, TurnMemory& memory);

  const JsonValue* action(std::uint32_t task) const override;
  const JsonValue* action_result(std::uint32_t task) const override;
  const JsonValue* trigger() const override;
  const JsonValue* inputs() const override;
  const JsonValue* env() const override;
  const JsonValue* var(std::string_view name) const override;
  Time now() const override;
  std::uint64_t random() const override;
  const JsonValue* interaction() const override { return interaction_; }

  // What var.<name> stands for from now on: the values of one iteration (a task number), or nothing.
  void bind(std::uint32_t iteration);
  void unbind() { bound_ = kUnbound; }

  // The value that a task's result bytes were printed from: saves parsing them. It lives in the turn's pool or longer.
  void remember(std::uint32_t task, const JsonValue& result);
  // Whether FN.get_interaction() is the task's own, as in its args and its message; otherwise it is null.
  void of_interaction(std::uint32_t task, bool own);
  // Shows the task to approve_if as if that were its answer; null: as it is again.
  void weigh(std::uint32_t task, const JsonValue* answer);
  // Of checked bytes, in the turn's pool; null when they are no JSON.
  const JsonValue* parse(const std::string& bytes) const;

 private:
  TurnMemory::Seen& seen(std::uint32_t task) const;
  bool present(std::uint32_t task) const;

  static constexpr std::uint32_t kUnbound = 0;

  const State& state_;
  const Time now_;
  TurnMemory& memory_;
  std::uint32_t bound_ = kUnbound;              // the number of an iteration is never 0
  mutable std::vector<const JsonValue*> vars_;  // of the bound iteration; null: not looked at yet
  mutable const JsonValue* trigger_ = nullptr;
  mutable const JsonValue* env_ = nullptr;
  const JsonValue* interaction_ = nullptr;
  const JsonValue* weighed_ = nullptr;  // an answer, and whose
  std::uint32_t weighed_task_ = 0;
  mutable std::uint64_t drawn_ = 0;
};

// `returns` of a definition that names none: the context without ENV, as JSON text.
void append_context(std::string& out, const State& state);

}  // namespace reprise::workflow
