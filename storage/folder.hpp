// The store's folder: its lock and the two small files beside the database. Internal to storage/.
//
//   REPRISE   what this folder is, for people and as a check: format version, identity, partitions. Written once.
//   SEAL      the number of the newest write that was acknowledged, so that a lost tail of the log is noticed.
//   TORN      what a power cut left of a write, where one did; for nobody but a curious person
//   LOCK      held while a process has the store open
//   db/       the database
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "events/error.hpp"

namespace reprise::storage {

struct Label {
  std::uint32_t format = 0;
  std::string identity;
  std::uint16_t partitions = 0;
  bool operator==(const Label&) const = default;
};

// Holds the lock from open() until the last owner is gone.
class Folder {
 public:
  // Creates the folder when allowed. Errors: not_found, store_in_use, io.
  static Expected<std::shared_ptr<Folder>> open(rocksdb::Env* env, const std::string& path, bool create_if_missing);
  ~Folder();
  Folder(const Folder&) = delete;

  rocksdb::Env* env() const { return env_; }
  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/db"; }

  // What lies there. `unfinished`: a creation that was interrupted before anybody could use the store.
  enum class Content : std::uint8_t { empty, unfinished, store, unlabelled, foreign };
  Expected<Content> content() const;

  Expected<void> begin_creation(const Label& label);  // drops what an interrupted one left, writes REPRISE.new and SEAL
  Expected<void> end_creation();                      // REPRISE.new becomes REPRISE
  Expected<Label> read_label() const;

 private:
  Folder(rocksdb::Env* env, std::string path) : env_(env), path_(std::move(path)) {}
  std::string file(const char* name) const { return path_ + "/" + name; }
  Expected<void> write_synced(const std::string& name, const std::string& bytes) const;
  Expected<void> sync_folder() const;

  rocksdb::Env* env_;
  std::string path_;
  rocksdb::FileLock* lock_ = nullptr;
};

// The number of the newest acknowledged write. Written after each synced write, without a sync of its own: it may be
// older than the truth after a power cut, never newer; after a crash of the process it is exact.
class Seal {
 public:
  static Expected<std::unique_ptr<Seal>> open(const Folder& folder);
  static std::string fresh();  // the bytes of a new one
  std::uint64_t sequence() const { return sequence_; }
  void set(std::uint64_t sequence);  // a failure is not one of the write: the old number stays a true lower bound
  void sync();

 private:
  std::unique_ptr<rocksdb::RandomRWFile> file_;
  std::uint64_t sequence_ = 0;
};

}  // namespace reprise::storage
