// The posts of webhooks through libcurl's multi interface: many at once, driven by one thread.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/outbound.hpp"
#include "events/time.hpp"

namespace reprise::actors::streams {

// What is posted: a CloudEvent. Shared by all who get it.
struct WebhookMessage {
  std::string id;    // <execution id>/<event id>
  std::string body;  // JSON
};

struct WebhookPost {
  std::string url;
  std::string timestamp, signature;
  std::shared_ptr<const WebhookMessage> message;
};

struct WebhookResult {
  int status = 0;       // 0: there was no answer
  std::string message;  // why it failed; empty: it was taken
  std::optional<Duration> retry_after;
  bool delivered() const { return status >= 200 && status <= 299; }
};

// One thread, but for wake().
class WebhookSender {
 public:
  WebhookSender(OutboundPolicy policy, Duration timeout);
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;

  using Id = std::uint64_t;  // from 1
  Id begin(WebhookPost post, Time now);
  void cancel(Id id);  // nothing is told of it any more
  std::size_t under_way() const { return active_.size(); }

  // Drives the posts, at most for `time` while nothing happens and nobody calls wake(). `done` may begin and cancel.
  void run(Duration time, const std::function<void(Id, WebhookResult)>& done);
  void wake() { curl_multi_wakeup(multi_); }  // any thread

 private:
  struct Post;
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* user);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* user);
  static curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address);
  std::unique_ptr<Post> take(Id id);
  WebhookResult result_of(const Post& post, CURLcode code) const;

  const OutboundPolicy policy_;
  const Duration timeout_;
  CURLM* multi_ = nullptr;
  Id ids_ = 0;
  std::unordered_map<Id, std::unique_ptr<Post>> active_;
  std::vector<CURL*> spare_;
};

}  // namespace reprise::actors::streams
