#include "storage/folder.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "storage/keys.hpp"
#include "storage/rocks_status.hpp"
#include "storage/store.hpp"

namespace reprise::storage {
namespace {

constexpr const char* kLabel = "REPRISE";
constexpr const char* kNewLabel = "REPRISE.new";
constexpr const char* kSeal = "SEAL";
constexpr const char* kLock = "LOCK";

std::string label_text(const Label& label) {
  return "This folder is a store of the Reprise workflow server. Do not edit, add or remove files in it.\nformat: " +
         std::to_string(label.format) + "\nidentity: " + label.identity +
         "\npartitions: " + std::to_string(label.partitions) + "\n";
}

std::string_view line_after(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find('\n'));
}

template <class T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Expected<std::shared_ptr<Folder>> Folder::open(rocksdb::Env* env, const std::string& path, bool create_if_missing) {
  std::shared_ptr<Folder> folder(new Folder(env, path));
  if (!env->FileExists(path).ok()) {
    if (!create_if_missing)
      return fail(errc::not_found, "there is no store at " + path + ": name an existing one", path);
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      env->CreateDirIfMissing(path.substr(0, slash)).PermitUncheckedError();  // a failure shows in the last one
    if (const auto s = env->CreateDirIfMissing(path); !s.ok()) return tl::unexpected(file_error(s, path));
  } else if (!create_if_missing && !env->FileExists(folder->file(kLabel)).ok()) {
    return fail(errc::not_found, "there is no store at " + path + ": name an existing one", path);
  }
  // Looked at before the lock file is made: a folder of somebody else is left as it is.
  const auto content = folder->content();
  if (!content) return tl::unexpected(content.error());
  if (*content == Content::foreign)
    return fail(errc::unsupported_version,
                path + " is not a Reprise store and not empty: name an empty or new folder, or the right store", path);
  if (const auto s = env->LockFile(folder->file(kLock), &folder->lock_); !s.ok())
    return tl::unexpected(open_error(s, path));
  return folder;
}

Folder::~Folder() {
  if (lock_ != nullptr) env_->UnlockFile(lock_).PermitUncheckedError();
}

Expected<Folder::Content> Folder::content() const {
  std::vector<std::string> children;
  if (const auto s = env_->GetChildren(path_, &children); !s.ok())
    return fail(errc::io, path_ + " is not a folder that can be read: name another, or give this process leave", path_);
  const auto has = [&](std::string_view name) {
    return std::find(children.begin(), children.end(), name) != children.end();
  };
  if (has(kLabel)) return Content::store;
  if (has(kNewLabel)) return Content::unfinished;
  if (has(kSeal)) return Content::unlabelled;
  // Tokens may be made for a server before its first start: the principals file, its lock, its next version.
  for (const auto& child : children)
    if (child != "." && child != ".." && child != kLock && child != "lost+found" &&
        !std::string_view(child).starts_with("principals.json"))
      return Content::foreign;
  return Content::empty;
}

Expected<void> Folder::begin_creation(const Label& label) {
  if (auto done = write_synced(kNewLabel, label_text(label)); !done) return done;
  std::vector<std::string> children;
  if (env_->GetChildren(database(), &children).ok())
    for (const auto& child : children)
      if (child != "." && child != "..") env_->DeleteFile(database() + "/" + child).PermitUncheckedError();
  return write_synced(kSeal, Seal::fresh());
}

Expected<void> Folder::end_creation() {
  if (const auto s = env_->RenameFile(file(kNewLabel), file(kLabel)); !s.ok())
    return tl::unexpected(file_error(s, file(kLabel)));
  return sync_folder();
}

Expected<Label> Folder::read_label() const {
  std::string text;
  if (const auto s = rocksdb::ReadFileToString(env_, file(kLabel), &text); !s.ok())
    return tl::unexpected(file_error(s, file(kLabel)));
  Label label;
  label.identity = line_after(text, "\nidentity: ");
  if (!parse_number(line_after(text, "\nformat: "), label.format))
    return fail(errc::corrupt, "the file REPRISE in " + path_ + " is damaged: " + std::string(kDamageAdvice),
                file(kLabel));
  if (label.format > kStoreFormat)
    return fail(errc::unsupported_version,
                "the store at " + path_ + " has format " + std::to_string(label.format) + ", this build knows " +
                    std::to_string(kStoreFormat) + ": use the newer version of Reprise that wrote it",
                file(kLabel));
  if (label.identity.size() != 36 || !parse_number(line_after(text, "\npartitions: "), label.partitions))
    return fail(errc::corrupt, "the file REPRISE in " + path_ + " is damaged: " + std::string(kDamageAdvice),
                file(kLabel));
  return label;
}

Expected<void> Folder::write_synced(const std::string& name, const std::string& bytes) const {
  std::unique_ptr<rocksdb::WritableFile> out;
  auto s = env_->NewWritableFile(file(name.c_str()), &out, rocksdb::EnvOptions());
  if (s.ok()) s = out->Append(bytes);
  if (s.ok()) s = out->Sync();
  if (s.ok()) s = out->Close();
  if (!s.ok()) return tl::unexpected(file_error(s, file(name.c_str())));
  return sync_folder();
}

Expected<void> Folder::sync_folder() const {
  std::unique_ptr<rocksdb::Directory> directory;
  auto s = env_->NewDirectory(path_, &directory);
  if (s.ok()) s = directory->Fsync();
  if (!s.ok()) return tl::unexpected(file_error(s, path_));
  return {};
}

namespace {

// Two slots in sectors of their own, written in turn: a torn write spoils one of them at most.
constexpr std::size_t kSlotDistance = 512, kSlot = 16;

std::string slot_bytes(std::uint64_t sequence) {
  std::string bytes;
  append_be64(bytes, sequence);
  append_be64(bytes, (sequence ^ 0x5245505249534531ull) * 0x9E3779B97F4A7C15ull);
  return bytes;
}

}  // namespace

std::string Seal::fresh() {
  std::string bytes = slot_bytes(0);
  bytes.resize(kSlotDistance, '\0');
  return bytes + slot_bytes(0);
}

Expected<std::unique_ptr<Seal>> Seal::open(const Folder& folder) {
  const std::string path = folder.path() + "/" + kSeal;
  auto seal = std::make_unique<Seal>();
  std::string bytes;
  auto s = rocksdb::ReadFileToString(folder.env(), path, &bytes);
  bool whole = false;
  for (const std::size_t at : {std::size_t{0}, kSlotDistance}) {
    if (!s.ok() || bytes.size() < at + kSlot) continue;
    const std::uint64_t sequence = read_be64(std::string_view(bytes).substr(at));
    if (bytes.compare(at, kSlot, slot_bytes(sequence)) != 0) continue;
    whole = true;
    seal->sequence_ = std::max(seal->sequence_, sequence);
  }
  if (!whole)
    return fail(
        errc::corrupt,
        "the file SEAL in " + folder.path() +
            " is missing or damaged, so it cannot be told whether the store is complete: " + std::string(kDamageAdvice),
        path);
  s = folder.env()->NewRandomRWFile(path, &seal->file_, rocksdb::EnvOptions());
  if (!s.ok()) return tl::unexpected(file_error(s, path));
  return seal;
}

void Seal::set(std::uint64_t sequence) {
  sequence_ = sequence;
  file_->Write(sequence % 2 == 0 ? 0 : kSlotDistance, slot_bytes(sequence)).PermitUncheckedError();
}

void Seal::sync() { file_->Sync().PermitUncheckedError(); }

}  // namespace reprise::storage
