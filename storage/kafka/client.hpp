// A handle of librdkafka: what all uses of a broker share. Thin: it says nothing of topics or records.
//
// Thread rules: open() and poll() may wait; not on a CAF scheduler thread or an HTTP loop. One thread polls; the
// callbacks except `log` come from within poll().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "storage/kafka/fault.hpp"
#include "storage/kafka/properties.hpp"

struct rd_kafka_s;

namespace reprise::kafka {

using Milliseconds = std::chrono::milliseconds;

// Error: invalid, with librdkafka's reason, where it does not know a name or a value. Values of `secret` names are kept
// out of the reason.
Expected<void> check_properties(const Properties& properties);

struct Callbacks {
  // librdkafka's own log, from any thread. `severity` as syslog has it: 3 and below are errors. Nothing goes to stderr.
  std::function<void(int severity, std::string_view text)> log;
  // Of a connection, or of the handle as a whole. That all brokers are down comes with the reason, where one is known.
  std::function<void(const Fault& fault)> fault;
  // Of a producer's record, with the tag it was given and the bytes of its value: null when it is stored.
  std::function<void(std::uint64_t tag, std::size_t bytes, const Fault* fault)> delivered;
};

class Client {
 public:
  enum class Kind : std::uint8_t { producer, consumer };

  // Connects to nobody yet. Error: invalid.
  static Expected<std::unique_ptr<Client>> open(Kind kind, const Properties& properties, Callbacks callbacks);
  ~Client();  // drops what is not delivered
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Calls the callbacks that are due, waiting for the first; returns how many there were.
  int poll(Milliseconds wait);
  // Asks the brokers, and waits: the cluster's id, or nothing when none has answered.
  std::optional<std::string> cluster_id(Milliseconds wait);
  // Why the handle is of no use any more.
  std::optional<Fault> fatal() const;
  rd_kafka_s* raw() const { return handle_; }

 private:
  struct Hooks;
  explicit Client(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  void note_failure(std::string_view line);
  std::string last_failure(std::string otherwise);

  Callbacks callbacks_;
  std::mutex mutex_;
  std::string last_failure_;  // of a connection, as the log told it
  rd_kafka_s* handle_ = nullptr;
};

}  // namespace reprise::kafka
