// A blocking client of a Reprise server, for commands. Not for the server itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/sse.hpp"
#include "events/error.hpp"
#include "events/json.hpp"

namespace reprise::cli {

// Which server, and who asks.
struct Remote {
  std::string server = "http://127.0.0.1:8080";
  std::string token;  // empty: none
};

struct Reply {
  long status = 0;
  std::string body;
};

class Client {
 public:
  explicit Client(Remote remote);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any answer of the server is a reply; errors are those of the connection, of one that is silent for long among them,
  // and say what to do.
  Expected<Reply> send(const char* method, const std::string& path, std::string_view body = {},
                       std::string_view content_type = "application/json");
  // The answer's JSON when the status is 2xx; else the server's sentence as an error.
  Expected<JsonDocument> get(const std::string& path);
  Expected<JsonDocument> post(const std::string& path, std::string_view body = {});
  Expected<JsonDocument> put(const std::string& path, std::string_view body);
  Expected<JsonDocument> remove(const std::string& path);

  // Reads a stream of server-sent events until `sink` returns false or the server ends it. `tick` is called about every
  // second, and at each piece. Begins after `last_event_id`, and leaves in it where to go on.
  Expected<void> stream(const std::string& path, std::string& last_event_id,
                        const std::function<bool(const StreamMessage&)>& sink, const std::function<void()>& tick);

  static std::string escape(std::string_view segment);  // percent-encoded for a path or a query

 private:
  struct Exchange;
  Error connection_error(const Exchange& exchange, int curl_code) const;
  void* begin(const std::string& path);
  Expected<void> perform(Exchange& exchange);

  Remote remote_;
  void* curl_;
  void* headers_ = nullptr;
};

// What the server said in an error body, in one sentence.
Error error_of(const Reply& reply);

}  // namespace reprise::cli
