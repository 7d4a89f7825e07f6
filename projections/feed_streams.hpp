// What the feed says of a stream with each of its events: whose it is. Told by the stream's first event, remembered for
// those that were met lately.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "events/record.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

struct FeedStream {
  std::string subject;  // the workflow's id, or the name of what the stream is of
  std::string workspace;
};

// Any thread.
class FeedStreams {
 public:
  explicit FeedStreams(const storage::Store& store) : store_(store) {}

  // Of the stream that `chunk`, named by `row`, is a part of. Errors: would_block, corrupt, io.
  Expected<std::shared_ptr<const FeedStream>> of(const storage::FeedValue& row, const events::Chunk& chunk,
                                                 storage::Reach reach) const;

 private:
  static constexpr std::size_t kRemembered = 8'192;  // twice: of late, and before

  using Known = std::unordered_map<Uuid, std::shared_ptr<const FeedStream>, UuidHash>;

  std::shared_ptr<const FeedStream> remembered(const Uuid& id) const;
  void remember(const Uuid& id, const std::shared_ptr<const FeedStream>& stream) const;

  const storage::Store& store_;
  mutable std::mutex mutex_;
  mutable Known late_, before_;
};

}  // namespace reprise::projections
