#include "http/principals.hpp"

#include <array>
#include <cstring>
#include <unordered_map>

#include "events/json.hpp"
#include "events/sha256.hpp"

namespace reprise::http {
namespace {

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
      const auto digest = parse_digest(text);
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

Expected<std::vector<PrincipalEntry>> parse_principals(const FileText& text, const std::string& file) {
  std::vector<PrincipalEntry> entries;
  if (!text) return entries;
  const auto document = parse_json(*text);
  if (!document) return tl::unexpected(document.error());
  const JsonValue& root = document->root();
  if (!root.IsArray()) return fail(errc::invalid, "The principals file must hold a list of entries.", file);
  for (rapidjson::SizeType i = 0; i < root.Size(); ++i) {
    auto entry = read_entry(root[i], i);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
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
  const auto text = read_secret_file(file, kPrincipalsFile);
  if (!text) return tl::unexpected(text.error());
  return parse_principals(*text, file);
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

  auto token = random_secret("rpr_");
  if (!token) return token;
  entry.token_sha256 = events::sha256(*token);
  const auto added = change_secret_file(file, kPrincipalsFile, [&](const FileText& before) -> Expected<std::string> {
    auto entries = parse_principals(before, file);
    if (!entries) return tl::unexpected(entries.error());
    entries->push_back(std::move(entry));
    std::string text = "[\n";
    for (std::size_t i = 0; i < entries->size(); ++i) {
      append_entry(text, (*entries)[i]);
      text += i + 1 < entries->size() ? ",\n" : "\n";
    }
    return text += "]\n";
  });
  if (!added) return tl::unexpected(added.error());
  return token;
}

Principals::Principals(std::string file, ServerLog log)
    : file_(std::move(file)), trouble_(kPrincipalsFile, file_, std::move(log)), watch_(file_) {
  watch_.first([this] { load(); });
}

Principals::~Principals() = default;

void Principals::load() {
  auto entries = file_.empty() ? Expected<std::vector<PrincipalEntry>>{} : read_principals(file_);
  const auto before = table_.load();
  {
    const std::lock_guard lock(error_mutex_);
    error_ = entries ? std::nullopt : std::optional(entries.error());
  }
  if (!entries) {
    trouble_.found(unusable(kPrincipalsFile, file_, entries.error()) + (!before ? "; nobody is let in"
                                                                        : before->open
                                                                            ? "; the server stays open to everybody"
                                                                            : "; those it named before stay known"));
    if (!before) table_.store(std::make_shared<const Table>());
    return;
  }
  trouble_.found(entries->empty() && before && !before->open
                     ? "the principals file " + file_ + " has no principals any more: nobody is let in"
                     : std::string());
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
  const std::lock_guard lock(error_mutex_);
  return error_;
}

std::shared_ptr<const Caller> Principals::find(std::string_view token) const {
  const auto table = table_.load();
  const auto found = table->callers.find(events::sha256(token));
  return found == table->callers.end() ? nullptr : found->second;
}

void Principals::refresh(std::chrono::steady_clock::time_point now) {
  watch_.refresh(now, [this] { load(); });
}

}  // namespace reprise::http
