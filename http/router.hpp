// Routes compiled into a tree over path segments: no regular expressions, no allocation per request beyond the
// parameters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/message.hpp"

namespace reprise::http {

enum class RateClass : std::uint8_t { none, execute, read, list, download };
enum class Access : std::uint8_t { open, authenticated };

struct Route {
  Method method = Method::get;
  std::string pattern;  // "/api/executions/{id}/logs"; {name} takes one segment, or both of a printed run's name
  std::function<void(Exchange&)> handler;
  Access access = Access::authenticated;
  RateClass rate = RateClass::none;
  std::string name;        // for metrics; empty: method and pattern
  std::uint8_t roles = 0;  // bit set of roles (auth.hpp), any of which may call it; 0: whoever is known
};

class Router {
 public:
  Router();
  ~Router();
  void add(Route route);  // before the server starts; a pattern and method may be added once

  struct Match {
    const Route* route = nullptr;  // null: see allowed
    std::vector<Method> allowed;   // not empty: the path exists, with these methods (405)
    std::vector<std::string> parameters;
  };
  // HEAD matches GET routes. Any thread.
  Match match(Method method, const std::vector<std::string>& segments) const;
  std::vector<const Route*> routes() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace reprise::http
