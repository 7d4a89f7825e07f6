// What the server counts of itself, as Prometheus reads it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "http/router.hpp"

namespace reprise::actors {
class Gateway;
class Stream;
}  // namespace reprise::actors

namespace reprise::http {

struct HubNumbers;
struct ServerNumbers;

// Answers by route and status. observe() may be called from every loop at once.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void count_routes(const Router& router);  // before the server starts; other routes are counted together
  void observe(const Route* route, int status, std::uint64_t nanoseconds);

  // The text exposition format. `server` and `stream` may be null.
  std::string render(const actors::Gateway& gateway, const ServerNumbers* server, const actors::Stream* stream,
                     const HubNumbers& hub, const std::string& version) const;

 private:
  struct Counts;
  std::unordered_map<const Route*, std::unique_ptr<Counts>> by_route_;
  std::unique_ptr<Counts> elsewhere_;
};

}  // namespace reprise::http
