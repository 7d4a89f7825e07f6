// A disk in memory that can lose power and can fail: what StoreOptions::env takes in simulations and durability tests.
//
// It keeps apart what was written and what was synced. A crash drops what was not synced, or keeps a random beginning
// of it: of each file's bytes, of each file's overwrites, of each folder's creations, renames and deletions.
//
// Same seeds, same calls, same outcome. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rocksdb {
class Env;
}

namespace reprise::testing {

enum class Trouble : std::uint8_t {
  no_space,  // the disk is full
  io_error,  // the disk is broken
};

class FaultyEnv {
 public:
  FaultyEnv();
  ~FaultyEnv();  // after every store on it is gone
  FaultyEnv(const FaultyEnv&) = delete;

  rocksdb::Env* env() const;

  // The power goes: from now on nothing reaches the disk and every write fails, so that the store can be destroyed
  // without leaving anything behind. Then, with no store open:
  void power_off();
  void power_off_after(std::uint64_t operations);  // at the n-th write operation from now, which does not happen
  // What was not synced is lost, as the seed decides; the disk works again.
  void crash(std::uint64_t seed);

  // The n-th write operation from now (1: the next) and `times` in all, or all after it until heal() (0), fail. A
  // failing append leaves a random beginning of its bytes, a failing sync leaves its bytes unsynced for ever, as Linux
  // does.
  void fail_after(std::uint64_t operations, Trouble trouble, std::uint64_t seed, std::uint64_t times = 0);
  // Each write operation fails with this probability until heal().
  void fail_sometimes(double probability, Trouble trouble, std::uint64_t seed);
  void heal();

  // What the disk says is free; nothing: it does not say.
  void set_free_space(std::optional<std::uint64_t> bytes);

  // Happens once, on the thread that reads, before the next read of a table. It may take its time.
  void before_next_read(std::function<void()> happens);

  std::uint64_t operations() const;  // write operations so far
  std::uint64_t syncs() const;       // syncs of files so far

  // For tests of damage: the bytes of a file as they are, and in their place.
  std::optional<std::string> read(const std::string& path) const;
  void overwrite(const std::string& path, const std::string& bytes);
  void remove(const std::string& path);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace reprise::testing
