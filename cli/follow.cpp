#include "cli/follow.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "cli/json_fields.hpp"
#include "events/text_lines.hpp"
#include "projections/log_lines.hpp"

namespace reprise::cli {
namespace {

constexpr int kTries = 20;  // as long as a server takes to start again
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

Expected<void> follow(Client& client, const std::string& id,
                      const std::function<void(std::string_view, const JsonValue&)>& sink,
                      const std::function<void()>& tick) {
  const std::string path = "/api/executions/" + Client::escape(id) + "/live";
  std::string last_id;
  bool ended = false;
  int failures = 0;
  bool told = false;
  while (true) {
    const auto take = [&](const StreamMessage& message) {
      failures = 0;
      told = false;
      if (const auto data = parse_json(message.data)) sink(message.event, data->root());
      ended = message.event == "completion" || message.event == "error";
      return !ended;
    };
    const auto done = client.stream(path, last_id, take, tick);
    if (ended) return {};
    const bool lost = done.has_value() || (done.error().code == errc::unavailable && !last_id.empty());
    if (!lost || ++failures >= kTries) {
      if (!done) return tl::unexpected(done.error());
      return fail(errc::unavailable, "the server ended the live stream before the execution ended");
    }
    if (!std::exchange(told, true)) {
      const std::string why = done ? "the server ended the live stream" : done.error().detail;
      print_error("reprise: " + why + "; trying again\n");
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::string log_line_text(const JsonValue& line, const Console& console) {
  const std::string_view level = text_member(line, "level"), node = text_member(line, "node_id");
  std::string out = console.paint(Colour::dim, "[" + printable(text_member(line, "timestamp")) + "]");
  out += " " + console.paint(colour_of_level(level), level);
  if (!node.empty()) out += " [" + printable(node) + "]";
  out += " - ";
  bool first = true;
  each_line(text_member(line, "message"), [&](std::string_view part) {
    if (!std::exchange(first, false)) out += projections::kContinuation;
    out += printable(part) + "\n";
  });
  return out;
}

}  // namespace reprise::cli
