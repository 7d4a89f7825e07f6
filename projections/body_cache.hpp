// Bodies of final executions, ready to be sent, bounded by their bytes. Final executions never change, so nothing here
// is ever out of date.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/uuid.hpp"

namespace reprise::projections {

// Any thread. Split into parts with a lock each; a part that is full lets go of what was not asked for since it was
// last looked at (second chance), so that a hit writes nothing but one mark.
class BodyCache {
 public:
  explicit BodyCache(std::size_t bytes) : part_bytes_(bytes / kParts) {}

  // Appends the body to `out`; false when it is not here, or is another workspace's.
  bool append(const ExecutionId& id, std::string_view workspace, std::string& out);
  // Bodies that would take more than an eighth of their part are not kept.
  void keep(const ExecutionId& id, std::string_view workspace, std::string_view body);

 private:
  struct Entry {
    ExecutionId id;
    std::string workspace, body;
    bool asked_for = false;
  };
  struct Part {
    std::mutex mutex;
    std::list<Entry> entries;  // the oldest first
    std::unordered_map<ExecutionId, std::list<Entry>::iterator, UuidHash> by_id;
    std::size_t bytes = 0;
  };
  static constexpr std::size_t kParts = 16;
  static constexpr std::size_t kOverhead = 224;  // of an entry: its nodes, strings and table place

  Part& part_of(const ExecutionId& id) { return parts_[UuidHash{}(id) >> 60]; }
  static std::size_t size_of(const Entry& entry) { return kOverhead + entry.workspace.size() + entry.body.size(); }

  std::size_t part_bytes_;
  std::array<Part, kParts> parts_;
};

}  // namespace reprise::projections
