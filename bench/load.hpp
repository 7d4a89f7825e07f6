// A load generator for HTTP/1.1: many kept connections on one thread, one request under way on each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace reprise::bench {

// Latencies in buckets of about 1.5 % width, from 1 µs to beyond a minute.
class Latencies {
 public:
  void add(std::uint64_t nanoseconds);
  std::uint64_t count() const { return count_; }
  double quantile_ms(double q) const;
  double max_ms() const { return static_cast<double>(max_) / 1e6; }

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0, max_ = 0;
};

struct LoadResult {
  double seconds = 0;
  std::uint64_t requests = 0, errors = 0;  // errors: answers other than 2xx, and broken connections
  Latencies latencies;
  std::string first_error;
  double per_second() const { return seconds > 0 ? static_cast<double>(requests) / seconds : 0; }
};

struct Load {
  std::uint16_t port = 0;
  std::size_t connections = 64;
  double seconds = 5;
  std::uint64_t requests = 0;  // stop after that many; 0: only by time
  double warm_up = 0.5;        // seconds at the beginning that are not counted
  std::function<bool()> stop;  // asked after each answer; may be empty
  // The next request's bytes, whole. Called for each request.
  std::function<void(std::string& out)> next;
  // Looks at an answer's body; may be empty.
  std::function<void(std::string_view body)> answered;
};

LoadResult run(const Load& load);

// A long answer, read to the end of its connection and thrown away.
struct Download {
  bool complete = false;  // status 200, and the last chunk came
  std::uint64_t bytes = 0;
  double seconds = 0, first_byte = 0;
};
Download download(std::uint16_t port, std::string_view target);

// A whole request.
std::string request(std::string_view method, std::string_view target, std::string_view body = {});
// One request on a connection of its own; the body of the answer, or nothing when it is no 2xx.
bool call(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
          std::string& answer);

}  // namespace reprise::bench
