// The feed: every event of the store, in order within each partition, read by cursor. What subscribers of any kind read
// (pages, server-sent events, Kafka, webhooks). A reader never passes what is not durable yet, so nothing that it has
// seen can be taken back, and nothing comes later at a place that it has passed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "events/type_set.hpp"
#include "projections/feed_cursor.hpp"
#include "storage/journal.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

struct FeedFilter {
  events::TypeSet types = events::all_types();
  std::string workspace;    // empty: of all workspaces
  std::string workflow_id;  // empty: of all workflows, of schedules and of subscriptions as well
  bool passes(const events::Event& event, std::string_view of_workspace, std::string_view subject) const;
  // The same, told by the number and the stream of the event's type.
  bool passes(std::uint16_t type, events::StreamKind kind, std::string_view of_workspace,
              std::string_view subject) const;
};

// One event as subscribers see it. Good during the call of the sink.
struct FeedEvent {
  const events::Record& record;  // without its hashes: they are in the audit's reads
  std::string_view subject;      // the workflow's id; of a schedule's or a subscription's events its name
  std::string_view workspace;
  // Appends it as a CloudEvent in JSON.
  void append(std::string& out) const { events::append_cloud_event(out, record, subject); }
};

struct FeedLimits {
  std::size_t events = 1000;       // given to the sink
  std::size_t looked_at = 10'000;  // events, those too that the filter leaves out
};

class Feed {
 public:
  Feed(const storage::Store& store, const storage::Journal& journal);
  ~Feed();

  FeedCursor begin() const;  // before the first event
  FeedCursor end() const;    // what is durable now

  // The text of a cursor: opaque, good for this store for ever.
  std::string text(const FeedCursor& cursor) const;
  // Error: invalid, where it is no cursor of this store or is ahead of it.
  Expected<FeedCursor> parse(std::string_view text) const;

  // False: nothing more after this one. `cursor` stands behind the event when it is called.
  using Sink = std::function<bool(const FeedEvent& event)>;
  // Gives the events between `cursor` and `until` that pass, merged over the partitions by their time, and moves the
  // cursor behind the last that it has looked at. True: `until` is reached. Errors: would_block (with Reach::cached;
  // the cursor stays good), corrupt, io. Any thread that may read the store.
  Expected<bool> read(FeedCursor& cursor, const FeedCursor& until, const FeedFilter& filter, const FeedLimits& limits,
                      const Sink& sink, storage::Reach reach = storage::Reach::disk) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::projections
