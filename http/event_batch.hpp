// Some events of the feed, one after the other, each ready to be sent to subscribers. Made once, never changed, shared
// by all who send of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/type_set.hpp"
#include "projections/feed.hpp"

namespace reprise::http {

class EventBatch {
 public:
  explicit EventBatch(projections::FeedCursor begin)
      : begin_(std::make_shared<const projections::FeedCursor>(std::move(begin))) {}

  // Adds one; `id`: the text of the cursor behind it.
  void add(const projections::FeedEvent& event, std::string_view id);
  void end_at(projections::FeedCursor end) { end_ = std::make_shared<const projections::FeedCursor>(std::move(end)); }

  // The feed between these two is what it holds.
  const std::shared_ptr<const projections::FeedCursor>& begin() const { return begin_; }
  const std::shared_ptr<const projections::FeedCursor>& end() const { return end_; }
  std::size_t size() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_.size() + frames_.size() * sizeof(Frame); }

  bool any_passes(const projections::FeedFilter& filter) const;
  // Appends those that pass, as server-sent events; returns how many.
  std::size_t append(std::string& out, const projections::FeedFilter& filter) const;

 private:
  struct Stream {
    std::string workspace, subject;
    events::StreamKind kind;
  };
  struct Frame {
    std::size_t end;       // of its bytes; they begin where those of the one before end
    std::uint32_t stream;  // in streams_
    std::uint16_t type;
  };
  bool passes(const Frame& frame, const projections::FeedFilter& filter) const;

  std::shared_ptr<const projections::FeedCursor> begin_, end_;
  std::string bytes_;
  std::vector<Stream> streams_;
  std::vector<Frame> frames_;
  events::TypeSet types_;  // that are in it
};

}  // namespace reprise::http
