#include "workflow/definition_reach.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace reprise::workflow {
namespace {

// Which outcomes must have happened before a task can run: two bits for each task, its success and its error.
class Reach {
 public:
  Reach(const Plan& plan, FaultList& faults) : plan_(plan), faults_(faults), words_((2 * plan.tasks.size() + 63) / 64) {
    needs_.assign(words_ * plan.tasks.size(), 0);
    never_.assign(plan.tasks.size(), false);
  }

  void run() {
    for (const std::uint32_t task : plan_.topological) {
      if (plan_.tasks[task].in_edges.empty()) continue;
      const std::string why = plan_.tasks[task].join_any ? need_any(task) : need_all(task);
      if (why.empty()) continue;
      never_[task] = true;
      faults_.warn("/actions/" + std::to_string(task) + "/depends_on",
                   "'" + plan_.tasks[task].ref + "' can never run: " + why);
    }
  }

 private:
  std::uint64_t* needs(std::uint32_t task) { return needs_.data() + task * words_; }
  static std::size_t bit(const Edge& edge) { return 2 * edge.from + (edge.kind == EdgeKind::error ? 1 : 0); }

  // A failure may also be that the task could not be reached: its error says nothing about what came before it.
  void add(const Edge& edge, std::uint64_t* out) {
    if (edge.kind == EdgeKind::success) {
      const std::uint64_t* before = needs(edge.from);
      for (std::size_t i = 0; i < words_; ++i) out[i] |= before[i];
    }
    out[bit(edge) / 64] |= std::uint64_t{1} << (bit(edge) % 64);
  }

  // Why the edge is never taken; empty: it may be.
  std::string blocked(const Edge& edge) const {
    const TaskPlan& from = plan_.tasks[edge.from];
    if (edge.kind != EdgeKind::success) return {};
    if (never_[edge.from]) return "it needs the success of '" + from.ref + "', which can never run";
    if (from.action == "core.fail") return "it needs the success of '" + from.ref + "', which always fails";
    return {};
  }

  std::string need_all(std::uint32_t task) {
    std::uint64_t* out = needs(task);
    for (const std::uint32_t number : plan_.tasks[task].in_edges) {
      if (std::string why = blocked(plan_.edges[number]); !why.empty()) return why;
      add(plan_.edges[number], out);
    }
    constexpr std::uint64_t kSuccesses = 0x5555'5555'5555'5555;
    for (std::size_t i = 0; i < words_; ++i) {
      const std::uint64_t both = out[i] & (out[i] >> 1) & kSuccesses;
      if (both == 0) continue;
      const std::size_t of = (i * 64 + static_cast<std::size_t>(__builtin_ctzll(both))) / 2;
      return "it needs both the success and the error of '" + plan_.tasks[of].ref +
             "' (join_strategy any takes either)";
    }
    return {};
  }

  // What every way to the task has in common.
  std::string need_any(std::uint32_t task) {
    std::uint64_t* out = needs(task);
    std::string why;
    bool open = false;
    std::vector<std::uint64_t> one(words_);
    for (const std::uint32_t number : plan_.tasks[task].in_edges) {
      if (std::string blocks = blocked(plan_.edges[number]); !blocks.empty()) {
        why = std::move(blocks);
        continue;
      }
      std::fill(one.begin(), one.end(), 0);
      add(plan_.edges[number], one.data());
      for (std::size_t i = 0; i < words_; ++i) out[i] = open ? out[i] & one[i] : one[i];
      open = true;
    }
    return open ? std::string() : why;
  }

  const Plan& plan_;
  FaultList& faults_;
  std::size_t words_;
  std::vector<std::uint64_t> needs_;
  std::vector<bool> never_;
};

}  // namespace

void warn_unreachable(const Plan& plan, FaultList& faults) {
  // Without error edges no two outcomes exclude each other.
  const bool any = std::any_of(plan.edges.begin(), plan.edges.end(), [&](const Edge& edge) {
    return edge.kind == EdgeKind::error || plan.tasks[edge.from].action == "core.fail";
  });
  if (any) Reach(plan, faults).run();
}

}  // namespace reprise::workflow
