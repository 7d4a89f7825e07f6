#include "http/worker_requests.hpp"

#include <algorithm>

#include "events/json.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxNames = 256;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxToken = 1024;
constexpr std::int64_t kMaxLease = 3'600'000;

using Kind = JsonView::Kind;
using Refusal = std::optional<Response>;

// Moves a checked value to where it belongs, or its refusal; true when there was none.
template <class T, class Into>
bool take(Checked<T>&& checked, Into& into, Refusal& refusal) {
  if (!checked) {
    refusal = std::move(checked.error());
    return false;
  }
  into = static_cast<Into>(std::move(*checked));
  return true;
}

bool take_milliseconds(const JsonView& value, const Place& place, std::int64_t min, std::int64_t max, Duration& into,
                       Refusal& refusal) {
  const auto number = integer_member(value, place, min, max);
  if (!number) {
    refusal = number.error();
    return false;
  }
  into = Duration{*number};
  return true;
}

bool read_names(const JsonView& value, const Place& place, std::vector<std::string>& into, Refusal& refusal) {
  if (!value.is(Kind::array)) {
    refusal = wrong_member(place, "a list of strings", value).value();
    return false;
  }
  into.clear();
  value.items([&](JsonView item) {
    if (into.size() == kMaxNames) {
      refusal = invalid(place.text() + " may hold " + std::to_string(kMaxNames) + " names at most.").value();
      return false;
    }
    auto name = text_member(item, Place(place, into.size()), 1, kMaxName);
    if (!name) {
      refusal = std::move(name.error());
      return false;
    }
    into.push_back(std::move(*name));
    return true;
  });
  return !refusal;
}

// A text of the right type may still be a wrong one.
Response wrong_text(const Place& place, std::string_view expected, const JsonView& found) {
  if (!found.is(Kind::string)) return wrong_member(place, expected, found).value();
  return invalid(place.text() + " must be " + std::string(expected) + ", not " + quoted(found.text()) + ".").value();
}

bool read_line(const JsonView& value, const Place& place, Time now, events::LogLine& line, Refusal& refusal) {
  if (!value.is(Kind::object)) {
    refusal = wrong_member(place, "an object", value).value();
    return false;
  }
  line.time = now;
  bool has_level = false, has_message = false;
  value.members([&](std::string_view key, JsonView member) {
    const Place here(place, key);
    if (key == "timestamp") {
      const auto time = member.is(Kind::string) ? parse_time(member.text()) : std::nullopt;
      if (time) {
        line.time = std::min(*time, now);  // a clock that is ahead: no line was written after it came
      } else {
        refusal = wrong_text(here, "an RFC 3339 time", member);
      }
    } else if (key == "level") {
      const auto level = member.is(Kind::string) ? events::parse_log_level(member.text()) : std::nullopt;
      if (level) {
        line.level = *level;
        has_level = true;
      } else {
        refusal = wrong_text(here, "DEBUG, INFO, WARNING or ERROR", member);
      }
    } else if (key == "message") {
      has_message = take(text_member(member, here, 0, SIZE_MAX), line.message, refusal);
    } else {
      refusal = unknown_member(place, key, "timestamp, level, message").value();
    }
    return !refusal;
  });
  if (!refusal && (!has_level || !has_message))
    refusal = invalid(place.text() + " must have a level and a message.").value();
  return !refusal;
}

bool read_lines(const JsonView& value, const Place& place, Time now, std::vector<events::LogLine>& into,
                Refusal& refusal) {
  if (!value.is(Kind::array)) {
    refusal = wrong_member(place, "a list of lines", value).value();
    return false;
  }
  value.items([&](JsonView item) {
    const std::size_t index = into.size();
    return read_line(item, Place(place, index), now, into.emplace_back(), refusal);
  });
  return !refusal;
}

bool read_error(const JsonView& value, const Place& place, actors::TaskResult& result, Refusal& refusal) {
  if (!value.is(Kind::object)) {
    refusal = wrong_member(place, "an object with a message", value).value();
    return false;
  }
  bool has_message = false;
  value.members([&](std::string_view key, JsonView member) {
    const Place here(place, key);
    if (key == "message") {
      has_message = take(text_member(member, here, 0, SIZE_MAX), result.error_message, refusal);
    } else if (key == "type") {
      take(text_member(member, here, 0, kMaxName), result.error_type, refusal);
    } else if (key == "retryable") {
      take(boolean_member(member, here), result.retryable, refusal);
    } else {
      refusal = unknown_member(place, key, "message, type, retryable").value();
    }
    return !refusal;
  });
  if (!refusal && !has_message) refusal = invalid(place.text() + " must have a message.").value();
  result.failed = true;
  return !refusal;
}

bool read_token(const JsonView& value, const Place& place, std::string& into, Refusal& fault) {
  return take(text_member(value, place, 1, kMaxToken), into, fault);
}

// What is wrong with an entry concerns that entry alone.
Refusal read_result(const JsonView& entry, const Place& place, Time now, actors::TaskResult& result) {
  Refusal fault;
  if (!entry.is(Kind::object)) {
    fault = wrong_member(place, "an object", entry).value();
    return fault;
  }
  bool has_result = false;
  entry.members([&](std::string_view key, JsonView member) {
    const Place here(place, key);
    if (key == "task_token") {
      read_token(member, here, result.task_token, fault);
    } else if (key == "result") {
      result.result.bytes = member.bytes();
      has_result = true;
    } else if (key == "error") {
      if (!member.is(Kind::null)) read_error(member, here, result, fault);
    } else if (key == "logs") {
      read_lines(member, here, now, result.logs, fault);
    } else if (key == "metadata") {
      if (member.is(Kind::object)) {
        result.metadata.bytes = member.bytes();
      } else {
        fault = wrong_member(here, "an object", member).value();
      }
    } else if (key == "artifacts") {
      fault = invalid(here.text() + ": artifacts are not supported by this version.").value();
    } else {
      fault = unknown_member(place, key, "task_token, result, error, logs, metadata").value();
    }
    return true;  // the token may be still to come, and the answer names it
  });
  if (fault) return fault;
  if (result.task_token.empty()) {
    fault = invalid(place.text() + "/task_token is missing.").value();
  } else if (has_result && result.failed) {
    fault = invalid(place.text() + " must have a result or an error, not both.").value();
  }
  return fault;
}

Refusal read_lease(const JsonView& entry, const Place& place, Time now, actors::HeartbeatRequest::Lease& lease) {
  Refusal fault;
  if (!entry.is(Kind::object)) {
    fault = wrong_member(place, "an object", entry).value();
    return fault;
  }
  entry.members([&](std::string_view key, JsonView member) {
    const Place here(place, key);
    if (key == "task_token") {
      read_token(member, here, lease.task_token, fault);
    } else if (key == "lease_ms") {
      take_milliseconds(member, here, 100, kMaxLease, lease.lease, fault);
    } else if (key == "logs") {
      read_lines(member, here, now, lease.logs, fault);
    } else if (key == "progress") {
      const auto progress = member.number();
      if (progress && *progress >= 0 && *progress <= 1) {
        lease.progress = *progress;
      } else {
        fault = wrong_member(here, "a number from 0 to 1", member).value();
      }
    } else {
      fault = unknown_member(place, key, "task_token, lease_ms, logs, progress").value();
    }
    return true;
  });
  if (!fault && lease.task_token.empty()) fault = invalid(place.text() + "/task_token is missing.").value();
  return fault;
}

// The sentence of a refusal that becomes an entry's own.
std::string detail_of(const Response& refusal) {
  std::string detail;
  JsonView(refusal.body).members([&](std::string_view key, JsonView value) {
    if (key == "detail") detail = value.text();
    return detail.empty();
  });
  return detail;
}

// Reads a list of entries, setting aside the bad ones. `read` is read_result or read_lease.
template <class Entry, class Read>
bool read_entries(const JsonView& value, const Place& place, Time now, Read read, std::vector<Entry>& good,
                  std::vector<BadEntry>& bad, Refusal& refusal) {
  if (!value.is(Kind::array)) {
    refusal = wrong_member(place, "a list", value).value();
    return false;
  }
  std::size_t index = 0;
  value.items([&](JsonView item) {
    if (index == kMaxEntries) {
      refusal = invalid(place.text() + " may hold " + std::to_string(kMaxEntries) + " entries at most.").value();
      return false;
    }
    Entry entry;
    if (const Refusal fault = read(item, Place(place, index), now, entry)) {
      bad.push_back({index, std::move(entry.task_token), detail_of(*fault)});
    } else {
      good.push_back(std::move(entry));
    }
    ++index;
    return true;
  });
  return !refusal;
}

}  // namespace

Checked<WithBadEntries<actors::PollRequest>> read_poll(const Request& request, Time now) {
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  WithBadEntries<actors::PollRequest> out;
  actors::PollRequest& poll = out.request;
  Refusal refusal;
  body->members([&](std::string_view key, JsonView value) {
    if (key == "worker_id") {
      take(text_member(value, key, 1, kMaxName), poll.worker_id, refusal);
    } else if (key == "queues") {
      if (read_names(value, key, poll.queues, refusal) && poll.queues.empty()) {
        refusal = invalid("queues must name at least one queue.").value();
      }
    } else if (key == "actions") {
      read_names(value, key, poll.actions, refusal);
    } else if (key == "max") {
      take(integer_member(value, key, 1, 1000), poll.max, refusal);
    } else if (key == "wait_ms") {
      take_milliseconds(value, key, 0, 60'000, poll.wait, refusal);
    } else if (key == "lease_ms") {
      take_milliseconds(value, key, 100, kMaxLease, poll.lease, refusal);
    } else if (key == "results") {
      read_entries(value, key, now, read_result, poll.results, out.bad, refusal);
    } else {
      refusal = unknown_member("", key, "worker_id, queues, actions, max, wait_ms, lease_ms, results").value();
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  if (poll.worker_id.empty()) return invalid("worker_id is missing: a string of 1 to 128 bytes is expected.");
  return out;
}

Checked<WithBadEntries<actors::CompleteRequest>> read_complete(const Request& request, Time now) {
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  WithBadEntries<actors::CompleteRequest> out;
  Refusal refusal;
  bool has_results = false;
  body->members([&](std::string_view key, JsonView value) {
    if (key == "results") {
      has_results = read_entries(value, key, now, read_result, out.request.results, out.bad, refusal);
    } else {
      refusal = unknown_member("", key, "results").value();
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  if (!has_results) return invalid("results is missing: a list is expected.");
  return out;
}

Checked<WithBadEntries<actors::HeartbeatRequest>> read_heartbeat(const Request& request, Time now) {
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  WithBadEntries<actors::HeartbeatRequest> out;
  Refusal refusal;
  bool has_leases = false;
  body->members([&](std::string_view key, JsonView value) {
    if (key == "leases") {
      has_leases = read_entries(value, key, now, read_lease, out.request.leases, out.bad, refusal);
    } else {
      refusal = unknown_member("", key, "leases").value();
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  if (!has_leases) return invalid("leases is missing: a list is expected.");
  return out;
}

std::string with_bad_entries(std::string answer, std::string_view list, std::string_view verdict,
                             const std::vector<BadEntry>& bad) {
  if (bad.empty()) return answer;
  std::string out = "{";
  bool has_list = false;
  const auto append_list = [&](const JsonView* good) {
    append_json_string(out, list);
    out += ":[";
    std::size_t index = 0;
    auto next = bad.begin();
    const auto append_bad = [&] {
      for (; next != bad.end() && next->index == index; ++next, ++index) {
        if (index > 0) out += ',';
        out += "{\"task_token\":";
        append_json_string(out, next->task_token);
        out += ',';
        append_json_string(out, verdict);
        out += ":\"unknown\",\"detail\":";
        append_json_string(out, next->detail);
        out += '}';
      }
    };
    append_bad();
    if (good != nullptr) {
      good->items([&](JsonView item) {
        if (index > 0) out += ',';
        out += item.bytes();
        ++index;
        append_bad();
        return true;
      });
    }
    out += ']';
    has_list = true;
  };
  JsonView(answer).members([&](std::string_view key, JsonView value) {
    if (out.size() > 1) out += ',';
    if (key == list) {
      append_list(&value);
    } else {
      append_json_string(out, key);
      out.append(":").append(value.bytes());
    }
    return true;
  });
  if (!has_list) {
    if (out.size() > 1) out += ',';
    append_list(nullptr);
  }
  return out += '}';
}

}  // namespace reprise::http
