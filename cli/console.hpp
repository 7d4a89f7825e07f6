// What is written for people: tables and colours on a terminal, JSON where a program reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/json.hpp"

namespace reprise::cli {

enum class Colour : std::uint8_t { none, dim, green, yellow, red, blue };

// One of the process's streams.
struct Console {
  bool terminal = false;
  bool colours = false;   // a terminal, and NO_COLOR is not set
  std::size_t width = 0;  // columns; 0: unbounded

  std::string paint(Colour colour, std::string_view text) const;
};
const Console& out_console();
const Console& error_console();

Colour colour_of_status(std::string_view status);  // of an execution or a node
Colour colour_of_level(std::string_view level);    // of a log line

// The text without what would steer a terminal: control characters become spaces.
std::string printable(std::string_view text);
// As many columns as code points; never cuts one in half.
std::size_t columns_of(std::string_view text);
std::string clip(std::string_view text, std::size_t columns);  // ends in "…" when cut
std::string duration_text(std::int64_t milliseconds);          // 840 ms, 2.4 s, 3m05s, 2h10m

// Columns aligned to their widest cell. The last one is cut at the terminal's width.
class Table {
 public:
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };
  explicit Table(std::vector<std::string> heads);
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  std::string text(const Console& console) const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<Cell>> rows_;
};

// How a command answers: tables on a terminal and JSON otherwise, unless a flag decides.
enum class Form : std::uint8_t { people, json };
struct FormFlags {
  bool json = false, table = false;
  Form form() const;
};

void print_out(std::string_view text);    // to stdout, flushed
void print_error(std::string_view text);  // to stderr
// One line; spread over several with indentation on a terminal.
std::string json_text(const JsonValue& value, const Console& console);

}  // namespace reprise::cli
