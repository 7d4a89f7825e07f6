#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/parser_text.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kPlainHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 424: return "Failed Dependency";
    case 425: return "Too Early";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

void append_number(std::string& out, std::size_t value, int base = 10) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

bool frames(std::string_view name) {
  return same_token(name, "content-length") || same_token(name, "transfer-encoding") ||
         same_token(name, "connection") || same_token(name, "content-type") || same_token(name, "date");
}

void append_headers(std::string& out, const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name.empty() || !character::all(name, character::token) || !character::all(value, character::field)) continue;
    if (frames(name)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

}  // namespace

bool has_body(int status) { return status != 204 && status != 304 && status >= 200; }

void append_head(std::string& out, const Response& response, const HeadForm& form, std::string_view date) {
  const bool body = has_body(response.status);
  if (response.status == 200 && form.framing == Framing::length && response.content_type == "application/json") {
    out.append(kPlainHead);
    append_number(out, form.length);
    out.append("\r\n");
  } else {
    const int status = response.status;
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(status));
    out.append(" ").append(reason(status)).append("\r\n");
    if (body && !response.content_type.empty() && (form.framing != Framing::length || form.length > 0)) {
      out.append("Content-Type: ").append(response.content_type).append("\r\n");
    }
    if (body && form.framing == Framing::length) {
      out.append("Content-Length: ");
      append_number(out, form.length);
      out.append("\r\n");
    } else if (body && form.framing == Framing::chunked) {
      out.append("Transfer-Encoding: chunked\r\n");
    }
  }
  out.append(date);
  if (!response.headers.empty()) append_headers(out, response);
  if (form.close) {
    out.append("Connection: close\r\n");
  } else if (form.keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void append_chunk(std::string& out, std::string_view bytes) {
  append_number(out, bytes.size(), 16);
  out.append("\r\n").append(bytes).append("\r\n");
}

std::string_view DateLine::at(std::time_t now) {
  if (now != second_) {
    second_ = now;
    static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    const auto two = [](int value) {
      return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
    };
    line_ = std::string("Date: ") + days[static_cast<std::size_t>(utc.tm_wday)] + ", " + two(utc.tm_mday) + " " +
            months[static_cast<std::size_t>(utc.tm_mon)] + " " + std::to_string(utc.tm_year + 1900) + " " +
            two(utc.tm_hour) + ":" + two(utc.tm_min) + ":" + two(utc.tm_sec) + " GMT\r\n";
  }
  return line_;
}

}  // namespace reprise::http
