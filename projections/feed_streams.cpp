#include "projections/feed_streams.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace reprise::projections {

namespace {

FeedStream told_by(const events::Chunk& first) {
  FeedStream stream;
  stream.workspace = first.principal.workspace;
  std::visit(
      [&stream](const auto& event) {
        if constexpr (requires {
                        event.name;
                        event.workflow_id;
                      }) {
          stream.subject = event.name;
        } else if constexpr (requires { event.workflow_id; }) {
          stream.subject = event.workflow_id;
        }
      },
      first.events.front());
  return stream;
}

}  // namespace

std::shared_ptr<const FeedStream> FeedStreams::remembered(const Uuid& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = late_.find(id); found != late_.end()) return found->second;
  const auto found = before_.find(id);
  return found == before_.end() ? nullptr : found->second;
}

void FeedStreams::remember(const Uuid& id, const std::shared_ptr<const FeedStream>& stream) const {
  const std::lock_guard lock(mutex_);
  if (late_.size() >= kRemembered) {
    before_ = std::move(late_);
    late_.clear();
  }
  late_.emplace(id, stream);
}

Expected<std::shared_ptr<const FeedStream>> FeedStreams::of(const storage::FeedValue& row, const events::Chunk& chunk,
                                                            storage::Reach reach) const {
  if (auto known = remembered(row.id)) return known;
  std::shared_ptr<const FeedStream> stream;
  if (row.first_event_id == 1) {
    stream = std::make_shared<FeedStream>(told_by(chunk));
  } else {
    const auto bytes = store_.get(storage::Family::chunks, storage::chunk_key(row.id, 1), reach);
    if (!bytes) {
      if (bytes.error().code != errc::not_found) return tl::unexpected(bytes.error());
      return fail(errc::corrupt, "the first event of " + to_string(row.id) + " is missing");
    }
    const auto first = events::decode(*bytes, row.id);
    if (!first) return tl::unexpected(first.error());
    stream = std::make_shared<FeedStream>(told_by(*first));
  }
  remember(row.id, stream);
  return stream;
}

}  // namespace reprise::projections
