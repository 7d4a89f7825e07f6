#include "http/parser.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "http/parser_target.hpp"
#include "http/parser_text.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxFields = 256;
constexpr std::size_t kAroundTarget = 32;         // bytes of a request line besides the target
constexpr std::size_t kReservedBody = 64u << 10;  // more is reserved when it has come: a claim costs us nothing
constexpr std::size_t kMaxLengthDigits = 20;

Method method_of(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Method>, 7> known = {{{"GET", Method::get},
                                                                                {"POST", Method::post},
                                                                                {"PUT", Method::put},
                                                                                {"HEAD", Method::head},
                                                                                {"DELETE", Method::del},
                                                                                {"PATCH", Method::patch},
                                                                                {"OPTIONS", Method::options}}};
  for (const auto& [word, method] : known) {
    if (word == text) return method;
  }
  return Method::other;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void RequestParser::start(Request& into, RequestStock& stock) {
  request_ = &into;
  stock_ = &stock;
  line_.clear();
  state_ = State::head;
  part_ = Part::request_line;
  begun_ = blank_line_seen_ = false;
  http_1_0_ = close_ = keep_ = expects_continue_ = false;
  has_host_ = has_length_ = has_coding_ = has_type_ = false;
  field_bytes_ = fields_ = 0;
  length_ = 0;
}

void RequestParser::fail(int status, std::string_view sentence) {
  state_ = State::failed;
  fault_status_ = status;
  fault_sentence_ = sentence;
}

std::size_t RequestParser::feed(std::string_view in) {
  std::size_t used = 0;
  if (!in.empty()) begun_ = true;
  while (used < in.size() && (state_ == State::head || state_ == State::body)) {
    const std::string_view rest = in.substr(used);
    switch (part_) {
      case Part::request_line:
      case Part::fields:
      case Part::trailer: used += feed_line(rest); break;
      case Part::counted_body: {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(length_, rest.size()));
        request_->body.append(rest.data(), n);
        used += n;
        length_ -= n;
        if (length_ == 0) state_ = State::done;
        break;
      }
      case Part::chunks:
        used += chunks_.feed(rest, request_->body);
        switch (chunks_.state()) {
          case ChunkedBody::State::more: break;
          case ChunkedBody::State::last_chunk:
            part_ = Part::trailer;
            field_bytes_ = 0;
            break;
          case ChunkedBody::State::malformed: fail(400, "The chunked body is malformed."); break;
          case ChunkedBody::State::too_large: fail(413, "The request body is too large."); break;
        }
        break;
    }
  }
  return used;
}

std::size_t RequestParser::feed_line(std::string_view in) {
  // A first byte that can begin no request is refused without waiting for its line: TLS sent to a plain port, say.
  if (part_ == Part::request_line && line_.empty() && !character::is(in.front(), character::token) &&
      in.front() != '\r' && in.front() != '\n') {
    fail(400, "The request line is malformed.");
    return 1;
  }
  const void* found = std::memchr(in.data(), '\n', in.size());
  if (found == nullptr) {
    keep_part_of_line(in);
    return in.size();
  }
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - in.data()) + 1;
  if (line_.empty()) {
    end_line(in.substr(0, size));
  } else {
    line_.append(in.data(), size);
    end_line(line_);
    line_.clear();
  }
  return size;
}

// Keeps at most what the limits allow, however long the line goes on. A line is judged too long here exactly when
// end_line() would: its end is still to come.
void RequestParser::keep_part_of_line(std::string_view in) {
  line_.append(in);
  const std::size_t least = line_.size() + 1;
  if (part_ == Part::request_line ? least > limits_.max_target_bytes + kAroundTarget
                                  : field_bytes_ + least > limits_.max_header_bytes) {
    refuse_long_line(line_);
  }
}

void RequestParser::refuse_long_line(std::string_view begin_of_line) {
  if (part_ != Part::request_line) return fail(431, "The request header is too large.");
  begin_of_line = begin_of_line.substr(0, limits_.max_target_bytes + kAroundTarget);
  const std::size_t space = begin_of_line.find(' ');
  if (space == std::string_view::npos || space == 0 ||
      !character::all(begin_of_line.substr(0, space), character::token)) {
    return fail(400, "The request line is malformed.");
  }
  fail(414, "The request target is too long.");
}

// `raw` ends with a line feed.
void RequestParser::end_line(std::string_view raw) {
  if (part_ == Part::request_line) {
    if (raw.size() > limits_.max_target_bytes + kAroundTarget) return refuse_long_line(raw);
  } else {
    field_bytes_ += raw.size();
    if (field_bytes_ > limits_.max_header_bytes) return refuse_long_line(raw);
  }
  if (raw.size() < 2 || raw[raw.size() - 2] != '\r') {
    return fail(400, "A line of the request does not end with carriage return and line feed.");
  }
  const std::string_view line = raw.substr(0, raw.size() - 2);
  switch (part_) {
    case Part::request_line:
      // RFC 9112, 2.2: an empty line before the request is what some clients send after a body.
      if (line.empty() && !blank_line_seen_) {
        blank_line_seen_ = true;
      } else {
        read_request_line(line);
      }
      break;
    case Part::fields:
      if (line.empty()) {
        end_head();
      } else {
        read_field(line);
      }
      break;
    case Part::trailer:
      if (line.empty()) {
        state_ = State::done;
      } else {
        read_field(line);
      }
      break;
    case Part::counted_body:
    case Part::chunks: break;
  }
}

void RequestParser::read_request_line(std::string_view line) {
  constexpr std::string_view malformed = "The request line is malformed.";
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(400, malformed);
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.empty() || !character::all(method, character::token) || target.empty()) return fail(400, malformed);
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return fail(400, malformed);
  }
  if (version[5] != '1' || version[7] > '1') return fail(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  http_1_0_ = version[7] == '0';
  request_->method = method_of(method);
  if (request_->method == Method::other) return fail(501, "The request method is not implemented.");
  if (target.size() > limits_.max_target_bytes) return fail(414, "The request target is too long.");
  request_->target.assign(target);
  if (const auto fault = read_target(target, request_->method, *request_, *stock_); !fault.empty()) {
    return fail(400, fault);
  }
  part_ = Part::fields;
}

void RequestParser::read_field(std::string_view line) {
  if (++fields_ > kMaxFields) return fail(431, "The request header has too many fields.");
  const auto letter = [line](std::size_t i) { return character::token_letters[static_cast<unsigned char>(line[i])]; };
  std::size_t colon = 0;
  while (colon < line.size() && letter(colon) != 0) ++colon;
  // A blank before the colon or at the line's begin (the folding of old) is no token either.
  if (colon == 0 || colon == line.size() || line[colon] != ':') {
    return fail(400, "A header line has no proper name before its colon.");
  }
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (!valid_field_text(value)) return fail(400, "A header value has a control character.");
  if (part_ == Part::trailer) return;
  stock_->add_pair(request_->headers);
  auto& [name, kept] = request_->headers.back();
  name.resize(colon);
  for (std::size_t i = 0; i < colon; ++i) name[i] = letter(i);
  kept.assign(value);
  note_field(name, value);
}

void RequestParser::note_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (name != "host") return;
      if (std::exchange(has_host_, true)) return fail(400, "The Host header is repeated.");
      if (!character::all(value, character::host)) return fail(400, "The Host header is malformed.");
      return;
    case 6:
      if (name != "expect") return;
      if (!same_token(value, "100-continue")) return fail(417, "Of the Expect header only 100-continue is known.");
      expects_continue_ = true;
      return;
    case 10:
      if (name == "connection") read_connection(value);
      return;
    case 12:
      if (name == "content-type") has_type_ = true;
      return;
    case 14:
      if (name == "content-length") read_content_length(value);
      return;
    case 17:
      if (name != "transfer-encoding") return;
      if (std::exchange(has_coding_, true)) return fail(400, "The Transfer-Encoding header is repeated.");
      if (!same_token(value, "chunked")) return fail(400, "Of the transfer codings only chunked alone is known.");
      return;
    default: return;
  }
}

void RequestParser::read_connection(std::string_view value) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view option = without_blanks(value.substr(0, end));
    if (same_token(option, "close")) close_ = true;
    if (same_token(option, "keep-alive")) keep_ = true;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void RequestParser::read_content_length(std::string_view value) {
  if (std::exchange(has_length_, true)) return fail(400, "The Content-Length header is repeated.");
  const bool padded = value.size() > kMaxLengthDigits && value.front() == '0';  // what else reads it may read less
  if (value.empty() || padded || !std::all_of(value.begin(), value.end(), is_digit)) {
    return fail(400, "The Content-Length header is not a number.");
  }
  constexpr std::uint64_t enough = std::uint64_t{1} << 56;  // beyond every limit, and cannot overflow below
  for (const char c : value) length_ = std::min(enough, length_ * 10 + static_cast<unsigned>(c - '0'));
}

void RequestParser::end_head() {
  if (!has_host_ && !http_1_0_) return fail(400, "The Host header is missing.");
  if (has_coding_ && has_length_) return fail(400, "Content-Length and Transfer-Encoding exclude each other.");
  if (has_coding_ && http_1_0_) return fail(400, "HTTP/1.0 has no Transfer-Encoding.");
  if (length_ > limits_.max_body_bytes) return fail(413, "The request body is too large.");
  // HTTP/1.0 clients do not wait for it (RFC 9110, 10.1.1).
  if (http_1_0_) expects_continue_ = false;
  const Method method = request_->method;
  const bool usually_has_body = method == Method::post || method == Method::put || method == Method::patch;
  if (usually_has_body && has_type_ && !has_coding_ && !has_length_) {
    return fail(411, "The request has a Content-Type but no Content-Length.");
  }
  if (has_coding_) {
    chunks_.start(limits_.max_body_bytes);
    part_ = Part::chunks;
    state_ = State::body;
  } else if (length_ > 0) {
    request_->body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length_, kReservedBody)));
    part_ = Part::counted_body;
    state_ = State::body;
  } else {
    state_ = State::done;
  }
}

}  // namespace reprise::http
