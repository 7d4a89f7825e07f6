// Where one consumer of the feed stands, kept in the store (actors/consumer_rows.hpp). One thread; the journal answers
// on its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "actors/gateway.hpp"
#include "projections/feed.hpp"

namespace reprise::actors {

class ConsumerPosition {
 public:
  // `name` as consumer_rows has it. The gateway outlives this.
  ConsumerPosition(Gateway& gateway, std::string name);

  // Reads it. Errors: corrupt, io.
  Expected<void> load();
  bool known() const { return known_; }  // there was one, or one was stored
  const projections::FeedCursor& stored() const { return stored_; }

  // Has `cursor` written, without waiting; does nothing while an earlier one is being written.
  void store(const projections::FeedCursor& cursor);
  // Has it written and waits. False: not within `time`.
  bool store_now(const projections::FeedCursor& cursor, std::chrono::milliseconds time);
  // Deletes it and waits. False: not within `time`.
  bool forget(std::chrono::milliseconds time);

 private:
  // What the journal's thread answers to; outlives both.
  struct Write {
    std::mutex mutex;
    std::condition_variable settled;
    bool done = false, durable = false;
  };
  void submit(storage::RowBatch rows);
  bool wait(std::chrono::milliseconds time);  // for the write under way
  void take_outcome();

  Gateway& gateway_;
  const std::string name_;
  bool known_ = false;
  projections::FeedCursor stored_;
  projections::FeedCursor writing_;
  std::shared_ptr<Write> write_;  // null: none under way
};

}  // namespace reprise::actors
