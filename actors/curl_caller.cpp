// core.http_request through libcurl's multi interface, on one thread of its own.
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "actors/engine.hpp"
#include "actors/http_request_args.hpp"
#include "actors/outbound.hpp"
#include "events/json.hpp"
#include "events/utf8.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kHeadersKept = 200;
constexpr std::size_t kUnderWay = 1'000;  // calls at once; the others wait

HttpOutcome failure(std::string message, std::string type, bool retryable) {
  HttpOutcome out;
  out.error_message = std::move(message);
  out.error_type = std::move(type);
  out.retryable = retryable;
  return out;
}

struct Call {
  std::uint64_t id = 0;
  HttpRequestArgs args;
  HttpCaller::Done done;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  const OutboundPolicy* policy = nullptr;
  OutboundTarget target;  // the address as it was given
  std::string body, content_type;
  std::vector<std::pair<std::string, std::string>> response_headers;  // names in lower case, once each
  bool elsewhere = false;  // a redirect has led away from the target, and what comes back was named by another server
  bool refused_address = false, too_large = false;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& call = *static_cast<Call*>(user);
  if (call.body.size() + size > call.policy->max_response_bytes) {
    call.too_large = true;
    return 0;
  }
  call.body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& call = *static_cast<Call*>(user);
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    call.response_headers.clear();  // of a redirect's target, or after 100 Continue
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  std::string name(line.substr(0, colon));
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "content-type") call.content_type = value;
  if (call.response_headers.size() >= kHeadersKept) return size;
  for (auto& [known, values] : call.response_headers) {
    if (known != name) continue;
    values += ", ";
    values += value;
    return size;
  }
  call.response_headers.emplace_back(std::move(name), value);
  return size;
}

std::string headers_json(const Call& call) {
  std::string out = "{";
  for (const auto& [name, value] : call.response_headers) {
    if (!valid_utf8(name)) continue;  // two such names could be one member, twice
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  return out + '}';
}

// Whether the call may use a connection to this address; a call that may not fails.
bool may_use(Call& call, const sockaddr& address) {
  const char* url = nullptr;
  curl_easy_getinfo(call.easy, CURLINFO_EFFECTIVE_URL, &url);
  if (url == nullptr || outbound_target(url).host_port != call.target.host_port) call.elsewhere = true;
  if (may_connect(*call.policy, call.target, address, call.elsewhere)) return true;
  call.refused_address = true;
  return false;
}

// Called after name resolution, for the first address and for each redirect's: addresses inside are not connected to.
curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  if (!may_use(*static_cast<Call*>(user), address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Called before each request, those too that go over a connection that another call has opened: what that one was
// allowed this one may not be.
int on_request(void* user, char* peer, char*, int, int) {
  sockaddr_storage address{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  if (::inet_pton(AF_INET, peer, &v4.sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else {
    address = {};
    if (::inet_pton(AF_INET6, peer, &v6.sin6_addr) == 1) address.ss_family = AF_INET6;
  }
  const bool allowed = may_use(*static_cast<Call*>(user), reinterpret_cast<const sockaddr&>(address));
  return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

class CurlCaller final : public HttpCaller {
 public:
  explicit CurlCaller(OutboundPolicy policy) : policy_(std::move(policy)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = curl_multi_init();
    thread_ = std::thread([this] { loop(); });
  }

  ~CurlCaller() override {
    stop_.store(true);
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  std::uint64_t call(HttpCall request, Done done) override {
    auto call = std::make_unique<Call>();
    call->id = ++ids_;
    call->policy = &policy_;
    call->done = std::move(done);
    const auto id = call->id;
    auto document = parse_json(request.args);
    auto args = document ? read_http_request_args(document->root()) : tl::unexpected(document.error());
    if (!args) {
      call->done(failure(args.error().detail, "ArgumentError", false));
      return id;
    }
    call->args = std::move(*args);
    if (request.timeout > Duration(0)) {
      call->args.timeout_ms = std::min(call->args.timeout_ms, static_cast<long>(request.timeout.count()));
    }
    {
      std::lock_guard guard(mutex_);
      incoming_.push_back(std::move(call));
    }
    curl_multi_wakeup(multi_);
    return id;
  }

  void cancel(std::uint64_t id) override {
    {
      std::lock_guard guard(mutex_);
      cancelled_.push_back(id);
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void loop() {
    pthread_setname_np(pthread_self(), "http-out");
    while (!stop_.load()) {
      take_orders();
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const auto* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    while (!active_.empty()) drop(active_.begin()->second->easy);
  }

  void take_orders() {
    std::vector<std::uint64_t> cancelled;
    std::vector<std::unique_ptr<Call>> begin;
    {
      std::lock_guard guard(mutex_);
      cancelled.swap(cancelled_);
      for (const auto id : cancelled) {
        std::erase_if(incoming_, [id](const auto& call) { return call->id == id; });
      }
      while (!incoming_.empty() && active_.size() + begin.size() < kUnderWay) {
        begin.push_back(std::move(incoming_.front()));
        incoming_.pop_front();
      }
    }
    for (const auto id : cancelled) {
      if (const auto found = active_.find(id); found != active_.end()) drop(found->second->easy);
    }
    for (auto& call : begin) this->begin(std::move(call));
  }

  void begin(std::unique_ptr<Call> call) {
    CURL* easy = call->easy = curl_easy_init();
    auto& args = call->args;
    call->target = outbound_target(args.url);
    curl_easy_setopt(easy, CURLOPT_URL, args.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call.get());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, args.timeout_ms);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, args.follow_redirects ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, args.max_redirects);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, args.verify_ssl ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, args.verify_ssl ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call.get());
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call.get());
    bool has_type = false;
    for (const auto& [name, value] : args.headers) {
      call->headers = curl_slist_append(call->headers, (name + ": " + value).c_str());
      has_type = has_type || strcasecmp(name.c_str(), "content-type") == 0;
    }
    if (args.has_body) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(args.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, args.body.c_str());
      if (!has_type) call->headers = curl_slist_append(call->headers, ("Content-Type: " + args.content_type).c_str());
      call->headers = curl_slist_append(call->headers, "Expect:");
    } else if (args.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (args.method == "POST" || args.method == "PUT" || args.method == "PATCH") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0});
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, args.method == "HEAD" ? nullptr : args.method.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
    if (!args.user.empty()) {
      curl_easy_setopt(easy, CURLOPT_USERNAME, args.user.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, args.password.c_str());
    }
    curl_multi_add_handle(multi_, easy);
    active_.emplace(call->id, std::move(call));
  }

  static Call* call_of(CURL* easy) {
    char* call = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
    return reinterpret_cast<Call*>(call);
  }

  void drop(CURL* easy) {
    auto* call = call_of(easy);
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(call->headers);
    active_.erase(call->id);
  }

  void finish(CURL* easy, CURLcode code) {
    auto& call = *call_of(easy);
    auto outcome = outcome_of(call, easy, code);
    auto done = std::move(call.done);
    drop(easy);
    done(std::move(outcome));
  }

  HttpOutcome outcome_of(Call& call, CURL* easy, CURLcode code) const {
    if (call.refused_address) {
      return failure("core.http_request: " + call.target.host_port +
                         " is an address inside (loopback, private or link-local); allow it by the setting "
                         "`outbound_allowed_hosts`",
                     "AddressRefused", false);
    }
    if (call.too_large) {
      return failure("the response is larger than " + std::to_string(policy_.max_response_bytes) + " bytes",
                     "ResponseTooLarge", false);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return failure(
          "no answer from " + call.target.host_port + " within " + std::to_string(call.args.timeout_ms) + " ms",
          "TimeoutError", true);
    }
    if (code != CURLE_OK) {
      return failure(call.args.method + " " + call.target.host_port + ": " + curl_easy_strerror(code),
                     "ConnectionError", true);
    }
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    HttpOutcome out;
    out.ok = status >= 200 && status <= 299;
    if (!out.ok) {
      out = failure(call.args.method + " " + call.target.host_port + " answered HTTP " + std::to_string(status),
                    "HTTPStatusError", true);
    }
    out.status_code = static_cast<int>(status);
    auto& json = out.result.bytes;
    json = R"({"status_code":)" + std::to_string(status) + R"(,"headers":)" + headers_json(call) + R"(,"data":)";
    const bool is_json = call.content_type.find("json") != std::string::npos && !call.body.empty();
    if (is_json && check_json(call.body)) {
      json += call.body;
    } else {
      append_json_string(json, call.body);
    }
    json += '}';
    return out;
  }

  const OutboundPolicy policy_;
  CURLM* multi_ = nullptr;
  std::thread thread_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> ids_{0};
  std::mutex mutex_;
  // Not bounded here: there are as many as running executions make calls at once. Each execution is awake for its
  // calls, so that its actors hold as much as they do, and to refuse a call would cost a retry.
  std::deque<std::unique_ptr<Call>> incoming_;
  std::vector<std::uint64_t> cancelled_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Call>> active_;  // on the thread
};

}  // namespace

std::unique_ptr<HttpCaller> make_curl_caller(OutboundPolicy policy) {
  return std::make_unique<CurlCaller>(std::move(policy));
}

}  // namespace reprise::actors
