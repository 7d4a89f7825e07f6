#include <re2/re2.h>

#include <algorithm>
#include <vector>

#include "workflow/unicode.hpp"
#include "workflow/yaml_text.hpp"

namespace reprise::workflow {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kLongestSimpleKey = 122;

bool space_or_end(std::string_view text, std::size_t at) {
  return at >= text.size() || text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n' ||
         text[at] == '\0';
}

bool one_of(std::string_view set, char c) { return set.find(c) != set.npos; }

// Which styles a text can have outside of flow collections.
struct Styles {
  bool plain = true;
  bool single = true;
  bool lines = false;  // more than one line
};

Styles styles_of(std::string_view text) {
  Styles out;
  if (text.empty()) return out;
  bool indicator = text.starts_with("---") || text.starts_with("...");
  bool special = false, space_break = false, break_space = false, edge = false;
  char before = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool spaced_before = i == 0 || space_or_end(text, i - 1);
    if (i == 0) {
      indicator = indicator || one_of("#,[]{}&*!|>'\"%@`", c) || (one_of("?:-", c) && space_or_end(text, 1));
    } else {
      indicator = indicator || (c == ':' && space_or_end(text, i + 1)) || (c == '#' && spaced_before);
    }
    out.lines = out.lines || c == '\n';
    special = special || (c != '\n' && (c < 0x20 || c > 0x7e));
    if (c == ' ' || c == '\n') {
      edge = edge || i == 0 || i + 1 == text.size();
      break_space = break_space || (c == ' ' && before == '\n');
      space_break = space_break || (c == '\n' && before == ' ');
    }
    before = c;
  }
  out.single = !special && !space_break && !break_space;
  out.plain = out.single && !edge && !out.lines && !indicator;
  return out;
}

class Writer {
 public:
  Writer(Evaluation& evaluation, std::string& out) : evaluation_(evaluation), out_(out) {}

  bool run(const JsonValue& value) {
    if (!node(value, 0, true)) return false;
    out_ += '\n';
    if (open_ended_) out_ += "...\n";
    return true;
  }

 private:
  // A value whose first character stands where writing is; `indent` is that of the lines of a collection.
  bool node(const JsonValue& value, std::size_t indent, bool root) {
    if (!evaluation_.spend(1) || !evaluation_.fits(out_.size())) return false;
    if (value.IsArray() && !value.Empty()) return list(value, indent);
    if (value.IsObject() && !value.ObjectEmpty()) return dict(value, indent);
    if (value.IsString()) return text(text_of(value), indent, false, root);
    open_ended_ = root && !value.IsArray() && !value.IsObject();
    switch (value.GetType()) {
      case rapidjson::kNullType: out_ += "null"; return true;
      case rapidjson::kFalseType: out_ += "false"; return true;
      case rapidjson::kTrueType: out_ += "true"; return true;
      case rapidjson::kArrayType: out_ += "[]"; return true;
      case rapidjson::kObjectType: out_ += "{}"; return true;
      default: break;
    }
    std::string number;
    append_text(number, value);
    const auto e = number.find('e');
    if (e != number.npos && number.find('.') == number.npos) number.insert(e, ".0");
    out_ += number;
    return true;
  }

  void line(std::size_t indent) {
    out_ += '\n';
    begin_ = out_.size();
    out_.append(indent, ' ');
  }
  std::size_t column() const { return out_.size() - begin_; }

  bool list(const JsonValue& value, std::size_t indent) {
    bool first = true;
    for (const auto& element : value.GetArray()) {
      if (!first) line(indent);
      first = false;
      out_ += "- ";
      if (!node(element, indent + 2, false)) return false;
    }
    return true;
  }

  bool dict(const JsonValue& value, std::size_t indent) {
    std::vector<const JsonValue::Member*> members;
    members.reserve(value.MemberCount());
    for (const auto& m : value.GetObject()) members.push_back(&m);
    std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return text_of(a->name) < text_of(b->name); });
    bool first = true;
    for (const auto* member : members) {
      if (!first) line(indent);
      first = false;
      const std::string_view name = text_of(member->name);
      const bool simple = !name.empty() && count_characters(name) <= kLongestSimpleKey && !styles_of(name).lines;
      if (!simple) out_ += "? ";
      if (!text(name, indent + 2, simple, false)) return false;
      if (!simple) line(indent);
      out_ += ':';
      if (!member_value(member->value, indent, simple)) return false;
    }
    return true;
  }

  bool member_value(const JsonValue& value, std::size_t indent, bool simple) {
    const bool block = (value.IsArray() && !value.Empty()) || (value.IsObject() && !value.ObjectEmpty());
    if (!block || !simple) {
      out_ += ' ';
      return node(value, indent + 2, false);
    }
    const std::size_t below = value.IsArray() ? indent : indent + 2;
    line(below);
    return node(value, below, false);
  }

  bool text(std::string_view text, std::size_t indent, bool key, bool root) {
    if (!evaluation_.spend(text.size() / 16) || !evaluation_.fits(out_.size() + text.size())) return false;
    const Styles styles = styles_of(text);
    const std::size_t at = root ? 2 : indent;
    if (styles.plain && !text.empty() && yaml_kind(text) == YamlKind::text && text != "=") {
      open_ended_ = root;
      plain(text, at, !key);
    } else if (styles.single && !(key && styles.lines)) {
      single_quoted(text, at, !key);
    } else {
      double_quoted(text, at, !key);
    }
    return evaluation_.fits(out_.size());
  }

  // The end of the run of spaces at `at`, as far as lines may be folded there.
  bool folds(std::string_view text, std::size_t at, bool fold) const {
    return fold && column() > kWidth && text[at] == ' ' && at > 0 && text[at - 1] != ' ' && at + 1 < text.size() &&
           text[at + 1] != ' ';
  }

  void plain(std::string_view text, std::size_t indent, bool fold) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (folds(text, i, fold)) {
        line(indent);
      } else {
        out_ += text[i];
      }
    }
  }

  void single_quoted(std::string_view text, std::size_t indent, bool fold) {
    out_ += '\'';
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\n') {
        // One break more than are meant: the first one alone would be a space.
        if (i == 0 || text[i - 1] != '\n') out_ += '\n';
        out_ += '\n';
        begin_ = out_.size();
        if (i + 1 == text.size() || text[i + 1] != '\n') out_.append(indent, ' ');
      } else if (folds(text, i, fold)) {
        line(indent);
      } else {
        if (c == '\'') out_ += c;
        out_ += c;
      }
    }
    out_ += '\'';
  }

  static std::string escaped(char32_t c) {
    constexpr std::string_view from("\0\x07\x08\t\n\v\f\r\x1b\"\\", 11);
    constexpr std::string_view to = "0abtnvfre\"\\";
    if (c < 0x80 && from.find(static_cast<char>(c)) != from.npos) {
      return std::string("\\") + to[from.find(static_cast<char>(c))];
    }
    if (c == 0x85) return "\\N";
    if (c == 0xa0) return "\\_";
    if (c == 0x2028) return "\\L";
    if (c == 0x2029) return "\\P";
    const int digits = c <= 0xff ? 2 : c <= 0xffff ? 4 : 8;
    std::string out = digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
    for (int i = digits - 1; i >= 0; --i) out += "0123456789ABCDEF"[c >> (4 * i) & 15];
    return out;
  }

  void double_quoted(std::string_view text, std::size_t indent, bool fold) {
    out_ += '"';
    std::string run;  // what is not written yet
    const std::size_t last = count_characters(text);
    std::size_t index = 0;
    for (std::size_t at = 0; at < text.size(); ++index) {
      const char32_t c = next_character(text, at);
      const bool special = c == '"' || c == '\\' || c < 0x20 || c > 0x7e;
      if (special) {
        out_ += run;
        run = escaped(c);
        out_ += run;
        run.clear();
      }
      if (fold && index > 0 && index + 1 < last && (c == ' ' || special) && column() + run.size() > kWidth) {
        out_ += run;
        run.clear();
        out_ += '\\';
        line(indent);
        const bool space = special ? at < text.size() && text[at] == ' ' : c == ' ';
        if (space) out_ += '\\';
      }
      if (!special) run += static_cast<char>(c);
    }
    out_ += run;
    out_ += '"';
  }

  Evaluation& evaluation_;
  std::string& out_;
  std::size_t begin_ = 0;  // of the current line
  bool open_ended_ = false;
};

}  // namespace

YamlKind yaml_kind(std::string_view scalar) {
  static const RE2 null("~|null|Null|NULL|");
  static const RE2 boolean("yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
  static const RE2 integer(
      "[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+");
  static const RE2 number(
      "[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|"
      "[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");
  static const RE2 moment(
      "[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
      "(?:\\.[0-9]*)?(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?");
  constexpr std::size_t kLongest = 400;
  if (scalar.size() > kLongest) return YamlKind::text;
  const re2::StringPiece text(scalar.data(), scalar.size());
  if (RE2::FullMatch(text, null)) return YamlKind::null;
  if (RE2::FullMatch(text, boolean)) return YamlKind::boolean;
  if (RE2::FullMatch(text, integer)) return YamlKind::integer;
  if (RE2::FullMatch(text, number)) return YamlKind::number;
  if (RE2::FullMatch(text, moment)) return YamlKind::moment;
  return scalar == "<<" ? YamlKind::merge : YamlKind::text;
}

bool append_yaml(Evaluation& evaluation, const JsonValue& value, std::string& out) {
  return Writer(evaluation, out).run(value);
}

}  // namespace reprise::workflow
