#include "tests/storage/memory_disk.hpp"

#include <algorithm>

namespace reprise::testing {
namespace {

std::string parent(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

Verdict MemoryDisk::judge() {
  ++operations;
  off = off || operations == off_at;
  if (off) return Verdict::io_error;
  if (!trouble) return Verdict::fine;
  const bool fails =
      fails_at != 0 ? operations >= fails_at && operations < fails_until
                    : static_cast<double>(random() >> 11) / static_cast<double>(std::uint64_t{1} << 53) < probability;
  if (!fails) return Verdict::fine;
  return *trouble == Trouble::no_space ? Verdict::no_space : Verdict::io_error;
}

Verdict MemoryDisk::append(MemoryFile& file, std::string_view bytes) {
  const Verdict verdict = judge();
  if (verdict != Verdict::fine)
    bytes = off || bytes.empty() ? std::string_view() : bytes.substr(0, random() % bytes.size());
  file.data.replace(file.end, std::min(bytes.size(), file.data.size() - file.end), bytes);
  file.end += bytes.size();
  return verdict;
}

void MemoryDisk::allocate(MemoryFile& file, std::size_t size) {
  constexpr std::size_t kEnough = 256 << 10;
  size = std::min(size, file.end + kEnough);
  if (!off && file.data.size() < size) file.data.resize(size, '\0');
}

void MemoryDisk::truncate(MemoryFile& file, std::size_t size) {
  if (off) return;
  file.data.resize(size);
  file.end = size;
  file.synced = std::min(file.synced, size);
}

Verdict MemoryDisk::overwrite(MemoryFile& file, std::size_t offset, std::string_view bytes) {
  const Verdict verdict = judge();
  if (verdict != Verdict::fine) return verdict;
  if (file.data.size() < offset + bytes.size()) file.data.resize(offset + bytes.size(), '\0');
  file.overwrites.push_back({offset, file.data.substr(offset, bytes.size())});
  file.data.replace(offset, bytes.size(), bytes);
  file.end = file.data.size();
  return verdict;
}

Verdict MemoryDisk::sync(MemoryFile& file) {
  ++syncs;
  const Verdict verdict = judge();
  if (verdict != Verdict::fine) {
    if (!off) file.unsyncable = true;
    return verdict;
  }
  if (file.unsyncable) return verdict;
  file.synced = file.end;
  file.overwrites.clear();
  return verdict;
}

MemoryDisk::File MemoryDisk::find(const std::string& path) const {
  const auto at = files.find(path);
  return at == files.end() ? nullptr : at->second;
}

void MemoryDisk::link(const std::string& path, const File& file) {
  if (file)
    files[path] = file;
  else
    files.erase(path);
  changes_[parent(path)].push_back({{{path, file}}});
}

void MemoryDisk::rename(const std::string& from, const std::string& to) {
  const File file = files.at(from);
  files.erase(from);
  files[to] = file;
  changes_[parent(to)].push_back({{{from, nullptr}, {to, file}}});
}

void MemoryDisk::sync_folder(const std::string& path) {
  const auto at = changes_.find(path);
  if (at == changes_.end()) return;
  for (const auto& change : at->second)
    for (const auto& [name, file] : change.entries)
      if (file)
        durable_[name] = file;
      else
        durable_.erase(name);
  changes_.erase(at);
}

void MemoryDisk::crash(std::uint64_t seed) {
  std::mt19937_64 dice(seed);
  // Folders first: a journalling file system keeps the order of a folder's changes.
  for (auto& [path, pending] : changes_) {
    pending.resize(dice() % (pending.size() + 1));
    for (const auto& change : pending)
      for (const auto& [name, file] : change.entries)
        if (file)
          durable_[name] = file;
        else
          durable_.erase(name);
  }
  changes_.clear();
  files = durable_;

  for (auto& [path, file] : files) {
    while (!file->overwrites.empty() && dice() % 2 == 0) {
      const auto& last = file->overwrites.back();
      file->data.replace(last.offset, last.before.size(), last.before);
      file->overwrites.pop_back();
    }
    const std::size_t loose = file->end - std::min(file->synced, file->end);
    std::size_t kept = 0;
    switch (dice() % 3) {
      case 0: break;
      case 1: kept = loose; break;
      default: kept = loose == 0 ? 0 : dice() % loose;
    }
    if (file->end == file->data.size() || dice() % 2 == 0) {
      file->data.resize(file->synced + kept);
    } else {
      // The length was there before the bytes: sectors of them arrive in any order.
      constexpr std::size_t kSector = 512;
      for (std::size_t at = file->synced + kept; at < file->end; at = (at / kSector + 1) * kSector) {
        if (dice() % 2 == 0) continue;
        const std::size_t from = std::max(file->synced, at / kSector * kSector);
        const std::size_t size = std::min((at / kSector + 1) * kSector, file->end) - from;
        file->data.replace(from, size, size, '\0');
      }
    }
    file->end = file->data.size();
    file->synced = file->data.size();
    file->unsyncable = false;
    file->overwrites.clear();
  }
  locks.clear();
  off = false;
  off_at = 0;
  trouble.reset();
}

}  // namespace reprise::testing
