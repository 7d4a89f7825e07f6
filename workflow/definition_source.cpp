#include "workflow/definition_source.hpp"

#include <charconv>

#include "workflow/template.hpp"

namespace reprise::workflow {
namespace {

// Walks a well-formed JSON text.
class Locator {
 public:
  Locator(std::string_view text, Offsets& out) : text_(text), out_(out) {}

  void value(const std::string& pointer) {
    skip_space();
    out_.values.emplace(pointer, at_);
    if (at_ >= text_.size()) return;
    switch (text_[at_]) {
      case '{': object(pointer); return;
      case '[': array(pointer); return;
      case '"': string(); return;
      default:
        while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    }
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  std::string_view string() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return text_.substr(start, at_ - start);
  }

  void object(const std::string& pointer) {
    ++at_;
    for (skip_space(); at_ < text_.size() && text_[at_] != '}'; skip_space()) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const std::size_t key_at = at_;
      const std::string_view quoted = string();
      // Escapes are rare in keys: leave them to the parser.
      std::string key(quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : std::string_view());
      if (key.find('\\') != key.npos) {
        if (const auto parsed = parse_json(quoted)) key = text_of(parsed->root());
      }
      const std::string below = append_pointer(pointer, key);
      out_.keys.emplace(below, key_at);
      skip_space();
      ++at_;  // the colon
      value(below);
    }
    ++at_;
  }

  void array(const std::string& pointer) {
    ++at_;
    std::size_t index = 0;
    for (skip_space(); at_ < text_.size() && text_[at_] != ']'; skip_space()) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      value(pointer + "/" + std::to_string(index++));
    }
    ++at_;
  }

  std::string_view text_;
  Offsets& out_;
  std::size_t at_ = 0;
};

}  // namespace

void locate_json(std::string_view text, Offsets& out) { Locator(text, out).value({}); }

Source read_json(std::string_view text) {
  Source out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  out.text = text;
  auto parsed = parse_json(text, {kMaxDefinitionDepth});
  if (parsed) {
    out.document = std::move(*parsed);
    return out;
  }
  Fault fault;
  fault.message = std::move(parsed.error().detail);
  std::string_view where = parsed.error().where;
  if (where.starts_with("byte ")) {
    where.remove_prefix(5);
    std::size_t offset = 0;
    std::from_chars(where.data(), where.data() + where.size(), offset);
    place(text, offset, fault);
  }
  out.faults.push_back(std::move(fault));
  return out;
}

void place(std::string_view text, std::size_t offset, Fault& out) {
  if (offset > text.size()) offset = text.size();
  out.line = 1;
  out.column = 1;
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++out.line;
      out.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
      ++out.column;
    }
  }
}

}  // namespace reprise::workflow
