// The secrets of webhooks: who knows one may start a run of its workflow and nothing else. The file (webhooks.json
// beside the principals file) holds their SHA-256; a secret is shown once, when it is made.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/event.hpp"
#include "events/time.hpp"
#include "http/file_trouble.hpp"
#include "http/secret_file.hpp"
#include "http/server_log.hpp"

namespace reprise::http {

struct WebhookSecret {
  events::Sha256 secret_sha256{};
  std::string workspace, workflow_id, name;
  Time created_at{}, expires_at{};  // the epoch: it does not expire

  bool in_force(Time now) const { return expires_at == Time{} || now < expires_at; }
};

// The entries of the file; none when it does not exist. Errors: malformed or invalid (each names the entry), io,
// too_large.
Expected<std::vector<WebhookSecret>> read_webhook_secrets(const std::string& file);

// Makes the first secret of a workflow, `name` is for people. Errors: those of reading; wrong_state when one is in
// force.
Expected<std::string> create_webhook_secret(const std::string& file, const std::string& workspace,
                                            const std::string& workflow_id, const std::string& name, Time now);
// Makes a new secret in place of those in force, which stay good for `keep`. Errors: not_found when there is none.
Expected<std::string> rotate_webhook_secret(const std::string& file, const std::string& workspace,
                                            const std::string& workflow_id, Duration keep, Time now);
// Takes all secrets of a workflow away and tells how many were in force. Errors: not_found when there is none.
Expected<std::size_t> delete_webhook_secrets(const std::string& file, const std::string& workspace,
                                             const std::string& workflow_id, Time now);

// The file as the server uses it. It is looked at again at most each second, when somebody asks. Any thread. The log is
// told when it cannot be used, and when it can again.
class WebhookSecrets {
 public:
  explicit WebhookSecrets(std::string file, ServerLog log = {});  // empty: there is none, and no webhook
  ~WebhookSecrets();

  struct Webhook {
    std::string workspace, workflow_id;
  };
  // `workflow` is a name, a UUID or wf_... Nothing when the workflow has no webhook or the secret is not one of its;
  // how long that takes does not tell which.
  std::optional<Webhook> find(std::string_view workflow, std::string_view secret, Time now) const;

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
};

}  // namespace reprise::http
