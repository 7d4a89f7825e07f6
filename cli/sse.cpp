#include "cli/sse.hpp"

#include <utility>

namespace reprise::cli {

std::vector<StreamMessage> StreamReader::feed(std::string_view bytes) {
  std::vector<StreamMessage> out;
  for (char c : bytes) {
    if (c == '\n' && std::exchange(after_return_, false)) continue;  // the second half of CRLF
    after_return_ = c == '\r';
    if (c == '\n' || c == '\r') {
      take_line(line_, out);
      line_.clear();
    } else {
      line_ += c;
    }
  }
  return out;
}

void StreamReader::take_line(std::string_view line, std::vector<StreamMessage>& out) {
  if (line.empty()) {
    last_id_ = pending_.id;
    if (has_data_) out.push_back(pending_);
    has_data_ = false;
    pending_.data.clear();
    pending_.event = "message";
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) pending_.data += '\n';
    pending_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    pending_.event = value;
  } else if (field == "id") {
    pending_.id = value;
  }
}

}  // namespace reprise::cli
