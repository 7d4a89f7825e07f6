#include "projections/log_lines.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>
#include <variant>

#include "events/text_lines.hpp"

namespace reprise::projections {

namespace {

using events::LogLevel;

constexpr std::size_t kTimeSize = 24;  // 2026-02-23T16:30:00.000Z

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

const events::Event& event_of(const events::Event& event) { return event; }
const events::Event& event_of(const events::Record& record) { return record.event; }

// Composes an event's message in memory that is kept from call to call. What follows the event are events or records.
template <class Later>
class Lines {
 public:
  Lines(Time time, std::span<const Later> rest, LineSink sink, std::string& text)
      : time_(time), rest_(rest), sink_(sink), text_(text) {}

  void operator()(const events::ExecutionStarted&) { line(LogLevel::info, "Execution started"); }
  void operator()(const events::ExecutionCompleted&) { line(LogLevel::info, "Execution completed"); }
  void operator()(const events::ExecutionFailed& event) {
    text_ = "Execution failed: ";
    append_failure(text_, event);
    line(LogLevel::error, text_);
  }
  void operator()(const events::ExecutionCancelled&) { line(LogLevel::info, "Execution cancelled by user"); }
  void operator()(const events::ExecutionTerminated& event) { with_reason("Execution terminated", event.reason); }
  void operator()(const events::ExecutionPaused& event) { with_reason("Execution paused", event.reason); }
  void operator()(const events::ExecutionResumed&) { line(LogLevel::info, "Execution resumed"); }
  void operator()(const events::ExecutionTimedOut&) { line(LogLevel::error, "Execution timed out"); }

  void operator()(const events::ExecutionContinued& event) {
    text_ = "Execution continues as ";
    text_ += event.execution_id;
    line(LogLevel::info, text_);
  }

  void operator()(const events::TaskStarted& event) {
    node(event.ref, " started");
    if (event.attempt > 1) {
      text_ += " (attempt ";
      append_number(text_, event.attempt);
      text_ += ')';
    }
    sink_(time_, LogLevel::info, event.ref, text_);
  }
  void operator()(const events::TaskCompleted& event) { node_line(LogLevel::info, event.ref, " completed"); }
  void operator()(const events::TaskSkipped& event) { node_line(LogLevel::info, event.ref, " skipped"); }
  void operator()(const events::TaskCancelled& event) { node_line(LogLevel::info, event.ref, " cancelled"); }
  void operator()(const events::TaskFailed& event) {
    node(event.ref, " failed: ");
    text_ += event.message;
    failed(event.ref, event.attempt, event.will_retry);
  }
  void operator()(const events::TaskTimedOut& event) {
    node(event.ref, " timed out");
    failed(event.ref, event.attempt, event.will_retry);
  }
  void operator()(const events::TaskRequeued& event) {
    switch (event.reason) {
      case events::RequeueReason::lease_expired:
        return node_line(LogLevel::warning, event.ref, " lost its worker: the lease expired; queued again");
      case events::RequeueReason::worker_gone:
        return node_line(LogLevel::warning, event.ref, " lost its worker: it went away; queued again");
      case events::RequeueReason::resumed: return;
    }
  }
  void operator()(const events::TaskLoopStarted& event) {
    node(event.ref, " loops over ");
    append_number(text_, event.iterations);
    text_ += event.iterations == 1 ? " item" : " items";
    sink_(time_, LogLevel::info, event.ref, text_);
  }
  void operator()(const events::TaskChildStarted& event) {
    node(event.ref, " started execution ");
    text_ += event.execution_id;
    sink_(time_, LogLevel::info, event.ref, text_);
  }
  void operator()(const events::InteractionRequested& event) {
    node(event.ref, " waits for an answer to interaction ");
    text_ += event.interaction_id;
    sink_(time_, LogLevel::info, event.ref, text_);
  }
  void operator()(const events::InteractionAnswered& event) {
    node(event.ref, " was answered");
    if (!event.user.empty()) {
      text_ += " by ";
      text_ += event.user;
    }
    sink_(time_, LogLevel::info, event.ref, text_);
  }
  void operator()(const events::InteractionTimedOut& event) {
    node_line(LogLevel::warning, event.ref, " was not answered in time");
  }
  void operator()(const events::TaskLogged& event) {
    for (const events::LogLine& logged : event.lines) sink_(logged.time, logged.level, event.ref, logged.message);
  }

  // Told by another event's line, or no news to a person.
  template <class Other>
  void operator()(const Other&) {}

 private:
  void line(LogLevel level, std::string_view message) { sink_(time_, level, {}, message); }

  void with_reason(std::string_view what, const std::string& reason) {
    text_ = what;
    if (!reason.empty()) {
      text_ += ": ";
      text_ += reason;
    }
    line(LogLevel::info, text_);
  }

  void node(const std::string& ref, std::string_view what) {
    text_ = "Node '";
    text_ += ref;
    text_ += '\'';
    text_ += what;
  }

  void node_line(LogLevel level, const std::string& ref, std::string_view what) {
    node(ref, what);
    sink_(time_, level, ref, text_);
  }

  void failed(const std::string& ref, std::uint32_t attempt, bool will_retry) {
    if (!will_retry) return sink_(time_, LogLevel::error, ref, text_);
    text_ += "; retry ";
    append_number(text_, std::uint64_t{attempt} + 1);
    for (const Later& later : rest_) {
      const auto* delayed = std::get_if<events::TaskDelayed>(&event_of(later));
      if (delayed == nullptr || delayed->ref != ref) continue;
      text_ += " in ";
      append_seconds(text_, delayed->until - time_);
      break;
    }
    sink_(time_, LogLevel::warning, ref, text_);
  }

  Time time_;
  std::span<const Later> rest_;
  LineSink sink_;
  std::string& text_;
};

template <class Later>
void lines_before(std::span<const Later> rest, const events::Event& event, Time time, LineSink sink) {
  thread_local std::string text;
  // A sink may itself ask for lines: it gets a text of its own.
  std::string mine = std::move(text);
  std::visit(Lines<Later>(time, rest, sink, mine), event);
  if (mine.capacity() <= 4096) text = std::move(mine);
}

// True when any of the eight bytes may not stand as it is in a JSON string: a quote, a backslash, a control character;
// or when one is not ASCII, since what is no UTF-8 is written otherwise.
bool any_escaped(std::uint64_t eight) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101u;
  constexpr std::uint64_t tops = 0x8080'8080'8080'8080u;
  const auto has_zero = [](std::uint64_t v) { return (v - ones) & ~v & tops; };
  const std::uint64_t control = (eight - ones * 0x20) & ~eight & tops;
  return ((eight & tops) | control | has_zero(eight ^ (ones * '"')) | has_zero(eight ^ (ones * '\\'))) != 0;
}

std::size_t json_string_size(std::string_view text) {
  bool plain = true;
  std::size_t at = 0;
  for (; plain && at < text.size(); at += 8) {
    std::uint64_t eight = 0x2020'2020'2020'2020u;  // pads the last ones
    std::memcpy(&eight, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    plain = !any_escaped(eight);
  }
  if (plain) return text.size() + 2;
  std::string escaped;
  append_json_string(escaped, text);
  return escaped.size();
}

}  // namespace

void lines_of(const events::Event& event, Time time, std::span<const events::Event> rest, LineSink sink) {
  lines_before(rest, event, time, sink);
}
void lines_of(const events::Record& record, std::span<const events::Record> rest, LineSink sink) {
  lines_before(rest, record.event, record.time, sink);
}

bool is_line_of(std::string_view node, std::string_view node_id) {
  return node_id.starts_with(node) && (node_id.size() == node.size() || node_id[node.size()] == '[');
}

void append_failure(std::string& out, const events::ExecutionFailed& event) {
  if (!event.ref.empty()) {
    out += event.ref;
    out += ": ";
  }
  out += event.message;
}

void append_seconds(std::string& out, Duration duration) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  append_number(out, ms / 1000);
  if (ms % 1000 != 0) {
    const std::string fraction = std::to_string(1000 + ms % 1000);  // the leading 1 keeps the zeros
    out += '.';
    out.append(fraction, 1, fraction.find_last_not_of('0'));
  }
  out += " s";
}

void append_line_json(std::string& out, Time time, LogLevel level, std::string_view ref, std::string_view message) {
  out += R"({"timestamp":")";
  append_time(out, time);
  out += R"(","level":")";
  out += events::name(level);
  out += R"(","node_id":)";
  if (ref.empty()) {
    out += "null";
  } else {
    append_json_string(out, ref);
  }
  out += R"(,"message":)";
  append_json_string(out, message);
  out += '}';
}

std::size_t line_json_size(LogLevel level, std::string_view ref, std::string_view message) {
  constexpr std::size_t fixed =
      std::string_view(R"({"timestamp":"","level":"","node_id":,"message":})").size() + kTimeSize;
  return fixed + events::name(level).size() + (ref.empty() ? 4 : json_string_size(ref)) + json_string_size(message);
}

void append_line_text(std::string& out, Time time, LogLevel level, std::string_view ref, std::string_view message) {
  out += '[';
  append_time(out, time);
  out += "] ";
  out += events::name(level);
  if (!ref.empty()) {
    out += " [";
    out += ref;
    out += ']';
  }
  out += " - ";
  bool first = true;
  each_line(message, [&](std::string_view line) {
    if (!std::exchange(first, false)) out += kContinuation;
    out += line;
    out += '\n';
  });
}

bool append_chunk_lines(std::string& out, const events::Chunk& chunk, Time& newest) {
  const std::span<const events::Event> events(chunk.events);
  bool in_order = true;
  for (std::size_t i = 0; i < events.size(); ++i) {
    lines_of(events[i], chunk.time, events.subspan(i + 1),
             [&](Time time, LogLevel level, std::string_view ref, std::string_view message) {
               if (!out.empty()) out += ',';
               append_line_json(out, time, level, ref, message);
               in_order = in_order && time >= newest;
               newest = std::max(newest, time);
             });
  }
  return in_order;
}

}  // namespace reprise::projections
