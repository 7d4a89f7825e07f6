// The bodies of the worker API, read from bytes into what the gateway takes.
#pragma once

#include <string>
#include <vector>

#include "actors/gateway.hpp"
#include "http/message.hpp"
#include "http/request_check.hpp"

namespace reprise::http {

// An entry of a list that is not as it should be. It gets its own outcome and the others go on.
struct BadEntry {
  std::size_t index = 0;   // in the list as it came
  std::string task_token;  // where it was readable
  std::string detail;      // what is wrong, for people
};

template <class T>
struct WithBadEntries {
  T request;  // the good entries, in order
  std::vector<BadEntry> bad;
};

Checked<WithBadEntries<actors::PollRequest>> read_poll(const Request& request, Time now);
Checked<WithBadEntries<actors::CompleteRequest>> read_complete(const Request& request, Time now);
Checked<WithBadEntries<actors::HeartbeatRequest>> read_heartbeat(const Request& request, Time now);

// `answer` is the engine's, an object whose member `list` holds one object for each good entry. Puts {task_token,
// `verdict`: "unknown", detail} in the places of the bad ones.
std::string with_bad_entries(std::string answer, std::string_view list, std::string_view verdict,
                             const std::vector<BadEntry>& bad);

}  // namespace reprise::http
