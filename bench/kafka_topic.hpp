// The other end of publishing: a broker for the bench, a reader of a topic, and a producer that does nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace reprise::bench {

// scripts/kafka on a folder of its own. bootstrap() is empty when no broker can be had, and failure() says why.
class BrokerProcess {
 public:
  BrokerProcess(std::string script, std::string data);
  ~BrokerProcess();  // stops it and removes its data
  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& failure() const { return failure_; }
  void kill() { command("kill"); }
  void start() { command("start"); }

 private:
  std::string command(const std::string& word) const;
  std::string script_, data_, bootstrap_, failure_;
};

// Reads all partitions of a topic from their beginning, on a thread of its own, until it is destroyed.
class TopicReader {
 public:
  using Sink = std::function<void(std::string_view key, std::string_view value)>;  // on its thread
  TopicReader(std::string bootstrap, std::string topic, int partitions, Sink sink);
  ~TopicReader();
  std::uint64_t records() const { return records_.load(); }

 private:
  void run(const std::string& bootstrap, const std::string& topic, int partitions);
  Sink sink_;
  std::atomic<std::uint64_t> records_{0};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

// Seconds from the first record handed over to the last one confirmed, by a producer with the same settings and header
// as the server's; 0: it failed.
double bare_producer_seconds(const std::string& bootstrap, const std::string& topic,
                             const std::vector<std::pair<std::string, std::string>>& records);

}  // namespace reprise::bench
