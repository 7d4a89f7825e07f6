// A run's events as GET /workflow-executions/{id} shows them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "events/record.hpp"
#include "http/history_children.hpp"
#include "http/history_groups.hpp"

namespace reprise::http {

// "ACTIVITY_TASK_COMPLETED"; empty: an event of the engine that this surface does not show. Of a task that another run
// carries out see history_children.hpp.
std::string_view history_type(const events::Event& event);

// {"message": ..., "cause": ...} of a failure, a timeout, or an end with a reason; null of every other event.
void append_failure_of(std::string& out, const events::Event& event);

// Given the events of one run in order, from the first on: an event names the one that scheduled its task.
class HistoryEvents {
 public:
  using TitleOf = std::function<std::string(std::string_view workflow)>;  // of a child's workflow

  explicit HistoryEvents(HistoryGroups groups, TitleOf title_of = {})
      : groups_(std::move(groups)), title_of_(std::move(title_of)) {}

  // Takes an event in that is not to be shown.
  void skip(std::uint64_t event_id, const events::Event& event);
  // Takes the event in and appends it; false: this surface does not show it.
  bool append(std::string& out, const events::Record& record);

 private:
  struct Scheduled {
    std::uint64_t event_id = 0;
    std::uint32_t attempt = 0;
    std::shared_ptr<ChildCall> child{};  // of a task that another run carries out
  };
  std::string_view type_of(const events::Event& event) const;
  std::string title(const std::string& workflow);
  void append_group_of(std::string& out, const events::Record& record) const;
  bool append_answer_group_of(std::string& out, const events::Record& record) const;
  void open(std::uint64_t event_id, const events::Event& event);
  void close(const events::Event& event);

  HistoryGroups groups_;
  TitleOf title_of_;
  bool terminated_ = false;  // the run was
  std::map<std::string, std::string, std::less<>> titles_;
  // The last of each action, and of each iteration of a loop that is open.
  std::map<std::string, Scheduled, std::less<>> scheduled_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> answered_;  // by ref and user, the last answer
};

}  // namespace reprise::http
