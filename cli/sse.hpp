// Server-Sent Events, read piece by piece as they arrive (WHATWG HTML, "Interpreting an event stream").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise::cli {

struct StreamMessage {
  std::string event = "message";
  std::string data;
  std::string id;  // the last id seen, also from earlier messages
};

class StreamReader {
 public:
  // Gives the messages that are complete with these bytes.
  std::vector<StreamMessage> feed(std::string_view bytes);
  // Of what was complete, also where it was no message but an id alone: where to go on. Empty: none yet.
  const std::string& last_id() const { return last_id_; }

 private:
  void take_line(std::string_view line, std::vector<StreamMessage>& out);

  std::string line_, last_id_;
  bool after_return_ = false;
  bool has_data_ = false;
  StreamMessage pending_;
};

}  // namespace reprise::cli
