// The principals file: who may use the server. Tokens themselves are never stored, only their SHA-256.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/event.hpp"
#include "events/time.hpp"
#include "http/auth.hpp"
#include "http/file_trouble.hpp"
#include "http/secret_file.hpp"
#include "http/server_log.hpp"

namespace reprise::http {

struct PrincipalEntry {
  events::Sha256 token_sha256{};
  std::string user, workspace, name;
  Roles roles = 0;
  std::vector<std::string> groups;  // that the user is in, for approvals
  Time created_at{};
};

// The entries of the file; none when it does not exist. Errors: malformed or invalid (each names the entry), io,
// too_large.
Expected<std::vector<PrincipalEntry>> read_principals(const std::string& file);
inline constexpr std::string_view kPrincipalsFile = "principals file";

// Adds an entry to the file (created with mode 0600, replaced as a whole) and gives its token, which nobody can read
// again. No roles: admin. `name` is for people; `groups` are those that approvals ask for. Errors: those of
// read_principals; invalid for an unknown role.
Expected<std::string> create_token(const std::string& file, const std::string& user, const std::string& workspace,
                                   const std::vector<std::string>& roles, const std::string& name = {},
                                   const std::vector<std::string>& groups = {});

// The file as the server uses it. It is looked at again at most each second, when somebody asks. Any thread. The log is
// told when it becomes unusable, and when it is usable again.
class Principals {
 public:
  explicit Principals(std::string file, ServerLog log = {});
  ~Principals();

  // No principals are configured: everybody may do everything. A server that has once had principals is never open
  // again before it is restarted, whatever becomes of the file.
  bool open() const;
  // Why the file cannot be used. While it is set, an earlier reading stays in force; without one nobody is let in.
  std::optional<Error> error() const;

  // Null: unknown token.
  std::shared_ptr<const Caller> find(std::string_view token) const;
  // Reads the file again when it has changed and a second has gone by since it was last looked at.
  void refresh(std::chrono::steady_clock::time_point now);
  // Whether refresh() would look at it. Does not wait for the disk, as refresh() may.
  bool due(std::chrono::steady_clock::time_point now) const { return watch_.due(now); }

 private:
  struct Table;
  void load();

  const std::string file_;
  FileTrouble trouble_;
  FileWatch watch_;
  std::atomic<std::shared_ptr<const Table>> table_;
  mutable std::mutex error_mutex_;
  std::optional<Error> error_;
};

}  // namespace reprise::http
