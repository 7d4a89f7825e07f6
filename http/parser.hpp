// A strict, incremental parser of HTTP/1.1 requests (RFC 9112). It is fed the bytes of a connection as they come, in
// pieces of any size, and says the same of them whatever the pieces are.
//
// Where the RFC lets a recipient be lenient, this one is not: what two servers could read in two ways is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/parser_chunked.hpp"
#include "http/parser_stock.hpp"

namespace reprise::http {

struct ParserLimits {
  std::size_t max_target_bytes = 8u << 10;
  std::size_t max_header_bytes = 16u << 10;  // of all header lines; of the trailer too
  std::size_t max_body_bytes = 8u << 20;
};

class RequestParser {
 public:
  enum class State : std::uint8_t { head, body, done, failed };

  explicit RequestParser(const ParserLimits& limits) : limits_(limits) {}

  // Begins the next request of the connection. Both outlive the request's parsing; `into` is empty.
  void start(Request& into, RequestStock& stock);
  // Returns how many bytes of `in` belong to this request: all of them unless it is done or has failed.
  std::size_t feed(std::string_view in);

  State state() const { return state_; }
  bool begun() const { return begun_; }  // has seen a byte of the request

  // Of a failed request: the answer's status, and a sentence about it (a literal).
  int fault_status() const { return fault_status_; }
  std::string_view fault_sentence() const { return fault_sentence_; }

  // From the end of the head.
  bool keep_alive() const { return !close_ && (!http_1_0_ || keep_); }
  bool http_1_0() const { return http_1_0_; }
  bool expects_continue() const { return expects_continue_; }

 private:
  enum class Part : std::uint8_t { request_line, fields, counted_body, chunks, trailer };

  std::size_t feed_line(std::string_view in);
  void keep_part_of_line(std::string_view in);
  void end_line(std::string_view raw);
  void refuse_long_line(std::string_view begin_of_line);
  void read_request_line(std::string_view line);
  void read_field(std::string_view line);
  void note_field(std::string_view lower_case_name, std::string_view value);
  void read_connection(std::string_view value);
  void read_content_length(std::string_view value);
  void end_head();
  void fail(int status, std::string_view sentence);

  ParserLimits limits_;
  Request* request_ = nullptr;
  RequestStock* stock_ = nullptr;
  std::string line_;  // the part that has come of a line

  State state_ = State::head;
  Part part_ = Part::request_line;
  bool begun_ = false, blank_line_seen_ = false;
  bool http_1_0_ = false, close_ = false, keep_ = false, expects_continue_ = false;
  bool has_host_ = false, has_length_ = false, has_coding_ = false, has_type_ = false;
  std::size_t field_bytes_ = 0;
  std::size_t fields_ = 0;
  std::uint64_t length_ = 0;  // of the body; while it comes: what is left
  ChunkedBody chunks_;
  int fault_status_ = 0;
  std::string_view fault_sentence_;
};

}  // namespace reprise::http
