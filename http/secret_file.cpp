#include "http/secret_file.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "events/base64.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxFile = 4u << 20;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error io_error(std::string_view what, const std::string& file) {
  std::string detail(what);
  detail.append(" ").append(file).append(": ").append(std::strerror(errno));
  return {errc::io, std::move(detail), file};
}

std::int64_t second_of(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Readers see the old file or the new one, also after a crash.
Expected<void> replace_file(const std::string& file, std::string_view bytes) {
  const std::string temporary = file + ".new";
  {
    const File out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) return tl::unexpected(io_error("Cannot write", temporary));
    if (::fchmod(out.fd(), 0600) != 0) return tl::unexpected(io_error("Cannot protect", temporary));
    while (!bytes.empty()) {
      const ssize_t n = ::write(out.fd(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return tl::unexpected(io_error("Cannot write", temporary));
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(out.fd()) != 0) return tl::unexpected(io_error("Cannot sync", temporary));
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return tl::unexpected(io_error("Cannot replace", file));
  const std::size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash == 0 ? 1 : slash);
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.fd()) != 0) return tl::unexpected(io_error("Cannot sync", folder));
  return {};
}

}  // namespace

Expected<FileText> read_secret_file(const std::string& file, std::string_view what) {
  std::string text;
  const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) {
    if (errno == ENOENT) return FileText{};
    return tl::unexpected(io_error("Cannot read", file));
  }
  for (;;) {
    char block[16384];
    const ssize_t n = ::read(in.fd(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(io_error("Cannot read", file));
    if (n == 0) break;
    text.append(block, static_cast<std::size_t>(n));
    if (text.size() > kMaxFile) {
      return fail(errc::too_large, "The " + std::string(what) + " is larger than 4 MiB.", file);
    }
  }
  return FileText{std::move(text)};
}

Expected<void> change_secret_file(const std::string& file, std::string_view what,
                                  const std::function<Expected<std::string>(const FileText& text)>& change) {
  const std::string lock_name = file + ".lock";
  const File lock(::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.fd(), LOCK_EX) != 0) return tl::unexpected(io_error("Cannot lock", lock_name));
  const auto before = read_secret_file(file, what);
  if (!before) return tl::unexpected(before.error());
  const auto after = change(*before);
  if (!after) return tl::unexpected(after.error());
  return replace_file(file, *after);
}

Expected<std::string> random_secret(std::string_view prefix) {
  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(errc::io, "The system gives no random bytes.");
  }
  std::string secret(prefix);
  append_base64url(secret, {reinterpret_cast<const char*>(random.data()), random.size()});
  return secret;
}

std::optional<events::Sha256> parse_digest(std::string_view hex) {
  events::Sha256 out{};
  if (hex.size() != out.size() * 2) return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

FileWatch::Stamp FileWatch::stamp() const {
  struct stat info {};
  if (file_.empty() || ::stat(file_.c_str(), &info) != 0) return {};
  return {info.st_ctim.tv_sec, info.st_ctim.tv_nsec, info.st_size, info.st_ino};
}

void FileWatch::first(const std::function<void()>& load) {
  const std::lock_guard lock(loading_);
  seen_ = stamp();
  load();
}

bool FileWatch::due(std::chrono::steady_clock::time_point now) const {
  return second_of(now) >= next_look_.load(std::memory_order_relaxed);
}

void FileWatch::refresh(std::chrono::steady_clock::time_point now, const std::function<void()>& load) {
  const std::int64_t second = second_of(now);
  std::int64_t next = next_look_.load(std::memory_order_relaxed);
  if (second < next || !next_look_.compare_exchange_strong(next, second + 1)) return;
  const std::lock_guard lock(loading_);
  const Stamp present = stamp();
  if (present == seen_) return;
  seen_ = present;
  load();
}

}  // namespace reprise::http
