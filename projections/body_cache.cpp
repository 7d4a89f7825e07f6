#include "projections/body_cache.hpp"

namespace reprise::projections {

bool BodyCache::append(const ExecutionId& id, std::string_view workspace, std::string& out) {
  Part& part = part_of(id);
  const std::lock_guard lock(part.mutex);
  const auto found = part.by_id.find(id);
  if (found == part.by_id.end()) return false;
  Entry& entry = *found->second;
  if (entry.workspace != workspace) return false;
  entry.asked_for = true;
  out += entry.body;
  return true;
}

void BodyCache::keep(const ExecutionId& id, std::string_view workspace, std::string_view body) {
  Entry entry{id, std::string(workspace), std::string(body)};
  const std::size_t size = size_of(entry);
  if (size > part_bytes_ / 8) return;
  Part& part = part_of(id);
  const std::lock_guard lock(part.mutex);
  if (part.by_id.contains(id)) return;
  while (part.bytes + size > part_bytes_) {
    Entry& oldest = part.entries.front();
    if (oldest.asked_for) {
      oldest.asked_for = false;
      part.entries.splice(part.entries.end(), part.entries, part.entries.begin());
      continue;
    }
    part.bytes -= size_of(oldest);
    part.by_id.erase(oldest.id);
    part.entries.pop_front();
  }
  part.entries.push_back(std::move(entry));
  part.by_id.emplace(id, std::prev(part.entries.end()));
  part.bytes += size;
}

}  // namespace reprise::projections
