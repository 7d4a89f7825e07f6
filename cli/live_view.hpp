// What a person sees of a run while it goes on: a table of nodes that is drawn again on a terminal, else a line a log
// line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "events/json.hpp"
#include "events/time.hpp"

namespace reprise::cli {

class LiveView {
 public:
  // The nodes in the order to show them. Writes to stderr, so that stdout holds the result alone.
  LiveView(std::string workflow_id, std::string execution_id, const std::vector<std::string>& refs);

  void take(std::string_view event, const JsonValue& data);  // a message of the live stream
  void tick();                                               // time has gone by
  void finish();                                             // the last drawing stays

 private:
  using Clock = std::chrono::steady_clock;
  struct Node {
    std::string ref;
    std::string status = "pending";
    std::string note;                  // the last warning or error about it
    Clock::time_point since{};         // here, for the time that goes by
    std::optional<Time> began, ended;  // on the server
  };
  Node& node(std::string_view ref);
  void take_node(const JsonValue& data);
  void take_log(const JsonValue& line);
  void draw();
  static std::string took(const Node& node);
  std::string node_line(const Node& node, std::size_t ref_width) const;

  const Console& console_;
  std::string workflow_id_, execution_id_;
  std::string status_ = "pending";
  std::vector<Node> nodes_;
  Clock::time_point started_, drawn_{};
  std::size_t lines_drawn_ = 0;
};

}  // namespace reprise::cli
