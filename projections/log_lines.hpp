// Log lines: the engine's own are read off the events, those of core.log and of workers are events themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "projections/execution_view.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

inline constexpr std::size_t kLogBytesKept = 10u << 20;  // per execution; then the oldest lines go (contract workflow-api.md)

// The lines that one event stands for, given to `sink` in order: (time, level, ref or empty, message).
// INFO at start and end of an execution and of a node, WARNING for a retry, ERROR for a failure.
template <class Sink>
void lines_of(const events::Event& event, Time time, Sink&& sink);

// One line as JSON: {"timestamp","level","node_id","message"}.
void append_line_json(std::string& out, Time time, events::LogLevel level, std::string_view ref, std::string_view message);
// "[timestamp] LEVEL [node] - message\n"
void append_line_text(std::string& out, Time time, events::LogLevel level, std::string_view ref, std::string_view message);

// Appends the lines of one chunk as JSON objects, separated by commas; returns how many.
std::size_t append_chunk_lines(std::string& out, const events::Chunk& chunk, bool first);

struct LogFilter {
  std::optional<events::LogLevel> level;
  std::optional<std::string> node_id;
  std::size_t limit = 1000, offset = 0;
};
struct LogPage {
  std::string lines;        // JSON objects separated by commas, or text lines
  std::uint64_t total = 0;  // that match the filter
};
enum class LogForm : std::uint8_t { json, text };

// Reads the lines of an execution in time order. Past kLogBytesKept the oldest are left out and one WARNING line in their
// place says how many. Errors: not_found_execution, would_block, corrupt.
Expected<LogPage> read_logs(const storage::Store& store, const ExecutionId& id, const LogFilter& filter, LogForm form,
                            storage::Reach reach);

// The newest `limit` lines as JSON objects separated by commas: what GET /api/executions/{id} shows.
Expected<std::string> newest_lines(const storage::Store& store, const StatusRow& row, const ExecutionId& id,
                                   std::size_t limit, storage::Reach reach);

}  // namespace reprise::projections
