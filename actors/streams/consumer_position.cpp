#include "actors/streams/consumer_position.hpp"

#include <utility>

#include "actors/consumer_rows.hpp"

namespace reprise::actors {

ConsumerPosition::ConsumerPosition(Gateway& gateway, std::string name)
    : gateway_(gateway), name_(std::move(name)), stored_(gateway.feed().begin()) {}

Expected<void> ConsumerPosition::load() {
  auto position = consumer_position(gateway_.store(), name_);
  if (!position) return tl::unexpected(position.error());
  stored_ = std::move(*position);
  known_ = has_consumer_position(gateway_.store(), name_);
  return {};
}

void ConsumerPosition::submit(storage::RowBatch rows) {
  auto write = std::make_shared<Write>();
  const bool taken = gateway_.store_rows(std::move(rows), [write](bool durable) {
    const std::lock_guard lock(write->mutex);
    write->done = true;
    write->durable = durable;
    write->settled.notify_all();
  });
  if (taken) write_ = std::move(write);
}

void ConsumerPosition::take_outcome() {
  if (!write_) return;
  {
    const std::lock_guard lock(write_->mutex);
    if (!write_->done) return;
    if (write_->durable) {
      stored_ = writing_;
      known_ = true;
    }
  }
  write_.reset();
}

bool ConsumerPosition::wait(std::chrono::milliseconds time) {
  if (!write_) return false;
  std::unique_lock lock(write_->mutex);
  return write_->settled.wait_for(lock, time, [this] { return write_->done; }) && write_->durable;
}

void ConsumerPosition::store(const projections::FeedCursor& cursor) {
  take_outcome();
  if (write_ || cursor == stored_) return;
  storage::RowBatch rows;
  put_consumer_position(rows, name_, stored_, cursor);
  writing_ = cursor;
  submit(std::move(rows));
}

bool ConsumerPosition::store_now(const projections::FeedCursor& cursor, std::chrono::milliseconds time) {
  wait(time);
  store(cursor);
  if (cursor == stored_) return true;
  const bool durable = wait(time);
  take_outcome();
  return durable;
}

bool ConsumerPosition::forget(std::chrono::milliseconds time) {
  wait(time);
  take_outcome();
  if (write_) return false;
  storage::RowBatch rows;
  delete_consumer_position(rows, name_, gateway_.store().partitions());
  writing_ = gateway_.feed().begin();
  submit(std::move(rows));
  const bool durable = wait(time);
  take_outcome();
  if (durable) known_ = false;
  return durable;
}

}  // namespace reprise::actors
