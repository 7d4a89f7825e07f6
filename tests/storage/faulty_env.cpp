#include "tests/storage/faulty_env.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <algorithm>
#include <utility>

#include "tests/storage/memory_disk.hpp"

namespace reprise::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Disk = std::shared_ptr<MemoryDisk>;
using File = MemoryDisk::File;
using Lock = std::lock_guard<std::mutex>;

IOStatus answer(Verdict verdict) {
  switch (verdict) {
    case Verdict::fine: return IOStatus::OK();
    case Verdict::no_space: return IOStatus::NoSpace("the test's disk is full");
    case Verdict::io_error: break;
  }
  return IOStatus::IOError("the test's disk is broken");
}

IOStatus missing(const std::string& path) { return IOStatus::PathNotFound(path, "No such file or directory"); }

IOStatus copy_out(const MemoryFile& file, std::uint64_t offset, std::size_t n, Slice* result, char* scratch) {
  const std::size_t from = std::min<std::size_t>(offset, file.data.size());
  *result = Slice(scratch, file.data.copy(scratch, n, from));
  return IOStatus::OK();
}

class Sequential final : public rocksdb::FSSequentialFile {
 public:
  Sequential(Disk disk, File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(std::size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    auto s = copy_out(*file_, at_, n, result, scratch);
    at_ += result->size();
    return s;
  }
  IOStatus Skip(std::uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  Disk disk_;
  File file_;
  std::uint64_t at_ = 0;
};

class RandomAccess final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccess(Disk disk, File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    std::unique_lock lock(disk_->mutex);
    if (const auto happens = std::exchange(disk_->before_read, nullptr)) {
      lock.unlock();
      happens();
      lock.lock();
    }
    return copy_out(*file_, offset, n, result, scratch);
  }

 private:
  Disk disk_;
  File file_;
};

class Writable final : public rocksdb::FSWritableFile {
 public:
  Writable(Disk disk, File file, bool allocates = false)
      : disk_(std::move(disk)), file_(std::move(file)), allocates_(allocates) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return answer(disk_->append(*file_, bytes.ToStringView()));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    disk_->truncate(*file_, size);
    return IOStatus::OK();
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return answer(disk_->sync(*file_));
  }
  IOStatus Allocate(std::uint64_t offset, std::uint64_t size, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (allocates_) disk_->allocate(*file_, offset + size);
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (allocates_) disk_->truncate(*file_, file_->end);
    return IOStatus::OK();
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return file_->end;
  }

 private:
  Disk disk_;
  File file_;
  bool allocates_;  // gives the file its length ahead, as RocksDB asks
};

class RandomReadWrite final : public rocksdb::FSRandomRWFile {
 public:
  RandomReadWrite(Disk disk, File file) : disk_(std::move(disk)), file_(std::move(file)) {}
  IOStatus Write(std::uint64_t offset, const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return answer(disk_->overwrite(*file_, offset, bytes.ToStringView()));
  }
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const Lock lock(disk_->mutex);
    return copy_out(*file_, offset, n, result, scratch);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return answer(disk_->sync(*file_));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Disk disk_;
  File file_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  Folder(Disk disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    const auto verdict = disk_->judge();
    if (verdict == Verdict::fine) disk_->sync_folder(path_);
    return answer(verdict);
  }

 private:
  Disk disk_;
  std::string path_;
};

class HeldLock final : public rocksdb::FileLock {
 public:
  explicit HeldLock(std::string name) : path(std::move(name)) {}
  std::string path;
};

// RocksDB names files with double slashes and slashes at the end here and there.
std::string clean(const std::string& path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

class FaultyFileSystem final : public rocksdb::FileSystem {
 public:
  explicit FaultyFileSystem(Disk disk) : disk_(std::move(disk)) {}
  const char* Name() const override { return "reprise.FaultyFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* out, IODebugContext*) override {
    return opened<Sequential>(path, out);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* out, IODebugContext*) override {
    return opened<RandomAccess>(path, out);
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions&, std::unique_ptr<rocksdb::FSRandomRWFile>* out,
                           IODebugContext*) override {
    return opened<RandomReadWrite>(path, out);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext*) override {
    return opened<Writable>(path, out);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    // RocksDB can do without its file of options, and writing and parsing it is most of the time of an opening.
    if (path.find("/OPTIONS-") != std::string::npos) return IOStatus::NotSupported("no file of options");
    const auto verdict = disk_->judge();
    if (verdict != Verdict::fine) return answer(verdict);
    const auto file = std::make_shared<MemoryFile>();
    disk_->link(clean(path), file);
    out->reset(new Writable(disk_, file, !options.fallocate_with_keep_size));
    return IOStatus::OK();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* out,
                        IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (!disk_->folder(clean(path))) return missing(path);
    out->reset(new Folder(disk_, clean(path)));
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    return disk_->find(clean(path)) || disk_->folder(clean(path)) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* out,
                       IODebugContext*) override {
    const Lock lock(disk_->mutex);
    const std::string start = clean(path) + "/";
    out->clear();
    if (!disk_->folder(clean(path))) return IOStatus::NotFound(path);
    const auto collect = [&](const std::string& name) {
      if (name.size() > start.size() && name.compare(0, start.size(), start) == 0 &&
          name.find('/', start.size()) == std::string::npos)
        out->push_back(name.substr(start.size()));
    };
    for (const auto& [name, file] : disk_->files) collect(name);
    for (const auto& name : disk_->folders) collect(name);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (!disk_->find(clean(path))) return missing(path);
    const auto verdict = disk_->off ? Verdict::io_error : Verdict::fine;  // deleting needs no room
    if (verdict == Verdict::fine) disk_->link(clean(path), nullptr);
    return answer(verdict);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options, IODebugContext* context) override {
    {
      const Lock lock(disk_->mutex);
      if (disk_->folder(clean(path))) return IOStatus::IOError(path, "exists");
    }
    return CreateDirIfMissing(path, options, context);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (disk_->folder(clean(path))) return IOStatus::OK();
    const auto verdict = disk_->judge();
    if (verdict == Verdict::fine) disk_->folders.insert(clean(path));
    return answer(verdict);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    disk_->folders.erase(clean(path));
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    const auto file = disk_->find(clean(path));
    if (!file) return missing(path);
    *size = file->data.size();
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, std::uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (!disk_->find(clean(from))) return missing(from);
    const auto verdict = disk_->judge();
    if (verdict == Verdict::fine) disk_->rename(clean(from), clean(to));
    return answer(verdict);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** out, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (!disk_->locks.insert(clean(path)).second) return IOStatus::IOError("While lock file: " + path, "held");
    if (!disk_->find(clean(path)) && !disk_->off) disk_->link(clean(path), std::make_shared<MemoryFile>());
    *out = new HeldLock(clean(path));
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* held, const IOOptions&, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    disk_->locks.erase(static_cast<HeldLock*>(held)->path);
    delete held;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>*,
                     IODebugContext*) override {
    return IOStatus::NotSupported("no log");
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* out, IODebugContext*) override {
    *out = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    *is = disk_->folder(clean(path));
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, std::uint64_t* bytes, IODebugContext*) override {
    const Lock lock(disk_->mutex);
    if (!disk_->free_space) return IOStatus::NotSupported("the test's disk does not say");
    *bytes = *disk_->free_space;
    return IOStatus::OK();
  }

 private:
  template <class Opened, class Base>
  IOStatus opened(const std::string& path, std::unique_ptr<Base>* out) {
    const Lock lock(disk_->mutex);
    const auto file = disk_->find(clean(path));
    if (!file) return missing(path);
    out->reset(new Opened(disk_, file));
    return IOStatus::OK();
  }

  Disk disk_;
};

// RocksDB sleeps for a second after a failed flush; simulations have no time for that.
class HastyClock final : public rocksdb::SystemClockWrapper {
 public:
  explicit HastyClock(const std::shared_ptr<rocksdb::SystemClock>& clock) : SystemClockWrapper(clock) {}
  const char* Name() const override { return "reprise.HastyClock"; }
  void SleepForMicroseconds(int micros) override { SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1000)); }
};

// Threads and time of the system, files of the disk in memory.
class FaultyRocksEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultyRocksEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
      : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
    file_system_ = files;
    system_clock_ = std::make_shared<HastyClock>(rocksdb::SystemClock::Default());
  }
};

}  // namespace

struct FaultyEnv::Impl {
  Disk disk = std::make_shared<MemoryDisk>();
  std::unique_ptr<rocksdb::Env> env = std::make_unique<FaultyRocksEnv>(std::make_shared<FaultyFileSystem>(disk));
};

FaultyEnv::FaultyEnv() : impl_(std::make_shared<Impl>()) {}
FaultyEnv::~FaultyEnv() = default;

rocksdb::Env* FaultyEnv::env() const { return impl_->env.get(); }

void FaultyEnv::power_off() {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->off = true;
}

void FaultyEnv::power_off_after(std::uint64_t operations) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->off_at = impl_->disk->operations + std::max<std::uint64_t>(operations, 1);
}

void FaultyEnv::crash(std::uint64_t seed) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->crash(seed);
}

void FaultyEnv::fail_after(std::uint64_t operations, Trouble trouble, std::uint64_t seed, std::uint64_t times) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->random.seed(seed);
  impl_->disk->trouble = trouble;
  impl_->disk->fails_at = impl_->disk->operations + std::max<std::uint64_t>(operations, 1);
  impl_->disk->fails_until = times == 0 ? ~std::uint64_t{0} : impl_->disk->fails_at + times;
}

void FaultyEnv::fail_sometimes(double probability, Trouble trouble, std::uint64_t seed) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->random.seed(seed);
  impl_->disk->trouble = trouble;
  impl_->disk->fails_at = 0;
  impl_->disk->probability = probability;
}

void FaultyEnv::heal() {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->trouble.reset();
}

void FaultyEnv::set_free_space(std::optional<std::uint64_t> bytes) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->free_space = bytes;
}

void FaultyEnv::before_next_read(std::function<void()> happens) {
  const Lock lock(impl_->disk->mutex);
  impl_->disk->before_read = std::move(happens);
}

std::uint64_t FaultyEnv::operations() const {
  const Lock lock(impl_->disk->mutex);
  return impl_->disk->operations;
}

std::uint64_t FaultyEnv::syncs() const {
  const Lock lock(impl_->disk->mutex);
  return impl_->disk->syncs;
}

std::optional<std::string> FaultyEnv::read(const std::string& path) const {
  const Lock lock(impl_->disk->mutex);
  const auto file = impl_->disk->find(path);
  if (!file) return std::nullopt;
  return file->data;
}

void FaultyEnv::overwrite(const std::string& path, const std::string& bytes) {
  const Lock lock(impl_->disk->mutex);
  if (const auto file = impl_->disk->find(path)) {
    file->data = bytes;
    file->end = bytes.size();
    file->synced = bytes.size();
  }
}

void FaultyEnv::remove(const std::string& path) {
  const Lock lock(impl_->disk->mutex);
  if (!impl_->disk->find(path)) return;
  impl_->disk->link(path, nullptr);
  impl_->disk->sync_folder(path.substr(0, path.rfind('/')));
}

}  // namespace reprise::testing
