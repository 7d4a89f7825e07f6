// Small files of secrets beside the store: read whole, replaced whole, watched by those who use them. They hold hashes,
// never a secret itself.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/error.hpp"
#include "events/event.hpp"

namespace reprise::http {

using FileText = std::optional<std::string>;  // none: there is no such file

// `what` names the file in errors: "principals file". Errors: io, too_large (past 4 MiB).
Expected<FileText> read_secret_file(const std::string& file, std::string_view what);

// Replaces the file by what `change` makes of its text; mode 0600, whole or not at all, also after a crash. Two of
// these at once do not lose each other's change. Errors: those of `change`, io, too_large.
Expected<void> change_secret_file(const std::string& file, std::string_view what,
                                  const std::function<Expected<std::string>(const FileText& text)>& change);

// 32 random bytes as base64url behind a prefix. Error: io.
Expected<std::string> random_secret(std::string_view prefix);

std::optional<events::Sha256> parse_digest(std::string_view hex);

// Tells when a file has changed, or who may read it. Any thread.
class FileWatch {
 public:
  explicit FileWatch(std::string file) : file_(std::move(file)) {}

  // Calls `load` now.
  void first(const std::function<void()>& load);
  // Calls `load` when the file has changed and a second has gone by since it was last looked at. Never two at once.
  void refresh(std::chrono::steady_clock::time_point now, const std::function<void()>& load);
  // Whether the second has gone by. Looks at no file.
  bool due(std::chrono::steady_clock::time_point now) const;

 private:
  struct Stamp {  // of the last change of contents, owner or mode
    std::int64_t seconds = 0, nanoseconds = 0, size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  Stamp stamp() const;

  const std::string file_;
  std::atomic<std::int64_t> next_look_{0};
  std::mutex loading_;  // guards seen_
  Stamp seen_;
};

}  // namespace reprise::http
