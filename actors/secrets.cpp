#include "actors/secrets.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "workflow/plan.hpp"

extern char** environ;  // POSIX

namespace reprise::actors {

namespace {

namespace fs = std::filesystem;
using workflow::SecretName;

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

// Calls f with each entry that is a folder (or a file); hidden ones are left out: Kubernetes keeps its versions there.
template <class F>
void each_entry(const fs::path& folder, bool folders, F&& f) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    const bool fits = folders ? at->is_directory(ignored) : at->is_regular_file(ignored);
    if (fits && !name.starts_with('.')) f(at->path(), name);
  }
}

bool read_value(const fs::path& file, std::string& out) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size > Secrets::kMostBytes) return false;
  std::ifstream in(file, std::ios::binary);
  out.assign(std::istreambuf_iterator<char>(in), {});
  return in.good() || in.eof();
}

}  // namespace

const std::string* SecretTable::find(std::string_view workspace, const SecretName& secret) const {
  const auto values = find_values(workspace, secret);
  return values == nullptr ? nullptr : &values->present;
}

const SecretTable::Values* SecretTable::find_values(std::string_view workspace, const SecretName& secret) const {
  const auto secrets = secrets_.find(workspace);
  if (secrets == secrets_.end()) return nullptr;
  const auto found = secrets->second.find(secret);
  return found == secrets->second.end() ? nullptr : &found->second;
}

Secrets::Secrets(SecretOptions options) : options_(std::move(options)) {
  table_.store(std::make_shared<const SecretTable>(), std::memory_order_release);
}

void Secrets::read() {
  const auto before = this->table();
  auto table = std::make_shared<SecretTable>();
  std::size_t count = 0;
  const auto keep = [&](const std::string& workspace, const SecretName& secret, std::string value) {
    if (++count > kMost) return;
    auto& values = table->secrets_[workspace][secret];
    values.present = without_line_end(std::move(value));
    const auto* known = before->find_values(workspace, secret);
    if (known == nullptr) return;
    values.old = known->old;
    if (known->present == values.present) return;
    values.old.push_back(known->present);
    if (values.old.size() > kOld) values.old.erase(values.old.begin());
  };
  if (!options_.folder.empty()) {
    each_entry(options_.folder, true, [&](const fs::path& of_workspace, const std::string& workspace) {
      each_entry(of_workspace, true, [&](const fs::path& of_name, const std::string& name) {
        each_entry(of_name, false, [&](const fs::path& file, const std::string& key) {
          std::string value;
          if (read_value(file, value)) keep(workspace, {name, key}, std::move(value));
        });
      });
    });
  }
  if (const auto& prefix = options_.environment_prefix; !prefix.empty()) {
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
      const std::string_view text = *variable;
      const auto equals = text.find('=');
      if (equals == std::string_view::npos || !text.starts_with(prefix)) continue;
      const auto name = text.substr(prefix.size(), equals < prefix.size() ? 0 : equals - prefix.size());
      const auto parting = name.find("__");
      if (parting == std::string_view::npos || parting == 0 || parting + 2 == name.size()) continue;
      keep("default", {std::string(name.substr(0, parting)), std::string(name.substr(parting + 2))},
           std::string(text.substr(equals + 1)));
    }
  }
  table_.store(std::move(table), std::memory_order_release);
}

Expected<std::string> Secrets::reveal(std::string_view args, std::string_view workspace) const {
  const auto values = table();
  return workflow::reveal_secrets(args, [&](const SecretName& secret) { return values->find(workspace, secret); });
}

workflow::SecretConcealer Secrets::concealer(const workflow::Plan& plan, std::string_view workspace) const {
  workflow::SecretConcealer out;
  const auto values = table();
  for (const SecretName& secret : plan.secrets) {
    const auto* known = values->find_values(workspace, secret);
    if (known == nullptr) continue;
    out.add(secret, known->present);
    for (const auto& old : known->old) out.add(secret, old);
  }
  return out;
}

}  // namespace reprise::actors
