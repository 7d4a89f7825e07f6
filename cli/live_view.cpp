#include "cli/live_view.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cli/follow.hpp"
#include "cli/json_fields.hpp"

namespace reprise::cli {
namespace {

constexpr std::size_t kNameWidth = 40, kStatusWidth = 10, kTimeWidth = 8;
constexpr std::chrono::milliseconds kRedraw{50};  // no oftener than this while messages pour in

bool is_over(std::string_view status) {
  return status == "completed" || status == "failed" || status == "skipped" || status == "cancelled" ||
         status == "timed_out";
}

std::string_view mark_of(std::string_view status) {
  if (status == "completed") return "✓";
  if (status == "failed") return "✗";
  if (status == "skipped" || status == "cancelled") return "–";
  return status == "pending" ? "○" : "●";
}

// How many nodes fit below the headline.
std::size_t rows_of_terminal() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 6) return 20;
  return size.ws_row - 4u;
}

}  // namespace

LiveView::LiveView(std::string workflow_id, std::string execution_id, const std::vector<std::string>& refs)
    : console_(error_console()),
      workflow_id_(std::move(workflow_id)),
      execution_id_(std::move(execution_id)),
      started_(Clock::now()) {
  for (const std::string& ref : refs) nodes_.emplace_back().ref = ref;
  if (!console_.terminal) print_error(workflow_id_ + " " + execution_id_ + "\n");
}

LiveView::Node& LiveView::node(std::string_view ref) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.ref == ref; });
  if (found != nodes_.end()) return *found;
  nodes_.emplace_back().ref = ref;
  return nodes_.back();
}

void LiveView::take(std::string_view event, const JsonValue& data) {
  if (event == "log") take_log(data);
  if (event == "node_update") take_node(data);
  if (const std::string_view status = text_member(data, "status"); event != "node_update" && !status.empty())
    status_ = status;
  if (console_.terminal && Clock::now() - drawn_ >= kRedraw) draw();
}

void LiveView::take_node(const JsonValue& data) {
  Node& updated = node(text_member(data, "node_id"));
  const auto time = parse_time(text_member(data, "timestamp"));
  updated.status = text_member(data, "status");
  if (!updated.began) {
    updated.began = time;
    updated.since = Clock::now();
  }
  updated.ended = is_over(updated.status) ? time : std::nullopt;
  if (updated.status == "completed") updated.note.clear();
}

void LiveView::take_log(const JsonValue& line) {
  if (!console_.terminal) {
    print_error(log_line_text(line, console_));
    return;
  }
  const std::string_view ref = text_member(line, "node_id"), level = text_member(line, "level");
  if (ref.empty()) return;
  if (level == "WARNING" || level == "ERROR" || node(ref).status == "waiting")  // on whom or what it waits
    node(ref).note = printable(text_member(line, "message"));
}

void LiveView::tick() {
  if (console_.terminal && Clock::now() - drawn_ >= kRedraw) draw();
}

void LiveView::finish() {
  if (console_.terminal) draw();
}

std::string LiveView::took(const Node& n) {
  if (!n.began || n.status == "skipped") return {};
  if (n.ended) return duration_text((*n.ended - *n.began).count());
  return duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - n.since).count());
}

std::string LiveView::node_line(const Node& n, std::size_t ref_width) const {
  std::string status = printable(n.status);
  status.resize(std::max(status.size(), kStatusWidth), ' ');
  std::string time = took(n);
  time.insert(0, time.size() < kTimeWidth ? kTimeWidth - time.size() : 0, ' ');
  const Colour colour = colour_of_status(n.status);
  const std::string ref = printable(n.ref) + std::string(ref_width - columns_of(n.ref), ' ');
  std::string line =
      "  " + console_.paint(colour, mark_of(n.status)) + " " + ref + "  " + console_.paint(colour, status) + " " + time;
  const std::size_t used = 4 + ref_width + 2 + status.size() + 1 + time.size() + 2;
  if (!n.note.empty() && console_.width > used + 8)
    line += "  " + console_.paint(Colour::dim, clip(n.note, console_.width - used - 1));
  return line + "\n";
}

void LiveView::draw() {
  drawn_ = Clock::now();
  std::string out;
  if (lines_drawn_ > 0) out = "\x1b[" + std::to_string(lines_drawn_) + "A\x1b[J";
  const auto gone = std::chrono::duration_cast<std::chrono::milliseconds>(drawn_ - started_).count();
  const std::string name = clip(workflow_id_, kNameWidth), time = duration_text(gone);
  out += name + "  " + console_.paint(colour_of_status(status_), status_) + "  " + time;
  const std::size_t used = columns_of(name) + 2 + status_.size() + 2 + time.size() + 2;
  if (used + execution_id_.size() < console_.width) out += "  " + console_.paint(Colour::dim, execution_id_);
  out += '\n';
  lines_drawn_ = 1;

  // When not all nodes fit, those that went well are told as a number, and then the last ones too.
  const std::size_t room = rows_of_terminal();
  std::size_t ref_width = 4, hidden = 0;
  for (const Node& n : nodes_) ref_width = std::max(ref_width, columns_of(n.ref));
  std::size_t to_hide = nodes_.size() > room ? nodes_.size() - room + 1 : 0;
  std::string rows;
  std::size_t shown = 0;
  for (const Node& n : nodes_) {
    const bool well = n.status == "completed" || n.status == "skipped";
    if ((well && hidden < to_hide) || shown >= room) {
      ++hidden;
      continue;
    }
    rows += node_line(n, ref_width);
    ++shown;
  }
  lines_drawn_ += shown;
  if (hidden > 0) {
    out += console_.paint(Colour::dim, "  … and " + std::to_string(hidden) + " more") + "\n";
    ++lines_drawn_;
  }
  print_error(out + rows);
}

}  // namespace reprise::cli
