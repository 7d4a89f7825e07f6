#include "http/webhook_secrets.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <unordered_map>

#include "events/json.hpp"
#include "events/sha256.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kWhat = "webhooks file";
constexpr std::size_t kCompared = 4;  // at least: a workflow has one secret, and two while one is rotated

Expected<WebhookSecret> read_entry(const JsonValue& value, std::size_t index) {
  const std::string place = "/" + std::to_string(index);
  if (!value.IsObject()) return fail(errc::invalid, "Each entry of the webhooks file must be an object.", place);
  WebhookSecret entry;
  bool has_secret = false;
  for (const auto& member : value.GetObject()) {
    const std::string key(text_of(member.name));
    if (key == "expires_at" && member.value.IsNull()) continue;
    if (!member.value.IsString()) return fail(errc::invalid, key + " must be a string.", place + "/" + key);
    const std::string_view text = text_of(member.value);
    if (key == "secret_sha256") {
      const auto digest = parse_digest(text);
      if (!digest) return fail(errc::invalid, "secret_sha256 must be 64 hexadecimal digits.", place + "/secret_sha256");
      entry.secret_sha256 = *digest;
      has_secret = true;
    } else if (key == "workspace") {
      entry.workspace = text;
    } else if (key == "workflow_id") {
      entry.workflow_id = text;
    } else if (key == "name") {
      entry.name = text;
    } else if (key == "created_at" || key == "expires_at") {
      const auto time = parse_time(text);
      if (!time) return fail(errc::invalid, key + " must be an RFC 3339 time.", place + "/" + key);
      (key == "created_at" ? entry.created_at : entry.expires_at) = *time;
    } else {
      return fail(errc::invalid, "'" + key + "' is no member of an entry of the webhooks file.", place);
    }
  }
  if (!has_secret) return fail(errc::invalid, "secret_sha256 is missing.", place);
  if (entry.workflow_id.empty()) return fail(errc::invalid, "workflow_id is missing.", place);
  if (entry.workspace.empty()) entry.workspace = "default";
  return entry;
}

Expected<std::vector<WebhookSecret>> parse(const FileText& text, const std::string& file) {
  std::vector<WebhookSecret> entries;
  if (!text) return entries;
  const auto document = parse_json(*text);
  if (!document) return tl::unexpected(document.error());
  const JsonValue& root = document->root();
  if (!root.IsArray()) return fail(errc::invalid, "The webhooks file must hold a list of entries.", file);
  for (rapidjson::SizeType i = 0; i < root.Size(); ++i) {
    auto entry = read_entry(root[i], i);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

std::string text_of_entries(const std::vector<WebhookSecret>& entries) {
  std::string out = "[";
  for (const WebhookSecret& entry : entries) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += "  {\"secret_sha256\": \"";
    events::append_hex(out, entry.secret_sha256);
    out += "\", \"workspace\": ";
    append_json_string(out, entry.workspace);
    out += ", \"workflow_id\": ";
    append_json_string(out, entry.workflow_id);
    out += ", \"name\": ";
    append_json_string(out, entry.name);
    out += ", \"created_at\": \"";
    append_time(out, entry.created_at);
    out += "\", \"expires_at\": ";
    if (entry.expires_at == Time{}) {
      out += "null";
    } else {
      out += '"';
      append_time(out, entry.expires_at);
      out += '"';
    }
    out += '}';
  }
  return out += "\n]\n";
}

Error none(const std::string& workflow_id) {
  return {errc::not_found, "workflow " + workflow_id + " has no webhook", {}};
}

// Changes the list of entries; those that have expired go with every change.
Expected<void> change(const std::string& file, Time now,
                      const std::function<Expected<void>(std::vector<WebhookSecret>&)>& what) {
  return change_secret_file(file, kWhat, [&](const FileText& before) -> Expected<std::string> {
    auto entries = parse(before, file);
    if (!entries) return tl::unexpected(entries.error());
    std::erase_if(*entries, [now](const WebhookSecret& entry) { return !entry.in_force(now); });
    if (auto changed = what(*entries); !changed) return tl::unexpected(changed.error());
    return text_of_entries(*entries);
  });
}

auto of(const std::string& workspace, const std::string& workflow_id) {
  return [workspace, workflow_id](const WebhookSecret& entry) {
    return entry.workspace == workspace && entry.workflow_id == workflow_id;
  };
}

}  // namespace

Expected<std::vector<WebhookSecret>> read_webhook_secrets(const std::string& file) {
  const auto text = read_secret_file(file, kWhat);
  if (!text) return tl::unexpected(text.error());
  return parse(*text, file);
}

Expected<std::string> create_webhook_secret(const std::string& file, const std::string& workspace,
                                            const std::string& workflow_id, const std::string& name, Time now) {
  auto secret = random_secret("whk_");
  if (!secret) return secret;
  const auto changed = change(file, now, [&](std::vector<WebhookSecret>& entries) -> Expected<void> {
    if (std::any_of(entries.begin(), entries.end(), of(workspace, workflow_id))) {
      return fail(errc::wrong_state, "workflow " + workflow_id + " has a webhook already: rotate its secret instead");
    }
    entries.push_back({events::sha256(*secret), workspace, workflow_id, name, now, Time{}});
    return {};
  });
  if (!changed) return tl::unexpected(changed.error());
  return secret;
}

Expected<std::string> rotate_webhook_secret(const std::string& file, const std::string& workspace,
                                            const std::string& workflow_id, Duration keep, Time now) {
  auto secret = random_secret("whk_");
  if (!secret) return secret;
  const auto changed = change(file, now, [&](std::vector<WebhookSecret>& entries) -> Expected<void> {
    const auto mine = of(workspace, workflow_id);
    const auto newest = std::find_if(entries.rbegin(), entries.rend(), mine);
    if (newest == entries.rend()) return tl::unexpected(none(workflow_id));
    const std::string name = newest->name;
    for (WebhookSecret& entry : entries) {
      if (mine(entry) && entry.expires_at == Time{}) entry.expires_at = now + keep;
    }
    std::erase_if(entries, [now](const WebhookSecret& entry) { return !entry.in_force(now); });
    entries.push_back({events::sha256(*secret), workspace, workflow_id, name, now, Time{}});
    return {};
  });
  if (!changed) return tl::unexpected(changed.error());
  return secret;
}

Expected<std::size_t> delete_webhook_secrets(const std::string& file, const std::string& workspace,
                                             const std::string& workflow_id, Time now) {
  std::size_t gone = 0;
  const auto changed = change(file, now, [&](std::vector<WebhookSecret>& entries) -> Expected<void> {
    gone = std::erase_if(entries, of(workspace, workflow_id));
    if (gone == 0) return tl::unexpected(none(workflow_id));
    return {};
  });
  if (!changed) return tl::unexpected(changed.error());
  return gone;
}

struct WebhookSecrets::Table {
  using Entries = std::vector<std::shared_ptr<const WebhookSecret>>;
  std::unordered_map<std::string, Entries> by_name;
  std::unordered_map<Uuid, Entries, UuidHash> by_id;
};

WebhookSecrets::WebhookSecrets(std::string file, ServerLog log)
    : file_(std::move(file)), trouble_(kWhat, file_, std::move(log)), watch_(file_) {
  watch_.first([this] { load(); });
}

WebhookSecrets::~WebhookSecrets() = default;

void WebhookSecrets::load() {
  auto entries = file_.empty() ? Expected<std::vector<WebhookSecret>>{} : read_webhook_secrets(file_);
  const bool before = table_.load() != nullptr;
  trouble_.found(entries ? std::string()
                         : unusable(kWhat, file_, entries.error()) +
                               (before ? "; the webhooks it named before stay known" : "; there are no webhooks"));
  // A file that cannot be used leaves what was read before in force.
  if (!entries && before) return;
  auto table = std::make_shared<Table>();
  if (entries) {
    for (WebhookSecret& entry : *entries) {
      const auto shared = std::make_shared<const WebhookSecret>(std::move(entry));
      table->by_name[shared->workflow_id].push_back(shared);
      table->by_id[workflow_uuid(shared->workspace, shared->workflow_id)].push_back(shared);
    }
  }
  table_.store(std::move(table));
}

std::optional<WebhookSecrets::Webhook> WebhookSecrets::find(std::string_view workflow, std::string_view secret,
                                                            Time now) const {
  const auto table = table_.load();
  const events::Sha256 digest = events::sha256(secret);
  const Table::Entries* named[2] = {nullptr, nullptr};
  if (const auto found = table->by_name.find(std::string(workflow)); found != table->by_name.end()) {
    named[0] = &found->second;
  }
  if (const auto id = parse_workflow_uuid(workflow)) {
    if (const auto found = table->by_id.find(*id); found != table->by_id.end()) named[1] = &found->second;
  }
  // Every digest is compared whole, and as many where there are none.
  const WebhookSecret* match = nullptr;
  std::size_t compared = 0;
  for (const auto* entries : named) {
    if (entries == nullptr) continue;
    for (const auto& entry : *entries) {
      const bool equal = CRYPTO_memcmp(entry->secret_sha256.data(), digest.data(), digest.size()) == 0;
      if (equal && entry->in_force(now)) match = entry.get();
      ++compared;
    }
  }
  for (; compared < kCompared; ++compared) {
    const events::Sha256 nobody{};
    if (CRYPTO_memcmp(nobody.data(), digest.data(), digest.size()) == 0) match = nullptr;
  }
  if (match == nullptr) return std::nullopt;
  return Webhook{match->workspace, match->workflow_id};
}

void WebhookSecrets::refresh(std::chrono::steady_clock::time_point now) {
  watch_.refresh(now, [this] { load(); });
}

}  // namespace reprise::http
