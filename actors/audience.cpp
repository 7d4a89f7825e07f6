#include "actors/audience.hpp"

namespace reprise::actors {

void Audience::wait(const ExecutionId& id, Ticket ticket, Duration longest) {
  const Time until = clock_() + longest;
  std::lock_guard guard(mutex_);
  by_execution_.emplace(id, Member{ticket, false, until});
  by_time_.emplace(until, std::make_pair(id, ticket));
  by_ticket_[{ticket.sink, ticket.id}] = id;
  members_.fetch_add(1, std::memory_order_release);
}

void Audience::watch(const ExecutionId& id, Ticket ticket) {
  std::lock_guard guard(mutex_);
  by_execution_.emplace(id, Member{ticket, true, {}});
  by_ticket_[{ticket.sink, ticket.id}] = id;
  members_.fetch_add(1, std::memory_order_release);
}

Audience::Members::iterator Audience::erase(Members::iterator member) {
  const auto& m = member->second;
  by_ticket_.erase({m.ticket.sink, m.ticket.id});
  if (!m.watches) {
    for (auto [at, end] = by_time_.equal_range(m.until); at != end; ++at) {
      if (at->second.second.id == m.ticket.id && at->second.second.sink == m.ticket.sink) {
        by_time_.erase(at);
        break;
      }
    }
  }
  members_.fetch_sub(1, std::memory_order_release);
  return by_execution_.erase(member);
}

bool Audience::leave(const ExecutionId& id, Ticket ticket) {
  std::lock_guard guard(mutex_);
  for (auto [at, end] = by_execution_.equal_range(id); at != end; ++at) {
    if (at->second.ticket.id == ticket.id && at->second.ticket.sink == ticket.sink) {
      erase(at);
      return true;
    }
  }
  return false;
}

void Audience::leave(Ticket ticket) {
  ExecutionId id;
  {
    std::lock_guard guard(mutex_);
    const auto found = by_ticket_.find({ticket.sink, ticket.id});
    if (found == by_ticket_.end()) return;
    id = found->second;
  }
  leave(id, ticket);
}

std::vector<Ticket> Audience::ended(const ExecutionId& id) {
  std::vector<Ticket> out;
  std::lock_guard guard(mutex_);
  for (auto [at, end] = by_execution_.equal_range(id); at != end;) {
    if (at->second.watches) {
      ++at;
      continue;
    }
    out.push_back(at->second.ticket);
    at = erase(at);
  }
  return out;
}

std::vector<Ticket> Audience::watchers(const ExecutionId& id) const {
  std::vector<Ticket> out;
  std::lock_guard guard(mutex_);
  for (auto [at, end] = by_execution_.equal_range(id); at != end; ++at) {
    if (at->second.watches) out.push_back(at->second.ticket);
  }
  return out;
}

std::vector<std::pair<ExecutionId, Ticket>> Audience::overdue() { return take_until(clock_()); }

std::vector<std::pair<ExecutionId, Ticket>> Audience::take_all() { return take_until(Time::max()); }

std::vector<std::pair<ExecutionId, Ticket>> Audience::take_until(Time end) {
  std::vector<std::pair<ExecutionId, Ticket>> out;
  {
    std::lock_guard guard(mutex_);
    for (auto at = by_time_.begin(); at != by_time_.end() && at->first <= end; ++at) out.push_back(at->second);
  }
  std::erase_if(out, [this](const auto& each) { return !leave(each.first, each.second); });
  return out;
}

}  // namespace reprise::actors
