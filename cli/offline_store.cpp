#include "cli/offline_store.hpp"

#include <filesystem>
#include <vector>

#include "storage/keys.hpp"

namespace reprise::cli {
namespace {

constexpr std::size_t kPage = 1'000;  // cursors are not kept for long
constexpr std::size_t kIdBytes = 16;

// A stream of a workflow, a schedule, a subscription or a source, which is no execution.
bool is_other(const StoredExecution& stored) {
  if (!stored.chunk) return false;
  return events::stream_kind(stored.chunk->events.front()) != events::StreamKind::execution;
}

}  // namespace

Expected<std::unique_ptr<storage::Store>> open_offline_store(const std::string& path, bool for_rebuild) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    return fail(errc::invalid, "there is no store at " + path + ": name its directory with --data");
  }
  storage::StoreOptions options;
  options.path = path;
  options.create_if_missing = false;
  options.read_only_tools = true;
  options.unfinished_rebuild = for_rebuild;
  auto store = storage::Store::open(options);
  if (!store && store.error().code == errc::store_in_use) {
    return fail(errc::store_in_use, "a server has the store " + path + " open: stop it first, or ask it with --server");
  }
  return store;
}

Expected<void> for_each_execution(const storage::Store& store,
                                  const std::function<void(const StoredExecution&)>& visit) {
  std::string from;  // the key to go on at
  std::vector<StoredExecution> page;
  do {
    page.clear();
    {
      auto cursor = store.cursor(storage::Family::chunks);
      for (cursor.seek(from); cursor.valid() && page.size() < kPage; cursor.seek(from)) {
        if (cursor.key().size() < kIdBytes)
          return fail(errc::corrupt, "the store holds a chunk whose key is too short");
        const ExecutionId id = Uuid::from_view(cursor.key().substr(0, kIdBytes));
        page.push_back({id, events::decode(cursor.value(), id)});
        from = storage::chunk_key(id, ~std::uint64_t{0});
      }
      if (auto read = cursor.status(); !read) return read;
    }
    for (const StoredExecution& stored : page) {
      if (!is_other(stored)) visit(stored);
    }
  } while (page.size() == kPage);
  return {};
}

Expected<StoredExecution> find_execution(const storage::Store& store, const ExecutionId& id) {
  auto cursor = store.cursor(storage::Family::chunks);
  cursor.seek(storage::chunk_key(id, 0));
  if (const auto read = cursor.status(); !read) return tl::unexpected(read.error());
  const bool found = cursor.valid() && cursor.key().size() >= kIdBytes && cursor.key().substr(0, kIdBytes) == id.view();
  if (!found) return fail(errc::not_found_execution, "the store holds no execution " + to_string(id));
  return StoredExecution{id, events::decode(cursor.value(), id)};
}

}  // namespace reprise::cli
