#include "cli/client.hpp"

#include <curl/curl.h>

#include <chrono>
#include <utility>

#include "cli/console.hpp"

namespace reprise::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kConnectTimeoutMs = 5'000;
// Without a byte in either direction. The server may take 30 seconds to catch up with a run that is to be stopped.
constexpr std::chrono::seconds kPatience{40};
constexpr std::size_t kLongestAnswer = std::size_t{256} << 20;
constexpr std::size_t kShown = 60;  // columns of what came instead of an answer

long status_of(CURL* curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

bool is_event_stream(CURL* curl) {
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  return type != nullptr && std::string_view(type).starts_with("text/event-stream");
}

}  // namespace

// What one request brings.
struct Client::Exchange {
  CURL* curl;
  const std::function<void()>* tick = nullptr;
  const std::function<bool(const StreamMessage&)>* sink = nullptr;  // of a stream
  StreamReader reader{};
  std::string body{};     // but for a stream
  std::string foreign{};  // what came instead of HTTP
  bool stopped = false, too_long = false, silent = false;
  curl_off_t moved = 0;  // bytes, in both directions
  Clock::time_point moved_at = Clock::now();

  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* context);
  static int look(void* context, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up);
};

// Less than it was given ends the transfer.
std::size_t Client::Exchange::take(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view piece(bytes, size * count);
  const long status = status_of(exchange.curl);
  if (status == 0) {
    exchange.foreign = piece.substr(0, 4 * kShown);
    return 0;
  }
  if (exchange.sink == nullptr || status != 200 || !is_event_stream(exchange.curl)) {
    exchange.too_long = piece.size() > kLongestAnswer - exchange.body.size();
    if (exchange.too_long) return 0;
    exchange.body += piece;
    return piece.size();
  }
  for (const StreamMessage& message : exchange.reader.feed(piece)) {
    if (!(*exchange.sink)(message)) {
      exchange.stopped = true;
      return 0;
    }
  }
  return piece.size();
}

// Called about every second, too; anything but 0 ends the transfer.
int Client::Exchange::look(void* context, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (exchange.tick != nullptr && *exchange.tick) (*exchange.tick)();
  const auto now = Clock::now();
  const bool streams = exchange.sink != nullptr && status_of(exchange.curl) != 0;  // nothing may come for long
  if (streams || down + up != exchange.moved) {
    exchange.moved = down + up;
    exchange.moved_at = now;
  }
  exchange.silent = now - exchange.moved_at > kPatience;
  return exchange.silent ? 1 : 0;
}

namespace {

// `detail` is a sentence, or a list of places with messages, depending on the surface.
void append_detail(std::string& out, const JsonValue& detail) {
  if (detail.IsString()) {
    out += text_of(detail);
  } else if (detail.IsArray()) {
    for (const JsonValue& item : detail.GetArray()) {
      if (!out.empty()) out += "; ";
      append_detail(out, item);
    }
  } else if (detail.IsObject()) {
    for (const char* member : {"message", "msg", "detail"}) {
      if (const JsonValue* text = find(detail, member)) return append_detail(out, *text);
    }
    append_json(out, detail);
  }
}

}  // namespace

Client::Client(Remote remote) : remote_(std::move(remote)), curl_(curl_easy_init()) {
  while (!remote_.server.empty() && remote_.server.back() == '/') remote_.server.pop_back();
}

Client::~Client() {
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
  curl_easy_cleanup(static_cast<CURL*>(curl_));
}

std::string Client::escape(std::string_view segment) {
  std::string out;
  for (char c : segment) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

void* Client::begin(const std::string& path) {
  CURL* curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
  curl_slist* headers = nullptr;
  if (!remote_.token.empty()) headers = curl_slist_append(headers, ("Authorization: Bearer " + remote_.token).c_str());
  headers = curl_slist_append(headers, "Expect:");
  headers_ = headers;
  curl_easy_setopt(curl, CURLOPT_URL, (remote_.server + path).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "reprise");
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);   // of a stream whose server is gone without a word
  curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 1L);  // so that what is no HTTP can be shown
  return curl;
}

Expected<void> Client::perform(Exchange& exchange) {
  curl_easy_setopt(exchange.curl, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
  curl_easy_setopt(exchange.curl, CURLOPT_WRITEFUNCTION, Exchange::take);
  curl_easy_setopt(exchange.curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(exchange.curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(exchange.curl, CURLOPT_XFERINFOFUNCTION, Exchange::look);
  curl_easy_setopt(exchange.curl, CURLOPT_XFERINFODATA, &exchange);
  const CURLcode code = curl_easy_perform(exchange.curl);
  if (code == CURLE_OK || exchange.stopped) return {};
  return tl::unexpected(connection_error(exchange, code));
}

Error Client::connection_error(const Exchange& exchange, int curl_code) const {
  if (!exchange.foreign.empty())
    return {errc::malformed,
            "what answers at " + remote_.server +
                " does not speak HTTP, it sent: " + clip(printable(exchange.foreign), kShown),
            {}};
  if (exchange.too_long)
    return {errc::too_large,
            "the answer of " + remote_.server + " is longer than " + std::to_string(kLongestAnswer >> 20) + " MiB",
            {}};
  if (exchange.silent) curl_code = CURLE_OPERATION_TIMEDOUT;
  switch (curl_code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return {errc::unavailable,
              "no server at " + remote_.server +
                  ": start one with `reprise serve --data DIR`, or name another with --server or REPRISE_SERVER",
              {}};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {
          errc::invalid, "--server must be a URL such as http://127.0.0.1:8080, not \"" + remote_.server + "\"", {}};
    case CURLE_OPERATION_TIMEDOUT:
      return {errc::unavailable, "the server at " + remote_.server + " does not answer", {}};
    default: {
      const char* text = curl_easy_strerror(static_cast<CURLcode>(curl_code));
      return {errc::unavailable, "the connection to " + remote_.server + " failed: " + text, {}};
    }
  }
}

Expected<Reply> Client::send(const char* method, const std::string& path, std::string_view body,
                             std::string_view content_type) {
  CURL* curl = static_cast<CURL*>(begin(path));
  const std::string_view verb = method;
  if (verb != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data() ? body.data() : "");
    const std::string type = "Content-Type: " + std::string(content_type);
    headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), type.c_str());
  }
  Exchange exchange{.curl = curl};
  if (auto done = perform(exchange); !done) return tl::unexpected(done.error());
  return Reply{status_of(curl), std::move(exchange.body)};
}

namespace {

Expected<JsonDocument> document_of(const Reply& reply) {
  if (reply.status / 100 != 2) return tl::unexpected(error_of(reply));
  if (reply.body.empty()) return JsonDocument();
  return parse_json(reply.body);
}

}  // namespace

Expected<JsonDocument> Client::get(const std::string& path) { return send("GET", path).and_then(document_of); }

Expected<JsonDocument> Client::post(const std::string& path, std::string_view body) {
  return send("POST", path, body).and_then(document_of);
}

Expected<JsonDocument> Client::put(const std::string& path, std::string_view body) {
  return send("PUT", path, body).and_then(document_of);
}

Expected<JsonDocument> Client::remove(const std::string& path) { return send("DELETE", path).and_then(document_of); }

Expected<void> Client::stream(const std::string& path, std::string& last_event_id,
                              const std::function<bool(const StreamMessage&)>& sink,
                              const std::function<void()>& tick) {
  CURL* curl = static_cast<CURL*>(begin(path));
  Exchange exchange{.curl = curl, .tick = &tick, .sink = &sink};
  headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), "Accept: text/event-stream");
  if (!last_event_id.empty()) {
    headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), ("Last-Event-ID: " + last_event_id).c_str());
  }
  auto done = perform(exchange);
  if (!exchange.reader.last_id().empty()) last_event_id = exchange.reader.last_id();
  if (!done || exchange.stopped) return done;
  const long status = status_of(curl);
  if (status != 200) return tl::unexpected(error_of(Reply{status, std::move(exchange.body)}));
  if (!is_event_stream(curl))
    return fail(errc::malformed, "what answers at " + remote_.server + " is no server of Reprise: it sends no events");
  return {};
}

Error error_of(const Reply& reply) {
  std::string sentence;
  if (auto body = parse_json(reply.body)) {
    if (const JsonValue* detail = find(body->root(), "detail")) append_detail(sentence, *detail);
    if (const JsonValue* faults = find(body->root(), "errors")) append_detail(sentence, *faults);
  }
  switch (reply.status) {
    case 401: return {errc::unauthorized, sentence + " (name your token with --token or REPRISE_TOKEN)", {}};
    case 404: return {errc::not_found, sentence.empty() ? "the server knows no such thing" : sentence, {}};
    case 429: return {errc::rate_limited, sentence.empty() ? "too many requests: try again later" : sentence, {}};
    default: break;
  }
  if (sentence.empty()) sentence = "the server answered " + std::to_string(reply.status);
  const errc code = reply.status == 422       ? errc::invalid
                    : reply.status / 100 == 5 ? errc::unavailable
                                              : errc::wrong_state;
  return {code, std::move(sentence), {}};
}

}  // namespace reprise::cli
