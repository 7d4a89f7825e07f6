// The graph of a definition: its edges in order, what is upstream of what, and whether it can run at all.
#pragma once

#include <cstdint>
#include <vector>

#include "workflow/definition_faults.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// Reads depends_on of every action into edges of the plan; faults for entries that name nothing or stand twice.
void read_edges(const JsonValue& actions, Plan& plan, FaultList& faults);

class Graph {
 public:
  // Orders the tasks into plan.topological; faults for cycles and for having no root.
  Graph(Plan& plan, FaultList& faults);

  bool cyclic() const { return cyclic_; }
  // Whether `task` depends on `other`, at any distance. Precondition: not cyclic.
  bool upstream(std::uint32_t other, std::uint32_t task) const {
    return (ancestors_[task * words_ + other / 64] >> (other % 64) & 1) != 0;
  }

 private:
  void report_cycles(const Plan& plan, const std::vector<std::uint32_t>& unresolved, FaultList& faults);
  void collect_ancestors(const Plan& plan);

  bool cyclic_ = false;
  std::size_t words_ = 0;  // of a row of bits
  std::vector<std::uint64_t> ancestors_;
};

}  // namespace reprise::workflow
