#include "workflow/task_number.hpp"

#include <charconv>

namespace reprise::workflow {

std::string ref_of(const Plan& plan, std::uint32_t task) {
  const std::string& ref = plan.tasks[action_of(task)].ref;
  if (!is_iteration(task)) return ref;
  return ref + '[' + std::to_string(iteration_of(task)) + ']';
}

std::optional<std::uint32_t> find_task(const Plan& plan, const std::string& ref) {
  if (const auto action = plan.by_ref.find(ref); action != plan.by_ref.end()) return action->second;
  const std::size_t open = ref.find('[');
  if (open == std::string::npos || ref.back() != ']') return std::nullopt;
  const auto action = plan.by_ref.find(ref.substr(0, open));
  if (action == plan.by_ref.end() || plan.tasks[action->second].for_each.empty()) return std::nullopt;
  const std::string_view digits = std::string_view(ref).substr(open + 1, ref.size() - open - 2);
  std::uint32_t iteration = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), iteration);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  // One name for each iteration: no zeros in front.
  if (!whole || iteration >= kMostIterations || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  return iteration_number(action->second, iteration);
}

}  // namespace reprise::workflow
