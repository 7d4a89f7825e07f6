// The disk behind FaultyEnv: files and folders, each with what is there and what would be there after a crash.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/storage/faulty_env.hpp"

namespace reprise::testing {

struct MemoryFile {
  std::string data;
  std::size_t end = 0;      // where the next append goes; zeros that lie behind it were allocated ahead
  std::size_t synced = 0;   // so many bytes at the front survive
  bool unsyncable = false;  // a sync failed: what was not synced then is never going to be
  struct Overwrite {
    std::size_t offset;
    std::string before;
  };
  std::vector<Overwrite> overwrites;  // inside the synced bytes, since the last sync
};

// Fails are told by value: what a write operation is to answer.
enum class Verdict : std::uint8_t { fine, no_space, io_error };

class MemoryDisk {
 public:
  using File = std::shared_ptr<MemoryFile>;

  mutable std::mutex mutex;  // held by callers of everything below

  Verdict judge();  // counts a write operation and says whether it fails
  Verdict append(MemoryFile& file, std::string_view bytes);
  void allocate(MemoryFile& file, std::size_t size);  // zeros up to there, or as many as make a test
  void truncate(MemoryFile& file, std::size_t size);
  Verdict overwrite(MemoryFile& file, std::size_t offset, std::string_view bytes);
  Verdict sync(MemoryFile& file);

  File find(const std::string& path) const;
  bool folder(const std::string& path) const { return folders.count(path) != 0; }
  void link(const std::string& path, const File& file);  // file null: unlink
  void rename(const std::string& from, const std::string& to);
  void sync_folder(const std::string& path);

  void crash(std::uint64_t seed);

  std::map<std::string, File> files;
  std::set<std::string> folders, locks;  // folders are durable at once
  bool off = false;
  std::uint64_t off_at = 0;  // operation number at which the power goes; 0: never
  std::optional<std::uint64_t> free_space;
  std::uint64_t operations = 0, syncs = 0;
  std::function<void()> before_read;  // called without the mutex

  std::optional<Trouble> trouble;
  std::uint64_t fails_at = 0;  // operation number; 0: by probability
  std::uint64_t fails_until = 0;
  double probability = 0;
  std::mt19937_64 random;

 private:
  // Changes of a folder that are not synced, in order: a rename is both its entries at once.
  struct Change {
    std::vector<std::pair<std::string, File>> entries;
  };
  std::map<std::string, std::vector<Change>> changes_;  // by folder
  std::map<std::string, File> durable_;
};

}  // namespace reprise::testing
