// Server-sent events as a client reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise::testing {

struct SseMessage {
  std::string id, event, data;  // data empty: only the id was set
};

// The whole messages at the front; comments and `retry` are left out.
inline std::vector<SseMessage> messages_of(std::string_view stream) {
  std::vector<SseMessage> all;
  for (std::size_t end; (end = stream.find("\n\n")) != std::string_view::npos; stream.remove_prefix(end + 2)) {
    std::string_view block = stream.substr(0, end + 1);
    SseMessage message;
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(line.size() + 1);
      if (line.starts_with("id: ")) message.id = line.substr(4);
      if (line.starts_with("event: ")) message.event = line.substr(7);
      if (line.starts_with("data: ")) message.data = line.substr(6);
    }
    if (!message.id.empty() || !message.data.empty()) all.push_back(std::move(message));
  }
  return all;
}

}  // namespace reprise::testing
