#include "storage/rocks_status.hpp"

#include <array>
#include <string>

namespace reprise::storage {

std::string_view family_name(Family family) {
  static constexpr std::array<std::string_view, kFamilies> names{
      "default", "chunks",       "feed",      "status",    "index",         "counters",
      "timers",  "queue",        "leases",    "calls",     "idempotency",   "definitions",
      "outbox",  "interactions", "schedules", "consumers", "subscriptions", "sources"};
  return names[static_cast<std::size_t>(family)];
}

Error read_error(const rocksdb::Status& status, std::string_view what) {
  std::string name(what);
  if (status.IsNotFound()) return {errc::not_found, "no such row in " + name, {}};
  if (status.IsIncomplete()) return {errc::would_block, "a row of " + name + " is not in memory", {}};
  // RocksDB answers Corruption for a bad checksum, but a file that went missing or got short is an IOError to it.
  if (status.IsCorruption() || status.IsPathNotFound())
    return {errc::corrupt, "rows of the family '" + name + "' are damaged: restore the folder from a backup", {}};
  if (status.IsNoSpace()) return {errc::unavailable, "the disk is full: free some space on it", {}};
  if (status.IsShutdownInProgress() || status.IsAborted())
    return {errc::unavailable, "the store is being closed or recovered", {}};
  return {errc::io, "rows of the family '" + name + "' could not be read: the operating system refused", {}};
}

Error open_error(const rocksdb::Status& status, std::string_view path) {
  const std::string at(path), text = status.ToString();
  // A lock file that cannot be opened (on a read-only file system) is held by nobody.
  if (status.IsIOError() &&
      (text.starts_with("IO error: While lock file: ") || text.starts_with("IO error: lock hold by current process")))
    return {errc::store_in_use, "the store at " + at + " is in use by another process: stop that one first", at};
  if (status.IsNoSpace() || (status.IsIOError() && status.subcode() == rocksdb::Status::kNoSpace))
    return {errc::unavailable, "the store at " + at + " could not be opened, its disk is full: free some space", at};
  if (status.IsCorruption() || status.IsPathNotFound() || text.find("No such file") != std::string::npos)
    return {errc::corrupt, "the store at " + at + " is damaged (" + text + "): " + std::string(kDamageAdvice), at};
  if (status.IsInvalidArgument() || status.IsNotSupported())
    return {errc::unsupported_version,
            "the store at " + at + " was written by another version of Reprise (" + text + "): use that version", at};
  return {errc::io, "the store at " + at + " could not be opened: " + text, at};
}

Error file_error(const rocksdb::Status& status, std::string_view file) {
  const std::string at(file);
  if (status.IsNoSpace() || (status.IsIOError() && status.subcode() == rocksdb::Status::kNoSpace))
    return {errc::unavailable, "the disk of " + at + " is full: free some space", at};
  return {errc::io, at + " could not be written or read: " + status.ToString(), at};
}

}  // namespace reprise::storage
