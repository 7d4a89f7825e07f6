#include "actors/streams/webhook_sender.hpp"

#include <sys/socket.h>

#include <strings.h>

#include "actors/streams/webhook_backoff.hpp"

namespace reprise::actors::streams {

namespace {

constexpr std::size_t kMostAnswer = 16 << 10;  // of an answer's body, which is dropped
constexpr std::size_t kMostSpare = 64;
constexpr long kConnections = 256;  // kept open
constexpr std::string_view kRetryAfter = "retry-after:";

}  // namespace

struct WebhookSender::Post {
  Id id = 0;
  WebhookPost post;
  Time begun{};
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  const OutboundPolicy* policy = nullptr;
  OutboundTarget target;
  std::size_t answer = 0;  // bytes
  std::string retry_after;
  bool refused_address = false;
};

WebhookSender::WebhookSender(OutboundPolicy policy, Duration timeout) : policy_(std::move(policy)), timeout_(timeout) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnections);
}

WebhookSender::~WebhookSender() {
  while (!active_.empty()) cancel(active_.begin()->first);
  for (CURL* easy : spare_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
}

std::size_t WebhookSender::on_body(char*, std::size_t, std::size_t size, void* user) {
  auto& post = *static_cast<Post*>(user);
  post.answer += size;
  return post.answer > kMostAnswer ? 0 : size;
}

std::size_t WebhookSender::on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& post = *static_cast<Post*>(user);
  if (size <= kRetryAfter.size() || strncasecmp(data, kRetryAfter.data(), kRetryAfter.size()) != 0) return size;
  std::string_view value(data + kRetryAfter.size(), size - kRetryAfter.size());
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
    value.remove_suffix(1);
  post.retry_after = value;
  return size;
}

// Called after name resolution: the place to refuse addresses inside.
curl_socket_t WebhookSender::on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& post = *static_cast<Post*>(user);
  if (!may_connect(*post.policy, post.target, address->addr, false)) {
    post.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

WebhookSender::Id WebhookSender::begin(WebhookPost given, Time now) {
  auto post = std::make_unique<Post>();
  post->id = ++ids_;
  post->post = std::move(given);
  post->begun = now;
  post->policy = &policy_;
  post->target = outbound_target(post->post.url);
  if (spare_.empty()) {
    post->easy = curl_easy_init();
  } else {
    post->easy = spare_.back();
    spare_.pop_back();
  }
  CURL* easy = post->easy;
  const std::string& body = post->post.message->body;
  for (const std::string& line :
       {std::string("Content-Type: application/cloudevents+json"), std::string("User-Agent: reprise"),
        std::string("Expect:"), "webhook-id: " + post->post.message->id, "webhook-timestamp: " + post->post.timestamp,
        "webhook-signature: " + post->post.signature}) {
    post->headers = curl_slist_append(post->headers, line.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_URL, post->post.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, post.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, post->headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, post.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, post.get());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, post.get());
  curl_multi_add_handle(multi_, easy);
  const Id id = post->id;
  active_.emplace(id, std::move(post));
  return id;
}

std::unique_ptr<WebhookSender::Post> WebhookSender::take(Id id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return nullptr;
  auto post = std::move(found->second);
  active_.erase(found);
  curl_multi_remove_handle(multi_, post->easy);
  return post;
}

void WebhookSender::cancel(Id id) {
  const auto post = take(id);
  if (!post) return;
  curl_easy_cleanup(post->easy);
  curl_slist_free_all(post->headers);
}

void WebhookSender::run(Duration time, const std::function<void(Id, WebhookResult)>& done) {
  int running = 0, left = 0;
  curl_multi_perform(multi_, &running);
  bool any = false;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    char* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    const auto post = take(reinterpret_cast<Post*>(owner)->id);
    auto result = result_of(*post, code);
    if (spare_.size() < kMostSpare) {
      curl_easy_reset(post->easy);
      spare_.push_back(post->easy);
    } else {
      curl_easy_cleanup(post->easy);
    }
    curl_slist_free_all(post->headers);
    any = true;
    done(post->id, std::move(result));
  }
  if (!any && time > Duration(0)) curl_multi_poll(multi_, nullptr, 0, static_cast<int>(time.count()), nullptr);
}

WebhookResult WebhookSender::result_of(const Post& post, CURLcode code) const {
  WebhookResult result;
  if (post.refused_address) {
    result.message = post.target.host_port +
                     " is an address inside (loopback, private or link-local); allow it by the setting "
                     "`outbound_allowed_hosts`";
    return result;
  }
  long status = 0;
  curl_easy_getinfo(post.easy, CURLINFO_RESPONSE_CODE, &status);
  const bool cut_off = code == CURLE_WRITE_ERROR && post.answer > kMostAnswer;
  if (code == CURLE_OPERATION_TIMEDOUT) {
    result.message = "no answer from " + post.target.host_port + " within " + std::to_string(timeout_.count()) + " ms";
  } else if (code != CURLE_OK && !cut_off) {
    result.message = post.target.host_port + ": " + curl_easy_strerror(code);
  } else {
    result.status = static_cast<int>(status);
    if (!result.delivered()) result.message = post.target.host_port + " answered HTTP " + std::to_string(status);
    if (!post.retry_after.empty()) result.retry_after = parse_retry_after(post.retry_after, post.begun);
  }
  return result;
}

}  // namespace reprise::actors::streams
