// A server with routes that answer in every way an exchange can, and an engine that answers when the test says so.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "tests/http/server_client.hpp"

namespace reprise::http::test {

// Waits until `done`, at most half a minute.
bool eventually(const std::function<bool()>& done, int wait_ms = 30'000);

// Stands for the engine: keeps the tickets of waiting requests by name.
class Desk {
 public:
  void keep(const std::string& name, actors::Ticket ticket);
  bool waits(const std::string& name);
  // Delivers to all named requests in one batch; the body is the name and `suffix`.
  void answer(const std::vector<std::string>& names, const std::string& suffix = {});
  void note(const std::string& what);
  bool noted(const std::string& what);

 private:
  std::mutex mutex_;
  std::map<std::string, actors::Ticket> tickets_;
  std::vector<std::string> notes_;
};

struct ServerFixture {
  ServerOptions options;
  Router router;
  Desk desk;
  std::unique_ptr<Server> server;
  std::mutex seen_mutex;
  std::vector<std::string> seen;  // what the observer was told
  std::atomic<bool> hold_queries{false};
  std::atomic<int> queries_begun{0};

  ServerFixture();
  ~ServerFixture();
  void start();
  Client connect(int receive_buffer = 0) const { return Client(server->port(), receive_buffer); }

 private:
  void add(Method method, std::string pattern, std::function<void(Exchange&)> handler);
  void add_waiting_routes();
  void add_streams();
};

inline std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}
inline std::string post(const std::string& target, const std::string& body, const std::string& fields = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

}  // namespace reprise::http::test
