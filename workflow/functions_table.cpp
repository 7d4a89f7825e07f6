// FN: tables, from text and as text.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

// What ends a line for str.splitlines: its length, or 0.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const char c = rest[0];
  if (c == '\r') return rest.starts_with("\r\n") ? 2 : 1;
  if (c == '\n' || c == '\v' || c == '\f' || (c >= 0x1c && c <= 0x1e)) return 1;
  if (rest.starts_with("\xc2\x85")) return 2;
  return rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9") ? 3 : 0;
}

// Rows of csv.reader over the lines of a text: fields between commas, quoted ones with "" for a quote. A quoted field
// goes on in the next line; the end of the line is no part of it.
class CsvReader {
 public:
  CsvReader(Evaluation& evaluation, std::string_view text) : evaluation_(evaluation), text_(text) {}

  bool done() const { return at_ >= text_.size(); }

  bool row(std::vector<std::string>& out) {
    out.clear();
    bool quoted = false;
    bool any = false;
    bool after_quote = false;
    std::string field;
    while (at_ < text_.size()) {
      if (const std::size_t end = line_end(text_, at_); end != 0) {
        at_ += end;
        if (quoted) continue;
        break;
      }
      const char c = text_[at_++];
      if (quoted) {
        if (c != '"') {
          field += c;
        } else if (at_ < text_.size() && text_[at_] == '"') {
          field += c;
          ++at_;
        } else {
          quoted = false;
          after_quote = true;
        }
        continue;
      }
      if (c == ',') {
        out.push_back(std::move(field));
        field.clear();
        any = true;
        after_quote = false;
      } else if (c == '"' && field.empty() && !after_quote) {
        quoted = true;
        any = true;
      } else {
        field += c;
        any = true;
      }
    }
    if (any) out.push_back(std::move(field));
    return evaluation_.spend(1 + out.size());
  }

 private:
  Evaluation& evaluation_;
  std::string_view text_;
  std::size_t at_ = 0;
};

// The first row names the columns. Missing fields are None; surplus ones are a list under the key 'None'.
bool parse_csv(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "parse_csv", a}.text(0, text) || !e.spend(text.size() / 16)) return false;
  CsvReader reader(e, text);
  std::vector<std::string> names;
  std::vector<std::string> fields;
  while (names.empty() && !reader.done()) {
    if (!reader.row(names)) return false;
  }
  ListBuilder list(e, 0);
  while (!reader.done()) {
    if (!reader.row(fields)) return false;
    if (fields.empty()) continue;
    DictBuilder dict(e);
    Value value;
    for (std::size_t i = 0; i < names.size(); ++i) {
      value = Value();
      if (i < fields.size() && !e.text(fields[i], value)) return false;
      if (!dict.set(names[i], value)) return false;
    }
    if (fields.size() > names.size()) {
      ListBuilder surplus(e, 0);
      for (std::size_t i = names.size(); i < fields.size(); ++i) {
        if (!e.text(fields[i], value) || !surplus.add(value)) return false;
      }
      if (!surplus.finish(value) || !dict.set("None", value)) return false;
    }
    if (!dict.finish(value) || !list.add(value)) return false;
  }
  return list.finish(out);
}

using Columns = std::set<std::string_view>;

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += quotes ? "&quot;" : "\""; break;
      case '\'': out += quotes ? "&#x27;" : "'"; break;
      default: out += c;
    }
  }
}

class Table {
 public:
  Table(Evaluation& evaluation, const JsonValue& rows) : evaluation_(evaluation), rows_(rows) {}

  bool run(std::string_view format, std::string& out) {
    for (const auto& row : rows_.GetArray()) {
      if (!row.IsObject()) {
        return evaluation_.fail("FN.tabulate: every element must be a dict, found " + describe(Value::of(row)));
      }
      for (const auto& m : row.GetObject()) columns_.insert(text_of(m.name));
      if (!evaluation_.spend(1 + row.MemberCount())) return false;
    }
    if (rows_.Empty()) return true;
    if (format == "markdown") return markdown(out);
    if (format == "html") return html(out);
    return format == "csv" ? csv(out) : xml(out);
  }

 private:
  // Calls `cell` with each column's value of the row, null where it has none.
  template <class Cell>
  bool each(const JsonValue& row, std::string& out, Cell cell) {
    bool first = true;
    for (const auto column : columns_) {
      if (!evaluation_.spend(1 + row.MemberCount() / 16)) return false;
      std::string text;
      const JsonValue* value = find(row, column);
      if (value != nullptr && !evaluation_.stringify(text, Value::of(*value))) return false;
      cell(first, value, text);
      first = false;
      if (!evaluation_.fits(out.size())) return false;
    }
    return true;
  }

  bool markdown(std::string& out) {
    if (columns_.empty()) return true;
    std::string rule;
    for (const auto column : columns_) {
      out += '|';
      out += column;
      rule += "|-";
    }
    out += "|\n" + rule + "|";
    for (const auto& row : rows_.GetArray()) {
      out += "\n|";
      const bool fine = each(row, out, [&out](bool, const JsonValue* value, const std::string& text) {
        if (value != nullptr && !value->IsNull()) out += text;
        out += '|';
      });
      if (!fine) return false;
    }
    return true;
  }

  bool html(std::string& out) {
    out += "<table>\n  <thead>\n    <tr>\n";
    for (const auto column : columns_) {
      out += "      <th>";
      append_escaped(out, column, true);
      out += "</th>\n";
    }
    out += "    </tr>\n  </thead>\n  <tbody>\n";
    for (const auto& row : rows_.GetArray()) {
      out += "    <tr>\n";
      const bool fine = each(row, out, [&out](bool, const JsonValue*, const std::string& text) {
        out += "      <td>";
        append_escaped(out, text, true);
        out += "</td>\n";
      });
      if (!fine) return false;
      out += "    </tr>\n";
    }
    out += "  </tbody>\n</table>";
    return true;
  }

  void csv_field(std::string& out, bool first, std::string_view text) const {
    if (!first) out += ',';
    const bool only = columns_.size() == 1 && text.empty();
    if (!only && text.find_first_of(",\"\r\n") == text.npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += c;
      out += c;
    }
    out += '"';
  }

  bool csv(std::string& out) {
    bool leading = true;
    for (const auto column : columns_) {
      csv_field(out, leading, column);
      leading = false;
    }
    out += "\r\n";
    for (const auto& row : rows_.GetArray()) {
      const bool fine = each(row, out, [&](bool first, const JsonValue* value, const std::string& text) {
        csv_field(out, first, value == nullptr || value->IsNull() ? std::string_view() : std::string_view(text));
      });
      if (!fine) return false;
      out += "\r\n";
    }
    return true;
  }

  static bool xml_name(std::string_view name) {
    const auto starts = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
             (static_cast<unsigned char>(c) & 0x80) != 0;
    };
    return !name.empty() && starts(name[0]) && std::all_of(name.begin(), name.end(), [&starts](char c) {
      return starts(c) || c == '-' || c == '.' || (c >= '0' && c <= '9');
    });
  }

  bool xml(std::string& out) {
    for (const auto column : columns_) {
      if (!xml_name(column)) {
        return evaluation_.fail("FN.tabulate: a key must be the name of an XML element, found '" +
                                std::string(column.substr(0, 40)) + "'");
      }
    }
    out += "<?xml version=\"1.0\" ?>\n<items>\n";
    for (const auto& row : rows_.GetArray()) {
      if (row.ObjectEmpty()) {
        out += "  <item/>\n";
        continue;
      }
      out += "  <item>\n";
      for (const auto column : columns_) {
        const JsonValue* value = find(row, column);
        if (!evaluation_.spend(1 + row.MemberCount() / 16)) return false;
        if (value == nullptr) continue;
        std::string text;
        if (!value->IsNull() && !evaluation_.stringify(text, Value::of(*value))) return false;
        out += "    <";
        out += column;
        if (text.empty()) {
          out += "/>\n";
          continue;
        }
        out += '>';
        append_escaped(out, text, false);
        out += "</";
        out += column;
        out += ">\n";
        if (!evaluation_.fits(out.size())) return false;
      }
      out += "  </item>\n";
    }
    out += "</items>\n";
    return true;
  }

  Evaluation& evaluation_;
  const JsonValue& rows_;
  Columns columns_;
};

bool tabulate(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "tabulate", a};
  const JsonValue* rows = nullptr;
  std::string_view format;
  if (!arguments.list(0, rows) || !arguments.text(1, format)) return false;
  if (format != "markdown" && format != "html" && format != "csv" && format != "xml") {
    return arguments.refuse(1, "'markdown', 'html', 'csv' or 'xml'");
  }
  std::string text;
  return Table(e, *rows).run(format, text) && e.text(text, out);
}

constexpr Function kTableFunctions[] = {{"parse_csv", 1, 1, parse_csv}, {"tabulate", 2, 2, tabulate}};

}  // namespace

std::span<const Function> table_functions() { return kTableFunctions; }

}  // namespace reprise::workflow
