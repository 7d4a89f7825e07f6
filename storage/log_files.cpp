#include "storage/log_files.hpp"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/log_end.hpp"
#include "storage/rocks_status.hpp"

namespace reprise::storage {
namespace {

class LogFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "reprise.LogFileSystem"; }
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    auto of_log = FileSystemWrapper::OptimizeForLogWrite(options, db);
    of_log.fallocate_with_keep_size = false;
    return of_log;
  }
};

class LogFilesEnv final : public rocksdb::EnvWrapper {
 public:
  explicit LogFilesEnv(rocksdb::Env* base) : EnvWrapper(base) {
    file_system_ = std::make_shared<LogFileSystem>(base->GetFileSystem());
    system_clock_ = base->GetSystemClock();
  }
};

rocksdb::Status write_zeros(rocksdb::Env* env, const std::string& path, std::size_t from, std::size_t size) {
  std::unique_ptr<rocksdb::RandomRWFile> file;
  auto s = env->NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  if (s.ok()) s = file->Write(from, std::string(size, '\0'));
  if (s.ok()) s = file->Sync();
  if (s.ok()) s = file->Close();
  return s;
}

}  // namespace

std::unique_ptr<rocksdb::Env> log_files_env(rocksdb::Env* base) { return std::make_unique<LogFilesEnv>(base); }

Expected<LogFiles> read_log_files(rocksdb::Env* env, const std::string& folder) {
  std::vector<std::string> children;
  if (const auto s = env->GetChildren(folder, &children); !s.ok()) return tl::unexpected(file_error(s, folder));
  std::erase_if(children, [](const std::string& name) { return !name.ends_with(".log"); });
  std::sort(children.begin(), children.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a > b;  // numbers; the newest first
  });
  LogFiles out;
  bool newest = true;  // no newer file holds anything
  for (const auto& name : children) {
    const std::string path = folder + "/" + name;
    std::string bytes;
    if (const auto s = rocksdb::ReadFileToString(env, path, &bytes); !s.ok())
      return tl::unexpected(file_error(s, path));
    auto read = read_log(bytes);
    if (read.kind == LogEnd::damaged || (read.kind == LogEnd::torn && !newest))
      return fail(
          errc::corrupt,
          "the log " + path + " is damaged at byte " + std::to_string(read.end) + ": " + std::string(kDamageAdvice),
          path);
    newest = newest && read.kind == LogEnd::clean && read.end == 0;
    if (out.ending.empty()) out.ending = std::move(read.ending);
    if (read.kind != LogEnd::torn) continue;
    bytes.resize(bytes.find_last_not_of('\0') + 1);
    out.torn = TornEnd{path, bytes.substr(read.end), read.end};
  }
  return out;
}

Expected<void> clear_torn_end(rocksdb::Env* env, const TornEnd& torn, const std::string& kept) {
  auto s = rocksdb::WriteStringToFile(env, torn.bytes, kept, true);
  if (!s.ok()) return tl::unexpected(file_error(s, kept));
  s = write_zeros(env, torn.path, torn.from, torn.bytes.size());
  if (!s.ok()) return tl::unexpected(file_error(s, torn.path));
  return {};
}

}  // namespace reprise::storage
