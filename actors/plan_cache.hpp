// The compiled versions of workflows that are in memory, and which of them is the newest of its workflow. Bounded. Any
// thread.
//
// What was read from the store as the newest may have been superseded or deleted by the time that it is compiled. So
// who reads takes changes() before: where anything was put or deleted since, only the store knows what the newest is.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "workflow/plan.hpp"

namespace reprise::actors {

class PlanCache {
 public:
  using PlanPtr = std::shared_ptr<const workflow::Plan>;

  // Version 0: the newest. Null: it is not here.
  PlanPtr find(std::string_view workspace, std::string_view workflow_id, std::uint32_t version) const;

  // A version that the store has.
  void add(std::string_view workspace, PlanPtr plan);
  // One that was read as the newest, after changes() gave `changes`.
  void add_read(std::string_view workspace, PlanPtr plan, std::uint64_t changes);
  std::uint64_t changes() const;

  // What has become durable, in its order.
  void put(std::string_view workspace, PlanPtr plan);  // the newest from now on
  void forget_newest(std::string_view workspace, std::string_view workflow_id);

 private:
  void keep(std::string_view workspace, PlanPtr plan, bool newest);

  mutable std::shared_mutex mutex_;
  std::uint64_t changes_ = 0;
  std::unordered_map<std::string, PlanPtr> newest_;    // workspace 0x1f workflow
  std::unordered_map<std::string, PlanPtr> versions_;  // workspace 0x1f workflow 0x1f version
  std::list<std::string> order_;                       // of versions_, oldest first
};

}  // namespace reprise::actors
