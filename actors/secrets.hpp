// Where the values of SECRETS.name.KEY come from: files in a folder, and environment variables. Read at start and again
// as the files change; never written anywhere.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/secret_text.hpp"

namespace reprise::workflow {
struct Plan;
}

namespace reprise::actors {

struct SecretOptions {
  // FOLDER/workspace/name/KEY holds the value; one line end at its end does not count. Kubernetes mounts secrets so.
  // Empty: no folder.
  std::string folder;
  // The variable PREFIXname__KEY holds a value of the workspace `default`. Empty: no variables.
  std::string environment_prefix;
};

// The values as they were at one moment. Immutable.
class SecretTable {
 public:
  const std::string* find(std::string_view workspace, const workflow::SecretName& secret) const;

 private:
  friend class Secrets;
  // What was handed out before it was changed may still come back, so a few old values are taken out as well.
  struct Values {
    std::string present;
    std::vector<std::string> old;
  };
  const Values* find_values(std::string_view workspace, const workflow::SecretName& secret) const;  // null: none

  std::map<std::string, std::map<workflow::SecretName, Values>, std::less<>> secrets_;  // by workspace
};

class Secrets {
 public:
  static constexpr std::size_t kMostBytes = 64u << 10;  // of one value; a longer one is no secret of ours
  static constexpr std::size_t kMost = 10'000;          // values
  static constexpr std::size_t kOld = 4;                // earlier values of one secret

  explicit Secrets(SecretOptions options);

  // Reads everything anew. Blocks: not on a scheduler or HTTP thread. One thread at a time.
  void read();
  // Whether reading again can give anything new.
  bool may_change() const { return !options_.folder.empty(); }

  // Any thread; never null.
  std::shared_ptr<const SecretTable> table() const { return table_.load(std::memory_order_acquire); }

  // Recorded args with the values put in. Errors: not_found, naming the secret that has no value. Any thread.
  Expected<std::string> reveal(std::string_view args, std::string_view workspace) const;
  // What takes the values of the plan's secrets out of answers. Any thread.
  workflow::SecretConcealer concealer(const workflow::Plan& plan, std::string_view workspace) const;

 private:
  const SecretOptions options_;
  std::atomic<std::shared_ptr<const SecretTable>> table_;
};

}  // namespace reprise::actors
