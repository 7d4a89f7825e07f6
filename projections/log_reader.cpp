// Reading log lines: which of an execution's are kept, and a page of them.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "projections/chunk_reader.hpp"
#include "projections/log_lines.hpp"

namespace reprise::projections {

namespace {

using events::LogLevel;
using storage::Reach;

template <class Each>
void each_line(const events::Chunk& chunk, Each&& each) {
  const std::span<const events::Event> events(chunk.events);
  for (std::size_t i = 0; i < events.size(); ++i)
    lines_of(events[i], chunk.time, events.subspan(i + 1), LineSink(each));
}

std::uint64_t last_event_of(const events::Chunk& chunk) { return chunk.first_event_id + chunk.events.size() - 1; }

tl::unexpected<Error> missing_events(const ExecutionId& id) {
  return fail(errc::corrupt, "events of execution " + to_string(id) + " are missing");
}

// Where the newest lines begin that fit the bounds.
struct Start {
  std::uint64_t event_id = 1;  // first of its chunk
  std::size_t skip = 0;        // lines of that chunk
  std::uint64_t kept = 0;      // lines from there on
  bool by_bytes = false;       // it was the bytes that set the bound
};

// Reads backwards, and only as far as needed. Lines are sized, not kept: the memory is that of one chunk.
Expected<Start> newest_within(ChunkReader& reader, const ExecutionId& id, std::uint64_t last_event_id,
                              std::uint64_t max_lines, std::uint64_t max_bytes) {
  Start start;
  start.event_id = last_event_id + 1;
  std::uint64_t bytes = 0;
  std::vector<std::size_t> sizes;
  for (reader.to_event(last_event_id); reader.valid(); reader.previous()) {
    const auto chunk = reader.chunk();
    if (!chunk) return tl::unexpected(chunk.error());
    if (last_event_of(*chunk) + 1 != start.event_id) return missing_events(id);
    start.event_id = chunk->first_event_id;
    sizes.clear();
    each_line(*chunk, [&](Time, LogLevel level, std::string_view ref, std::string_view message) {
      sizes.push_back(line_json_size(level, ref, message));
    });
    for (std::size_t left = sizes.size(); left != 0; --left) {
      start.by_bytes = bytes + sizes[left - 1] > max_bytes;
      if (start.by_bytes || start.kept == max_lines) {
        start.skip = left;
        return start;
      }
      bytes += sizes[left - 1];
      ++start.kept;
    }
    if (start.event_id == 1) return start;
  }
  if (auto read = reader.status(); !read) return tl::unexpected(read.error());
  return missing_events(id);
}

// Gives `sink` the lines from `start` to the last event as they came, until it returns false.
template <class Sink>
Expected<void> read_from(ChunkReader& reader, const ExecutionId& id, const Start& start, std::uint64_t last_event_id,
                         Sink&& sink) {
  std::uint64_t expected = start.event_id;
  std::size_t skip = start.skip;
  bool more = true;
  for (reader.to_event(expected); more && expected <= last_event_id && reader.valid(); reader.next()) {
    const auto chunk = reader.chunk();
    if (!chunk) return tl::unexpected(chunk.error());
    if (chunk->first_event_id != expected) return missing_events(id);
    expected = last_event_of(*chunk) + 1;
    each_line(*chunk, [&](Time time, LogLevel level, std::string_view ref, std::string_view message) {
      if (skip != 0) {
        --skip;
      } else if (more) {
        more = sink(time, level, ref, message);
      }
    });
  }
  if (auto read = reader.status(); !read) return read;
  if (more && expected <= last_event_id) return missing_events(id);
  return {};
}

void append_dropped(std::string& message, std::uint64_t dropped) {
  message += std::to_string(dropped);
  message += dropped == 1 ? " older line was" : " older lines were";
  message += " dropped: an execution keeps 10 MB of logs";
}

// Renders lines as they come, and then puts them in time order; lines of one time stay as they came.
class Rendered {
 public:
  explicit Rendered(LogForm form) : form_(form) {}

  std::size_t count() const { return lines_.size(); }

  void add(Time time, LogLevel level, std::string_view ref, std::string_view message) {
    in_order_ = in_order_ && (lines_.empty() || lines_.back().time <= time);
    const std::size_t begin = text_.size();
    if (form_ == LogForm::text) {
      append_line_text(text_, time, level, ref, message);
    } else {
      append_line_json(text_, time, level, ref, message);
      text_ += ',';
    }
    lines_.push_back({time, begin, text_.size() - begin});
  }

  std::string take() {
    if (!in_order_) {
      std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return a.time < b.time; });
      std::string sorted;
      sorted.reserve(text_.size());
      for (const Line& line : lines_) sorted.append(text_, line.begin, line.size);
      text_ = std::move(sorted);
    }
    if (form_ == LogForm::json && !text_.empty()) text_.pop_back();
    return std::move(text_);
  }

 private:
  struct Line {
    Time time;
    std::size_t begin, size;  // in text_
  };
  LogForm form_;
  std::string text_;
  std::vector<Line> lines_;
  bool in_order_ = true;
};

// One page of the lines that match; counts them all.
class Page {
 public:
  Page(const LogFilter& filter, LogForm form) : filter_(filter), rendered_(form) {}

  bool matches(LogLevel level, std::string_view ref) const {
    return (!filter_.level || *filter_.level == level) && (!filter_.node_id || is_line_of(*filter_.node_id, ref));
  }
  bool all_match() const { return !filter_.level && !filter_.node_id; }
  bool full() const { return rendered_.count() == filter_.limit; }

  void add(Time time, LogLevel level, std::string_view ref, std::string_view message) {
    if (!matches(level, ref)) return;
    const std::uint64_t place = total_++;
    if (place >= filter_.offset && !full()) rendered_.add(time, level, ref, message);
  }
  // `all`: how many lines there are, whatever they match.
  LogPage take(std::uint64_t all) { return {rendered_.take(), all_match() ? all : total_}; }

 private:
  const LogFilter& filter_;
  Rendered rendered_;
  std::uint64_t total_ = 0;
};

}  // namespace

Expected<LogPage> read_logs(const storage::Store& store, const ExecutionId& id, const LogFilter& filter, LogForm form,
                            Reach reach) {
  std::string bytes;
  const auto found = store.get(storage::Family::status, id.view(), bytes, reach);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail(errc::not_found_execution, "no execution " + to_string(id));
  const auto row = parse_status_row(bytes);
  if (!row) return tl::unexpected(row.error());

  ChunkReader reader(store, id, reach);
  Start start;
  start.kept = row->log_lines;
  if (row->log_bytes > kLogBytesKept) {
    const auto newest =
        newest_within(reader, id, row->last_event_id, std::numeric_limits<std::uint64_t>::max(), kLogBytesKept);
    if (!newest) return tl::unexpected(newest.error());
    start = *newest;
  }
  const std::uint64_t dropped = row->log_lines - start.kept;
  const std::uint64_t all = start.kept + (dropped != 0 ? 1 : 0);

  Page page(filter, form);
  if (page.all_match() && (filter.limit == 0 || filter.offset >= all)) return page.take(all);
  bool first = true;
  const auto read = read_from(reader, id, start, row->last_event_id,
                              [&](Time time, LogLevel level, std::string_view ref, std::string_view message) {
                                if (first && dropped != 0) {
                                  std::string warning;
                                  append_dropped(warning, dropped);
                                  page.add(time, LogLevel::warning, {}, warning);
                                }
                                first = false;
                                page.add(time, level, ref, message);
                                return !(page.all_match() && page.full());
                              });
  if (!read) return tl::unexpected(read.error());
  return page.take(all);
}

Expected<std::string> newest_lines(const storage::Store& store, const StatusRow& row, const ExecutionId& id,
                                   std::size_t limit, Reach reach) {
  if (limit == 0 || row.log_lines == 0) return std::string();
  const bool all = row.log_lines <= limit && row.log_bytes <= kLogBytesKept;
  if (all) {
    // A run that was one commit is one chunk: a point lookup is cheaper than a cursor.
    std::string bytes;
    const auto found = store.get(storage::Family::chunks, storage::chunk_key(id, 1), bytes, reach);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return missing_events(id);
    const auto chunk = events::decode(bytes, id);
    if (!chunk) return tl::unexpected(chunk.error());
    if (last_event_of(*chunk) >= row.last_event_id) {
      std::string out;
      Time newest{};
      if (append_chunk_lines(out, *chunk, newest)) return out;
    }
  }
  ChunkReader reader(store, id, reach);
  Start start;
  if (!all) {
    const auto newest = newest_within(reader, id, row.last_event_id, limit, kLogBytesKept);
    if (!newest) return tl::unexpected(newest.error());
    start = *newest;
  }
  Rendered rendered(LogForm::json);
  const auto read = read_from(reader, id, start, row.last_event_id,
                              [&](Time time, LogLevel level, std::string_view ref, std::string_view message) {
                                if (rendered.count() == 0 && start.by_bytes) {
                                  std::string warning;
                                  append_dropped(warning, row.log_lines - start.kept);
                                  rendered.add(time, LogLevel::warning, {}, warning);
                                }
                                rendered.add(time, level, ref, message);
                                return true;
                              });
  if (!read) return tl::unexpected(read.error());
  return rendered.take();
}

}  // namespace reprise::projections
