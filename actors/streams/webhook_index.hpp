// Who wants an event: subscriptions by workspace, workflow and type, so that those who do not want it cost nothing.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/streams/webhook_subscriber.hpp"
#include "projections/feed.hpp"

namespace reprise::actors::streams {

// The deliverer's thread.
class WebhookIndex {
 public:
  using Subscriber = std::shared_ptr<WebhookSubscriber>;

  // As its row and types are now: remove() has to find them the same.
  void add(const Subscriber& subscriber) {
    ++size_;
    each_list(*subscriber, [&](std::vector<Subscriber>& list) { list.push_back(subscriber); });
  }
  void remove(const Subscriber& subscriber) {
    --size_;
    each_list(*subscriber, [&](std::vector<Subscriber>& list) { std::erase(list, subscriber); });
  }
  std::size_t size() const { return size_; }

  // Calls f(subscriber) for each that wants the event.
  template <class F>
  void each(const projections::FeedEvent& event, F&& f) const {
    const std::size_t type = events::type_of(event.record.event).number;
    visit(key(event.workspace, {}), type, f);
    const bool of_workflow = events::stream_kind(event.record.event) <= events::StreamKind::workflow;
    if (of_workflow && !event.subject.empty()) visit(key(event.workspace, event.subject), type, f);
  }

 private:
  using ByType = std::array<std::vector<Subscriber>, 128>;

  static std::string key(std::string_view workspace, std::string_view workflow_id) {
    std::string out(workspace);
    out += '\0';
    return out.append(workflow_id);
  }
  template <class F>
  void each_list(const WebhookSubscriber& subscriber, F&& f) {
    const std::string where = key(subscriber.row.workspace, subscriber.row.put.workflow_id);
    ByType& lists = groups_[where];
    bool any = false;
    for (std::size_t type = 0; type < lists.size(); ++type) {
      if (subscriber.types[type]) f(lists[type]);
      any = any || !lists[type].empty();
    }
    if (!any) groups_.erase(where);
  }
  template <class F>
  void visit(const std::string& where, std::size_t type, F&& f) const {
    const auto group = groups_.find(where);
    if (group == groups_.end()) return;
    for (const Subscriber& subscriber : group->second[type]) f(subscriber);
  }

  std::unordered_map<std::string, ByType> groups_;
  std::size_t size_ = 0;
};

}  // namespace reprise::actors::streams
