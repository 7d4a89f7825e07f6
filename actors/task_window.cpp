#include "actors/task_window.hpp"

#include <algorithm>

#include "storage/keys.hpp"

namespace reprise::actors {

bool matches(const std::vector<std::string>& patterns, std::string_view action) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(), [action](std::string_view pattern) {
    if (!pattern.ends_with('*')) return pattern == action;
    pattern.remove_suffix(1);
    return action.starts_with(pattern);
  });
}

namespace {

std::size_t bytes_of(const QueueEntry& entry) { return sizeof entry + entry.args.size() + entry.item.size(); }

}  // namespace

TaskWindow::TaskWindow(std::string queue, WindowLimits limits) : limits_(limits), horizon_(std::move(queue)) {
  horizon_ += '\0';
}

void TaskWindow::insert(QueueEntry entry) {
  auto& tasks = ready_[entry.action];
  auto [known, fresh] = tasks.try_emplace(place(entry.key));
  if (!fresh && known->second.delivery > entry.delivery) return;
  if (fresh) ++size_;
  if (!fresh) bytes_ -= bytes_of(known->second);
  bytes_ += bytes_of(entry);
  known->second = std::move(entry);
}

QueueEntry TaskWindow::remove(Actions::iterator action, Tasks::iterator task) {
  QueueEntry entry = std::move(task->second);
  action->second.erase(task);
  if (action->second.empty()) ready_.erase(action);
  --size_;
  bytes_ -= bytes_of(entry);
  return entry;
}

// Whether memory has to hold it, because no read to come would see its row.
bool TaskWindow::belongs(const QueueEntry& entry) {
  if (complete_ || reading_) return true;
  const std::string key = storage::queue_key(entry.key);
  if (key <= horizon_) return true;
  for (auto& [patterns, scan] : scans_) {
    if (!matches(patterns, entry.action)) continue;
    if (key <= scan.position) return true;
    scan.end = false;
  }
  return false;
}

bool TaskWindow::offer(QueueEntry entry, bool wanted) {
  handed_out_.erase(which(entry));
  if (!belongs(entry) && !wanted) return false;
  insert(std::move(entry));
  return true;
}

void TaskWindow::withdraw(const WithdrawnTask& task) {
  const Place at = place(task.key);
  if (reading_) gone_.insert({at, task.delivery});
  for (auto action = ready_.begin(); action != ready_.end(); ++action) {
    const auto found = action->second.find(at);
    if (found == action->second.end()) continue;
    if (found->second.delivery == task.delivery) remove(action, found);
    return;
  }
}

TaskWindow::Actions::iterator TaskWindow::oldest_of(const std::vector<std::string>& patterns) {
  auto best = ready_.end();
  for (auto action = ready_.begin(); action != ready_.end(); ++action) {
    if (!matches(patterns, action->first)) continue;
    if (best == ready_.end() || action->second.begin()->first < best->second.begin()->first) best = action;
  }
  return best;
}

std::shared_ptr<QueueEntry> TaskWindow::take(const std::vector<std::string>& patterns) {
  const auto action = oldest_of(patterns);
  if (action == ready_.end()) return nullptr;
  auto entry = std::make_shared<QueueEntry>(remove(action, action->second.begin()));
  if (reading_) gone_.insert(which(*entry));
  forget_handed_out();
  handed_out_.insert_or_assign(which(*entry), entry);
  return entry;
}

void TaskWindow::forget_handed_out() {
  if (handed_out_.size() < forget_at_) return;
  std::erase_if(handed_out_, [](const auto& each) { return each.second.expired(); });
  forget_at_ = 2 * handed_out_.size() + 1'000;
}

Time TaskWindow::oldest() const {
  Time oldest{};
  for (const auto& [action, tasks] : ready_) {
    const Time at = tasks.begin()->second.key.offered_at;
    if (oldest == Time{} || at < oldest) oldest = at;
  }
  return oldest;
}

bool TaskWindow::complete(const std::vector<std::string>& patterns) const {
  if (complete_) return true;
  const auto scan = scans_.find(patterns);
  return scan != scans_.end() && scan->second.end;
}

std::optional<TaskWindow::Reading> TaskWindow::read_on(const std::vector<std::string>& patterns) {
  if (reading_ || complete(patterns)) return std::nullopt;
  if (patterns.empty() || has_room_for(2)) {
    reading_ = Reading{horizon_, {}, limits_.read, limits_.bytes / 4, limits_.looked};
  } else {
    if (scans_.size() >= kScans && !scans_.contains(patterns)) scans_.erase(scans_.begin());
    const Scan& scan = scans_[patterns];
    reading_ = Reading{std::max(horizon_, scan.position), patterns, limits_.found, limits_.bytes / 4, limits_.looked};
  }
  // Whose row is still there now may be leased before it is known what was read.
  for (const auto& [which, entry] : handed_out_) {
    if (!entry.expired()) gone_.insert(which);
  }
  return reading_;
}

void TaskWindow::loaded(std::vector<QueueEntry> entries, std::string last_key, bool end) {
  if (!reading_) return;
  for (QueueEntry& entry : entries) {
    if (!gone_.contains(which(entry))) insert(std::move(entry));
  }
  gone_.clear();
  const std::vector<std::string> patterns = std::move(reading_->patterns);
  reading_.reset();
  if (!patterns.empty()) {
    if (const auto scan = scans_.find(patterns); scan != scans_.end()) scan->second = {std::move(last_key), end};
  } else {
    horizon_ = std::move(last_key);
    complete_ = end;
    std::erase_if(scans_, [this](const auto& each) { return complete_ || each.second.position <= horizon_; });
  }
}

void TaskWindow::shrink() {
  if (reading_ || (size_ < limits_.held + limits_.read && bytes_ < limits_.bytes + limits_.bytes / 4)) return;
  std::vector<std::pair<Place, std::pair<Actions::iterator, Tasks::iterator>>> all;
  all.reserve(size_);
  for (auto action = ready_.begin(); action != ready_.end(); ++action) {
    for (auto task = action->second.begin(); task != action->second.end(); ++task) {
      all.push_back({task->first, {action, task}});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  while (all.size() > 1 && (size_ > limits_.held || bytes_ > limits_.bytes)) {
    remove(all.back().second.first, all.back().second.second);
    all.pop_back();
  }
  const std::string last_key = storage::queue_key(all.back().second.second->second.key);
  // What is found beyond the horizon is no part of what memory holds up to it.
  horizon_ = complete_ ? last_key : std::min(horizon_, last_key);
  complete_ = false;
  scans_.clear();
}

}  // namespace reprise::actors
