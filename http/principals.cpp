#include "http/principals.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "events/json.hpp"
#include "events/sha256.hpp"

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

std::optional<events::Sha256> parse_hex(std::string_view text) {
  events::Sha256 out{};
  if (text.size() != out.size() * 2) return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

std::string base64url(const unsigned char* bytes, std::size_t n) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t i = 0; i < n; ++i) {
    bits = (bits << 8) | bytes[i];
    held += 8;
    while (held >= 6) {
      held -= 6;
      out += alphabet[(bits >> held) & 63];
    }
  }
  if (held > 0) out += alphabet[(bits << (6 - held)) & 63];
  return out;
}

Expected<PrincipalEntry> read_entry(const JsonValue& value, std::size_t index) {
  const std::string place = "/" + std::to_string(index);
  if (!value.IsObject()) return fail(errc::invalid, "Each entry of the principals file must be an object.", place);
  PrincipalEntry entry;
  entry.workspace = "default";
  bool has_token = false;
  for (const auto& member : value.GetObject()) {
    const std::string key(text_of(member.name));
    if (key == "roles") {
      if (!member.value.IsArray()) return fail(errc::invalid, "roles must be a list of role names.", place + "/roles");
      for (const auto& item : member.value.GetArray()) {
        const auto role = item.IsString() ? parse_role(text_of(item)) : std::nullopt;
        if (!role) return fail(errc::invalid, "roles may hold " + names(kEveryRole) + " only.", place + "/roles");
        entry.roles = entry.roles | *role;
      }
      continue;
    }
    if (key == "groups") {
      const bool list = member.value.IsArray();
      for (rapidjson::SizeType i = 0; list && i < member.value.Size(); ++i) {
        if (member.value[i].IsString()) entry.groups.emplace_back(text_of(member.value[i]));
      }
      if (!list || entry.groups.size() != member.value.Size()) {
        return fail(errc::invalid, "groups must be a list of names.", place + "/groups");
      }
      continue;
    }
    if (!member.value.IsString()) return fail(errc::invalid, key + " must be a string.", place + "/" + key);
    const std::string_view text = text_of(member.value);
    if (key == "token_sha256") {
      const auto digest = parse_hex(text);
      if (!digest) return fail(errc::invalid, "token_sha256 must be 64 hexadecimal digits.", place + "/token_sha256");
      entry.token_sha256 = *digest;
      has_token = true;
    } else if (key == "user") {
      entry.user = text;
    } else if (key == "workspace") {
      entry.workspace = text;
    } else if (key == "name") {
      entry.name = text;
    } else if (key == "created_at") {
      const auto time = parse_time(text);
      if (!time) return fail(errc::invalid, "created_at must be an RFC 3339 time.", place + "/created_at");
      entry.created_at = *time;
    } else {
      return fail(errc::invalid, "'" + key + "' is no member of an entry of the principals file.", place);
    }
  }
  if (!has_token) return fail(errc::invalid, "token_sha256 is missing.", place);
  if (entry.workspace.empty()) return fail(errc::invalid, "workspace must not be empty.", place + "/workspace");
  return entry;
}

void append_entry(std::string& out, const PrincipalEntry& entry) {
  out += "  {\"token_sha256\": \"";
  events::append_hex(out, entry.token_sha256);
  out += "\", \"user\": ";
  append_json_string(out, entry.user);
  out += ", \"workspace\": ";
  append_json_string(out, entry.workspace);
  out += ", \"roles\": [";
  bool first = true;
  for (const Role role : {Role::admin, Role::operating, Role::viewer, Role::worker}) {
    if ((entry.roles & static_cast<unsigned>(role)) == 0) continue;
    if (!first) out += ", ";
    first = false;
    append_json_string(out, name(role));
  }
  out += "], \"groups\": [";
  for (std::size_t i = 0; i < entry.groups.size(); ++i) {
    if (i != 0) out += ", ";
    append_json_string(out, entry.groups[i]);
  }
  out += "], \"created_at\": \"";
  append_time(out, entry.created_at);
  out += "\", \"name\": ";
  append_json_string(out, entry.name);
  out += "}";
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

struct DigestHash {
  std::size_t operator()(const events::Sha256& digest) const {
    std::size_t h;
    std::memcpy(&h, digest.data(), sizeof h);  // a digest is its own hash
    return h;
  }
};

}  // namespace

struct Principals::Table {
  std::unordered_map<events::Sha256, std::shared_ptr<const Caller>, DigestHash> callers;
  bool open = false;
};

Expected<std::vector<PrincipalEntry>> read_principals(const std::string& file) {
  const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) {
    if (errno == ENOENT) return std::vector<PrincipalEntry>{};
    return tl::unexpected(io_error("Cannot read", file));
  }
  std::string text;
  for (;;) {
    char block[16384];
    const ssize_t n = ::read(in.fd(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(io_error("Cannot read", file));
    if (n == 0) break;
    text.append(block, static_cast<std::size_t>(n));
    if (text.size() > kMaxFile) return fail(errc::too_large, "The principals file is larger than 4 MiB.", file);
  }
  const auto document = parse_json(text);
  if (!document) return tl::unexpected(document.error());
  const JsonValue& root = document->root();
  if (!root.IsArray()) return fail(errc::invalid, "The principals file must hold a list of entries.", file);
  std::vector<PrincipalEntry> entries;
  for (rapidjson::SizeType i = 0; i < root.Size(); ++i) {
    auto entry = read_entry(root[i], i);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Expected<std::string> create_token(const std::string& file, const std::string& user, const std::string& workspace,
                                   const std::vector<std::string>& roles, const std::string& name,
                                   const std::vector<std::string>& groups) {
  PrincipalEntry entry;
  entry.user = user;
  entry.workspace = workspace.empty() ? "default" : workspace;
  entry.name = name;
  entry.groups = groups;
  entry.created_at = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  for (const std::string& text : roles) {
    const auto role = parse_role(text);
    if (!role) return fail(errc::invalid, "'" + text + "' is no role: use " + names(kEveryRole) + ".", "roles");
    entry.roles = entry.roles | *role;
  }
  if (roles.empty()) entry.roles = static_cast<Roles>(Role::admin);

  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(errc::io, "The system gives no random bytes.");
  }
  std::string token = "rpr_" + base64url(random.data(), random.size());
  entry.token_sha256 = events::sha256(token);

  // Two of these at once must not lose each other's entry.
  const std::string lock_name = file + ".lock";
  const File lock(::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.fd(), LOCK_EX) != 0) return tl::unexpected(io_error("Cannot lock", lock_name));
  auto entries = read_principals(file);
  if (!entries) return tl::unexpected(entries.error());
  entries->push_back(std::move(entry));
  std::string text = "[\n";
  for (std::size_t i = 0; i < entries->size(); ++i) {
    append_entry(text, (*entries)[i]);
    text += i + 1 < entries->size() ? ",\n" : "\n";
  }
  text += "]\n";
  const auto written = replace_file(file, text);
  if (!written) return tl::unexpected(written.error());
  return token;
}

Principals::Principals(std::string file) : file_(std::move(file)) {
  const std::lock_guard lock(loading_);
  load();
}

Principals::~Principals() = default;

Principals::Stamp Principals::stamp() const {
  struct stat info {};
  if (file_.empty() || ::stat(file_.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

void Principals::load() {
  seen_ = stamp();
  auto entries = file_.empty() ? Expected<std::vector<PrincipalEntry>>{} : read_principals(file_);
  const auto before = table_.load();
  if (!entries) {
    error_ = entries.error();
    if (!before) table_.store(std::make_shared<const Table>());
    return;
  }
  error_.reset();
  auto table = std::make_shared<Table>();
  table->open = entries->empty() && (!before || before->open);
  for (PrincipalEntry& entry : *entries) {
    table->callers.insert_or_assign(
        entry.token_sha256,
        std::make_shared<const Caller>(Caller{events::Principal{std::move(entry.user), std::move(entry.workspace)},
                                              entry.roles, false, std::move(entry.groups)}));
  }
  table_.store(std::move(table));
}

bool Principals::open() const { return table_.load()->open; }

std::optional<Error> Principals::error() const {
  const std::lock_guard lock(loading_);
  return error_;
}

std::shared_ptr<const Caller> Principals::find(std::string_view token) const {
  const auto table = table_.load();
  const auto found = table->callers.find(events::sha256(token));
  return found == table->callers.end() ? nullptr : found->second;
}

void Principals::refresh(std::chrono::steady_clock::time_point now) {
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::int64_t due = next_look_.load(std::memory_order_relaxed);
  if (second < due || !next_look_.compare_exchange_strong(due, second + 1)) return;
  const std::lock_guard lock(loading_);
  if (stamp() != seen_) load();
}

}  // namespace reprise::http
