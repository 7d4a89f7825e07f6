#include "cli/console.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace reprise::cli {
namespace {

Console console_of(int descriptor) {
  Console console;
  console.terminal = ::isatty(descriptor) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind && std::string_view(kind) == "dumb";
  console.colours = console.terminal && !dumb && !(no_colour && *no_colour);
  if (winsize size{}; console.terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0) console.width = size.ws_col;
  return console;
}

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::none: return "";
    case Colour::dim: return "\x1b[2m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::red: return "\x1b[31m";
    case Colour::blue: return "\x1b[34m";
  }
  return "";
}

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

}  // namespace

std::string Console::paint(Colour colour, std::string_view text) const {
  if (!colours || colour == Colour::none) return std::string(text);
  return std::string(escape_of(colour)) + std::string(text) + "\x1b[0m";
}

const Console& out_console() {
  static const Console console = console_of(STDOUT_FILENO);
  return console;
}

const Console& error_console() {
  static const Console console = console_of(STDERR_FILENO);
  return console;
}

Colour colour_of_status(std::string_view status) {
  if (status == "completed" || status == "succeeded") return Colour::green;
  if (status == "failed" || status == "crashed" || status == "timed_out") return Colour::red;
  if (status == "running" || status == "started") return Colour::blue;
  if (status == "cancelled" || status == "terminated" || status == "paused" || status == "retrying")
    return Colour::yellow;
  return Colour::dim;
}

Colour colour_of_level(std::string_view level) {
  if (level == "ERROR") return Colour::red;
  if (level == "WARNING") return Colour::yellow;
  if (level == "DEBUG") return Colour::dim;
  return Colour::none;
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if (byte < 0x20 || byte == 0x7f) out[i] = ' ';
    // C1 controls (U+0080–U+009F) are C2 80–C2 9F in UTF-8.
    if (byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0) out[i] = out[i + 1] = ' ';
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string clip(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t seen = 0, end = 0;
  for (; end < text.size(); ++end) {
    if (starts_code_point(text[end]) && seen++ == columns - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string duration_text(std::int64_t ms) {
  ms = std::max<std::int64_t>(ms, 0);
  char buffer[48];
  if (ms < 1'000) {
    std::snprintf(buffer, sizeof buffer, "%lld ms", static_cast<long long>(ms));
  } else if (ms < 60'000) {
    std::snprintf(buffer, sizeof buffer, "%.1f s", static_cast<double>(ms) / 1'000.0);
  } else if (ms < 3'600'000) {
    std::snprintf(buffer, sizeof buffer, "%lldm%02llds", static_cast<long long>(ms / 60'000),
                  static_cast<long long>(ms / 1'000 % 60));
  } else {
    std::snprintf(buffer, sizeof buffer, "%lldh%02lldm", static_cast<long long>(ms / 3'600'000),
                  static_cast<long long>(ms / 60'000 % 60));
  }
  return buffer;
}

Table::Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

void Table::add(std::vector<Cell> row) {
  row.resize(heads_.size());
  for (Cell& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::text(const Console& console) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < heads_.size(); ++c) {
    std::size_t width = columns_of(heads_[c]);
    for (const auto& row : rows_) width = std::max(width, columns_of(row[c].text));
    widths.push_back(width);
  }
  std::string out;
  const auto append_row = [&](const auto& text_of, const auto& colour_of) {
    std::size_t column = 0;
    for (std::size_t c = 0; c < heads_.size(); ++c) {
      const bool last = c + 1 == heads_.size();
      std::string text = text_of(c);
      if (last && console.width > column + 8) text = clip(text, console.width - column);
      out += console.paint(colour_of(c), text);
      if (!last) out.append(widths[c] + 2 - columns_of(text), ' ');
      column += widths[c] + 2;
    }
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  };
  append_row([&](std::size_t c) { return heads_[c]; }, [](std::size_t) { return Colour::dim; });
  for (const auto& row : rows_) {
    append_row([&](std::size_t c) { return row[c].text; }, [&](std::size_t c) { return row[c].colour; });
  }
  return out;
}

Form FormFlags::form() const {
  if (json) return Form::json;
  return table || out_console().terminal ? Form::people : Form::json;
}

void print_out(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) == 0 && written) return;
  // Who reads no further (a pager, `head`) knows; a full disk has to be told.
  if (errno != EPIPE) print_error(std::string("reprise: cannot write to stdout: ") + std::strerror(errno) + "\n");
  std::_Exit(1);
}

void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string json_text(const JsonValue& value, const Console& console) {
  if (!console.terminal) return to_json(value) + "\n";
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace reprise::cli
