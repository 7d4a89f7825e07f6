// Many subscribers of GET /api/events/stream on one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/load.hpp"

namespace reprise::bench {

class Subscribers {
 public:
  // Connects `count` clients to `target`; they have subscribed when it returns. connected() says how many could.
  Subscribers(std::uint16_t port, std::size_t count, const std::string& target);
  ~Subscribers();
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;

  std::size_t connected() const { return connected_; }
  std::uint64_t events() const { return events_.load(); }  // of all of them
  std::uint64_t broken() const { return broken_.load(); }  // connections that ended

  // Waits until each has `wanted` events, at most `seconds`, and stops reading.
  void finish(std::uint64_t wanted, double seconds);
  // Afterwards: how many have exactly `wanted`, and the same ones as the first.
  std::size_t complete(std::uint64_t wanted) const;
  // From the time that an event bears, which is that of its decision, before it was written, to its receipt.
  const Latencies& latencies() const { return latencies_; }

 private:
  struct Client {
    int fd = -1;
    std::string rest;  // the front of a message whose end has not come
    std::uint64_t events = 0;
    std::uint64_t digest = 0;  // of the ids, in any order
  };

  void read_all();
  void receive(Client& client);
  void take(Client& client, std::string_view message, std::int64_t now_us);

  std::vector<Client> clients_;
  Latencies latencies_;
  std::size_t connected_ = 0;
  std::atomic<std::uint64_t> events_{0}, broken_{0};
  std::atomic<bool> stopped_{false};
  int epoll_ = -1;
  std::thread thread_;
};

}  // namespace reprise::bench
