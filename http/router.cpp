#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "events/base62.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMethods = 8;

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> segments;
  if (pattern == "/") return segments;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t begin = at + 1;
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    segments.push_back(pattern.substr(begin, end - begin));
    at = end;
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool is_printed_run(const std::vector<std::string>& segments, std::size_t at) {
  return at + 1 < segments.size() && segments[at].starts_with(kPrintedWorkflow) &&
         segments[at + 1].starts_with(kPrintedExecution);
}

}  // namespace

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;
  std::array<std::unique_ptr<Route>, kMethods> routes;

  Node& child(std::string_view segment) {
    if (is_parameter(segment)) {
      if (!parameter) parameter = std::make_unique<Node>();
      return *parameter;
    }
    for (auto& [text, node] : literals) {
      if (text == segment) return *node;
    }
    return *literals.emplace_back(std::string(segment), std::make_unique<Node>()).second;
  }

  const Route* route(Method method) const {
    const auto& found = routes[static_cast<std::size_t>(method)];
    if (!found && method == Method::head) return routes[static_cast<std::size_t>(Method::get)].get();
    return found.get();
  }

  // The deepest recursion is the longest pattern, whatever the path. Of the nodes that fit, the first that has the
  // method wins: a literal segment before a parameter. `allowed` gathers the methods of all that fit.
  const Route* find(Method method, const std::vector<std::string>& segments, std::size_t depth,
                    std::vector<std::string>& parameters, std::array<bool, kMethods>& allowed) const {
    if (depth == segments.size()) {
      const Route* found = route(method);
      if (found == nullptr) {
        for (std::size_t i = 0; i < kMethods; ++i) allowed[i] = allowed[i] || routes[i] != nullptr;
      }
      return found;
    }
    const std::string& segment = segments[depth];
    for (const auto& [text, node] : literals) {
      if (text != segment) continue;
      if (const Route* found = node->find(method, segments, depth + 1, parameters, allowed)) return found;
      break;
    }
    if (!parameter || segment.empty()) return nullptr;
    const bool run = is_printed_run(segments, depth);
    parameters.push_back(run ? segment + '/' + segments[depth + 1] : segment);
    if (const Route* found = parameter->find(method, segments, depth + (run ? 2 : 1), parameters, allowed))
      return found;
    parameters.pop_back();
    return nullptr;
  }

  void list(std::vector<const Route*>& out) const {
    for (const auto& route : routes) {
      if (route) out.push_back(route.get());
    }
    for (const auto& [text, node] : literals) node->list(out);
    if (parameter) parameter->list(out);
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
  if (route.pattern.empty() || route.pattern.front() != '/') {
    throw std::logic_error("a route's pattern begins with a slash: " + route.pattern);
  }
  Node* node = root_.get();
  for (const std::string_view segment : split(route.pattern)) node = &node->child(segment);
  auto& place = node->routes[static_cast<std::size_t>(route.method)];
  if (place) throw std::logic_error("a route is there twice: " + route.pattern);
  if (route.name.empty()) route.name = std::string(http::name(route.method)) + " " + route.pattern;
  place = std::make_unique<Route>(std::move(route));
}

Router::Match Router::match(Method method, const std::vector<std::string>& segments) const {
  Match match;
  std::array<bool, kMethods> allowed{};
  match.route = root_->find(method, segments, 0, match.parameters, allowed);
  if (match.route != nullptr || std::find(allowed.begin(), allowed.end(), true) == allowed.end()) return match;
  if (allowed[static_cast<std::size_t>(Method::get)]) allowed[static_cast<std::size_t>(Method::head)] = true;
  allowed[static_cast<std::size_t>(Method::options)] = true;
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (allowed[i]) match.allowed.push_back(static_cast<Method>(i));
  }
  return match;
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> all;
  root_->list(all);
  return all;
}

}  // namespace reprise::http
