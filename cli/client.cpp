#include "cli/client.hpp"

#include <curl/curl.h>

#include <utility>

namespace reprise::cli {
namespace {

constexpr long kConnectTimeoutMs = 5'000;
constexpr long kRequestTimeoutMs = 75'000;  // past the longest `wait`

std::size_t append_body(char* bytes, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

struct Streaming {
  CURL* curl;
  StreamReader reader;
  const std::function<bool(const StreamMessage&)>* sink;
  const std::function<void()>* tick;
  std::string error_body;  // of an answer that is no stream
  bool stopped = false;
};

std::size_t take_stream(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& streaming = *static_cast<Streaming*>(context);
  const std::string_view piece(bytes, size * count);
  long status = 0;
  curl_easy_getinfo(streaming.curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    streaming.error_body += piece;
    return piece.size();
  }
  for (const StreamMessage& message : streaming.reader.feed(piece)) {
    if (!(*streaming.sink)(message)) {
      streaming.stopped = true;
      return 0;  // ends the transfer
    }
  }
  return piece.size();
}

int take_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& streaming = *static_cast<Streaming*>(context);
  if (*streaming.tick) (*streaming.tick)();
  return 0;
}

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
  return curl;
}

Error Client::connection_error(int curl_code, const char* text) const {
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
    default: return {errc::unavailable, "the connection to " + remote_.server + " failed: " + text, {}};
  }
}

Expected<Reply> Client::send(const char* method, const std::string& path, std::string_view body,
                             std::string_view content_type) {
  CURL* curl = static_cast<CURL*>(begin(path));
  Reply reply;
  const std::string_view verb = method;
  if (verb != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data() ? body.data() : "");
    const std::string type = "Content-Type: " + std::string(content_type);
    headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), type.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kRequestTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
    return tl::unexpected(connection_error(code, curl_easy_strerror(code)));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
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
  Streaming streaming{curl, {}, &sink, &tick, {}, false};
  headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), "Accept: text/event-stream");
  if (!last_event_id.empty()) {
    headers_ = curl_slist_append(static_cast<curl_slist*>(headers_), ("Last-Event-ID: " + last_event_id).c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_stream);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &streaming);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, take_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &streaming);
  const CURLcode code = curl_easy_perform(curl);
  if (!streaming.reader.last_id().empty()) last_event_id = streaming.reader.last_id();
  if (streaming.stopped) return {};
  if (code != CURLE_OK) return tl::unexpected(connection_error(code, curl_easy_strerror(code)));
  Reply reply{0, std::move(streaming.error_body)};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  if (reply.status != 200) return tl::unexpected(error_of(reply));
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
