// Log lines: the engine's own are read off the events, those of core.log and of workers are events themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/record.hpp"
#include "projections/execution_view.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

inline constexpr std::size_t kLogBytesKept =
    10u << 20;  // per execution; then the oldest lines go (contract workflow-api.md)

// Who is given lines: any callable of (Time, LogLevel, std::string_view ref or empty, std::string_view message). Refers
// to it; the texts are good during the call only.
class LineSink {
 public:
  template <class Callable>
  requires(!std::is_same_v<std::remove_cvref_t<Callable>, LineSink>)
      // Implicit, as call sites pass a lambda; `requires`, which clang-tidy 14 does not see, keeps it off copies.
      // NOLINTNEXTLINE(bugprone-forwarding-reference-overload)
      LineSink(Callable&& callable)
      : target_(const_cast<void*>(static_cast<const void*>(&callable))),
        call_([](void* target, Time time, events::LogLevel level, std::string_view ref, std::string_view message) {
          (*static_cast<std::remove_reference_t<Callable>*>(target))(time, level, ref, message);
        }) {}
  void operator()(Time time, events::LogLevel level, std::string_view ref, std::string_view message) const {
    call_(target_, time, level, ref, message);
  }

 private:
  void* target_;
  void (*call_)(void*, Time, events::LogLevel, std::string_view, std::string_view);
};

// The lines that one event stands for, in order: INFO at start and end of an execution and of a node, WARNING for a
// retry, ERROR for a failure; one line at most, but for task.logged. `rest` is what follows the event in its chunk: the
// line of a failure that is retried takes the delay from there ("retry 2 in 4 s"), and does without when it is not
// given.
void lines_of(const events::Event& event, Time time, std::span<const events::Event> rest, LineSink sink);
void lines_of(const events::Record& record, std::span<const events::Record> rest, LineSink sink);

// Whether a line with this node_id is one of `node`: its own, or, of a loop, of one of its iterations ("each[2]").
bool is_line_of(std::string_view node, std::string_view node_id);

// One line as JSON: {"timestamp","level","node_id","message"}.
void append_line_json(std::string& out, Time time, events::LogLevel level, std::string_view ref,
                      std::string_view message);
std::size_t line_json_size(events::LogLevel level, std::string_view ref, std::string_view message);
// "[timestamp] LEVEL [node] - message\n"; further lines of the message stand behind this, so that none looks like a
// line of the log.
inline constexpr std::string_view kContinuation = "    ";
void append_line_text(std::string& out, Time time, events::LogLevel level, std::string_view ref,
                      std::string_view message);

// Appends the lines of one chunk as JSON objects, separated by commas from each other and from what `out` holds. False
// when they are not in time order, which a worker's are not that come with a result: they are older than what happened
// before it came. `newest` is the time of the newest line so far.
bool append_chunk_lines(std::string& out, const events::Chunk& chunk, Time& newest);

// "<ref>: <message>", or the message alone: `error` of a failed execution.
void append_failure(std::string& out, const events::ExecutionFailed& event);
// "4 s", "0.25 s"
void append_seconds(std::string& out, Duration duration);

struct LogFilter {
  std::optional<events::LogLevel> level;
  std::optional<std::string> node_id;  // as of is_line_of
  std::size_t limit = 1000, offset = 0;
};
struct LogPage {
  std::string lines;        // JSON objects separated by commas, or text lines
  std::uint64_t total = 0;  // that match the filter
};
enum class LogForm : std::uint8_t { json, text };

// Reads lines of an execution. `offset` and `limit` go by the order in which lines came, so that a page is the same
// page while the execution goes on; the lines of a page are in time order. Past kLogBytesKept those that came first are
// left out and one WARNING line, of the time of the first that is kept, says how many. Errors: not_found_execution,
// would_block, corrupt.
Expected<LogPage> read_logs(const storage::Store& store, const ExecutionId& id, const LogFilter& filter, LogForm form,
                            storage::Reach reach);

// The `limit` lines that came last, in time order, as JSON objects separated by commas: what GET /api/executions/{id}
// shows. Bounded by kLogBytesKept as well: then the WARNING line is there too.
Expected<std::string> newest_lines(const storage::Store& store, const StatusRow& row, const ExecutionId& id,
                                   std::size_t limit, storage::Reach reach);

}  // namespace reprise::projections
