// The head of a response as bytes.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace reprise::http {

// How the end of a response's body is told.
enum class Framing : unsigned char { length, chunked, until_close };

struct HeadForm {
  Framing framing = Framing::length;
  std::size_t length = 0;   // of the body, for Framing::length
  bool close = false;       // the connection ends after this response
  bool keep_alive = false;  // say so: HTTP/1.0 closes otherwise
};

bool has_body(int status);  // 204 and 304 have none, and no length either

// `date` is a whole header line. Headers of the response that frame it, and those with control characters, are left
// out: a value that came from outside cannot become a header or a body of its own.
void append_head(std::string& out, const Response& response, const HeadForm& form, std::string_view date);

// One chunk of a chunked body; `bytes` is not empty. The last chunk is kLastChunk.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The Date header, written once a second.
class DateLine {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string line_;
};

}  // namespace reprise::http
