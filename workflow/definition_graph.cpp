#include "workflow/definition_graph.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "workflow/definition_members.hpp"

namespace reprise::workflow {
namespace {

std::string action_pointer(std::uint32_t task) { return "/actions/" + std::to_string(task); }

// "x", "x.success" or "x.error".
bool split_dependency(std::string_view text, std::string_view& ref, EdgeKind& kind) {
  kind = EdgeKind::success;
  const auto dot = text.find('.');
  ref = text.substr(0, dot);
  if (dot == text.npos) return true;
  const auto outcome = text.substr(dot + 1);
  if (outcome == "error") kind = EdgeKind::error;
  return outcome == "error" || outcome == "success";
}

void read_dependencies(const JsonValue& list, std::uint32_t task, Plan& plan, FaultList& faults) {
  const std::string pointer = action_pointer(task) + "/depends_on/";
  std::unordered_set<std::uint64_t> seen;
  for (rapidjson::SizeType i = 0; i < list.Size() && !faults.full(); ++i) {
    const std::string at = pointer + std::to_string(i);
    if (!list[i].IsString()) {
      faults.add(at, "a dependency must be a string, found " + std::string(kind_of(list[i])));
      continue;
    }
    std::string_view ref;
    EdgeKind kind{};
    const std::string shown(text_of(list[i]).substr(0, 200));
    if (!split_dependency(text_of(list[i]), ref, kind)) {
      faults.add(at, "a dependency is 'ref', 'ref.success' or 'ref.error', found '" + shown + "'");
      continue;
    }
    const auto found = plan.by_ref.find(std::string(ref));
    if (found == plan.by_ref.end()) {
      faults.add(at, "unknown dependency '" + shown + "': there is no action with that ref");
      continue;
    }
    const std::uint32_t from = found->second;
    if (!seen.insert(std::uint64_t{from} * 2 + (kind == EdgeKind::error ? 1 : 0)).second) {
      faults.add(at, "the dependency '" + shown + "' stands twice");
      continue;
    }
    const auto edge = static_cast<std::uint32_t>(plan.edges.size());
    plan.edges.push_back({from, task, kind});
    plan.tasks[task].in_edges.push_back(edge);
    plan.tasks[from].out_edges.push_back(edge);
  }
}

}  // namespace

void read_edges(const JsonValue& actions, Plan& plan, FaultList& faults) {
  for (std::uint32_t task = 0; task < plan.tasks.size(); ++task) {
    const JsonValue& action = actions[task];
    if (!action.IsObject()) continue;
    const JsonValue* list = find(action, "depends_on");
    if (list == nullptr || list->IsNull()) continue;
    if (list->IsArray()) {
      read_dependencies(*list, task, plan, faults);
    } else {
      faults.add(action_pointer(task) + "/depends_on",
                 "'depends_on' must be a list, found " + std::string(kind_of(*list)));
    }
  }
}

Graph::Graph(Plan& plan, FaultList& faults) {
  const std::size_t count = plan.tasks.size();
  std::vector<std::uint32_t> unresolved(count);
  plan.topological.clear();
  for (std::uint32_t task = 0; task < count; ++task) {
    unresolved[task] = static_cast<std::uint32_t>(plan.tasks[task].in_edges.size());
    if (unresolved[task] == 0) plan.topological.push_back(task);
  }
  if (plan.topological.empty() && count != 0) faults.add("/actions", "no root: every action depends on another one");
  for (std::size_t next = 0; next < plan.topological.size(); ++next) {
    for (const std::uint32_t edge : plan.tasks[plan.topological[next]].out_edges) {
      const std::uint32_t to = plan.edges[edge].to;
      if (--unresolved[to] == 0) plan.topological.push_back(to);
    }
  }
  cyclic_ = plan.topological.size() != count;
  if (cyclic_) {
    report_cycles(plan, unresolved, faults);
  } else {
    collect_ancestors(plan);
  }
}

// Every task that is still unresolved has an unresolved one before it, so walking back ends in a cycle.
void Graph::report_cycles(const Plan& plan, const std::vector<std::uint32_t>& unresolved, FaultList& faults) {
  const auto count = static_cast<std::uint32_t>(plan.tasks.size());
  std::vector<std::uint32_t> visit(count, 0);  // the walk that came by
  for (std::uint32_t start = 0; start < count && !faults.full(); ++start) {
    if (unresolved[start] == 0 || visit[start] != 0) continue;
    std::vector<std::uint32_t> walk;
    std::uint32_t at = start;
    while (visit[at] == 0) {
      visit[at] = start + 1;
      walk.push_back(at);
      for (const std::uint32_t edge : plan.tasks[at].in_edges) {
        if (unresolved[plan.edges[edge].from] != 0) {
          at = plan.edges[edge].from;
          break;
        }
      }
    }
    if (visit[at] != start + 1) continue;  // into a cycle that is already named
    std::vector<std::uint32_t> cycle(std::find(walk.begin(), walk.end(), at), walk.end());
    std::reverse(cycle.begin(), cycle.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    std::string names;
    constexpr std::size_t kMost = 20;
    for (std::size_t i = 0; i < cycle.size() && i < kMost; ++i) names += plan.tasks[cycle[i]].ref + " -> ";
    if (cycle.size() > kMost) names += "... -> ";
    faults.add(action_pointer(cycle.front()) + "/depends_on", "a cycle: " + names + plan.tasks[cycle.front()].ref);
  }
}

void Graph::collect_ancestors(const Plan& plan) {
  words_ = (plan.tasks.size() + 63) / 64;
  ancestors_.assign(words_ * plan.tasks.size(), 0);
  for (const std::uint32_t task : plan.topological) {
    std::uint64_t* row = ancestors_.data() + task * words_;
    for (const std::uint32_t edge : plan.tasks[task].in_edges) {
      const std::uint32_t from = plan.edges[edge].from;
      const std::uint64_t* above = ancestors_.data() + from * words_;
      for (std::size_t word = 0; word < words_; ++word) row[word] |= above[word];
      row[from / 64] |= std::uint64_t{1} << (from % 64);
    }
  }
}

}  // namespace reprise::workflow
