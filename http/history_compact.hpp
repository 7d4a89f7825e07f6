// A run's events as rows of GET /workflow-executions/{id}/compact: one for each action that anything happened to.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "http/history_groups.hpp"

namespace reprise::http {

// Given the events of one run in order. Holds the newest result of each action and nothing else that grows.
class HistoryCompact {
 public:
  explicit HistoryCompact(HistoryGroups groups) : groups_(std::move(groups)) {}

  void fold(std::uint64_t event_id, Time time, const events::Event& event);
  // The rows in the order in which their actions came first, separated by commas.
  void append_rows(std::string& out) const;

 private:
  friend struct CompactFolding;
  struct Row {
    std::string ref;
    std::uint64_t source_event_id = 0;
    Time scheduled_at{}, started_at{}, closed_at{};  // the epoch: null
    std::string_view type, status;                   // literals
    std::string result, error;                       // JSON; empty: null
    std::optional<bool> isolated;                    // as the loop's own event says; none: the definition does
    bool loop = false;                               // a for_each: its iterations are one row
    std::vector<std::string> results;                // of its iterations, in order; empty: null
    bool child = false;                              // another run carries it out; of a loop, of the first iteration:
    bool detached = false;
    std::string child_id, child_input;  // the run's printed id; its inputs as JSON
  };
  Row& row_of(const std::string& ref, std::uint64_t event_id, Time time);
  void append_row(std::string& out, const Row& row) const;
  static void append_result(std::string& out, const Row& row);

  HistoryGroups groups_;
  std::deque<Row> rows_;
  std::map<std::string, Row*, std::less<>> by_ref_;
  bool terminated_ = false;
};

}  // namespace reprise::http
