// YAML to the model of JSON: the core schema of YAML 1.2, one document, aliases expanded within bounds.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "workflow/definition_source.hpp"
#include "workflow/template.hpp"
#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

constexpr std::size_t kMaxNodes = 300'000;       // aliases expanded
constexpr std::size_t kMaxTextBytes = 8u << 20;  // aliases expanded

// How the handler gets out of yaml-cpp's parser. Never leaves this file.
struct Stop {
  std::size_t offset;
  std::string message;
};

bool is_null(std::string_view s) { return s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL"; }
bool is_true(std::string_view s) { return s == "true" || s == "True" || s == "TRUE"; }
bool is_false(std::string_view s) { return s == "false" || s == "False" || s == "FALSE"; }

bool all_digits(std::string_view s) { return !s.empty() && s.find_first_not_of("0123456789") == s.npos; }

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view s) {
  if (s.starts_with('+') || s.starts_with('-')) s.remove_prefix(1);
  if (const auto e = s.find_first_of("eE"); e != s.npos) {
    std::string_view exponent = s.substr(e + 1);
    if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
    if (!all_digits(exponent)) return false;
    s = s.substr(0, e);
  }
  const auto dot = s.find('.');
  if (dot == s.npos) return all_digits(s);
  const auto before = s.substr(0, dot);
  const auto after = s.substr(dot + 1);
  return (before.empty() || all_digits(before)) && (after.empty() || all_digits(after)) &&
         !(before.empty() && after.empty());
}

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(Source& out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (seen_) throw Stop{offset(mark), "a second document in the text; expected one"};
  }
  void OnDocumentEnd() override { seen_ = true; }
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (wants_key()) throw Stop{offset(mark), "a key must be text, found nothing"};
    add(mark, anchor, JsonValue(), {1, 0, 1});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{offset(mark), "an alias stands inside of what it names"};
    if (wants_key()) throw Stop{offset(mark), "a key must be text, found an alias"};
    add(mark, 0, alias(found->second.value), found->second.size);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (wants_key()) {
      if (text == "<<" && tag == "?") {  // plain: quoted, it is a key as others are
        throw Stop{offset(mark), "merge keys ('<<') are not supported; an alias can only stand for a whole value"};
      }
      key(mark, text);
      return;
    }
    add(mark, anchor, scalar(mark, tag, text), {1, text.size(), 1});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(mark, tag, anchor, "tag:yaml.org,2002:seq", rapidjson::kArrayType);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(mark, tag, anchor, "tag:yaml.org,2002:map", rapidjson::kObjectType);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

  bool seen() const { return seen_; }

 private:
  struct Size {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    std::size_t depth = 0;
  };
  struct Frame {
    JsonValue value;
    YAML::anchor_t anchor = 0;
    Size size{1, 0, 1};
    std::string pointer;
    std::string key;
    bool have_key = false;
    std::unordered_set<std::string> keys;
  };
  struct Anchor {
    JsonValue value;
    Size size;
  };

  static std::size_t offset(const YAML::Mark& mark) { return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos); }

  bool wants_key() const { return !frames_.empty() && frames_.back().value.IsObject() && !frames_.back().have_key; }

  void key(const YAML::Mark& mark, const std::string& text) {
    Frame& frame = frames_.back();
    if (!frame.keys.insert(text).second) throw Stop{offset(mark), "the key '" + text.substr(0, 100) + "' stands twice"};
    frame.size.bytes += text.size();
    frame.key = text;
    frame.have_key = true;
    out_.offsets.keys.emplace(append_pointer(frame.pointer, text), offset(mark));
  }

  std::string next_pointer() const {
    if (frames_.empty()) return {};
    const Frame& frame = frames_.back();
    if (frame.value.IsObject()) return append_pointer(frame.pointer, frame.key);
    return frame.pointer + "/" + std::to_string(frame.value.Size());
  }

  void start(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, std::string_view plain,
             rapidjson::Type type) {
    if (wants_key()) throw Stop{offset(mark), "a key must be text, found a list or a map"};
    if (!tag.empty() && tag != "?" && tag != "!" && tag != plain) throw Stop{offset(mark), "an unknown tag: " + tag};
    if (frames_.size() >= kMaxDefinitionDepth) throw too_deep(mark);
    Frame frame;
    frame.value = JsonValue(type);
    frame.anchor = anchor;
    frame.pointer = next_pointer();
    out_.offsets.values.emplace(frame.pointer, offset(mark));
    frames_.push_back(std::move(frame));
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    attach(frame.anchor, std::move(frame.value), frame.size);
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, JsonValue value, const Size& size) {
    out_.offsets.values.emplace(next_pointer(), offset(mark));
    if (frames_.size() + size.depth > kMaxDefinitionDepth) throw too_deep(mark);
    total_.nodes += size.nodes;
    total_.bytes += size.bytes;
    if (total_.nodes > kMaxNodes || total_.bytes > kMaxTextBytes) {
      throw Stop{offset(mark), "too much content, with all aliases expanded"};
    }
    attach(anchor, std::move(value), size);
  }

  void attach(YAML::anchor_t anchor, JsonValue value, const Size& size) {
    if (anchor != 0) anchors_.insert_or_assign(anchor, Anchor{alias(value), size});
    if (frames_.empty()) {
      out_.document.root() = std::move(value);
      return;
    }
    Frame& parent = frames_.back();
    JsonPool& pool = out_.document.pool();
    if (parent.value.IsArray()) {
      parent.value.PushBack(value, pool);
    } else {
      JsonValue name = json_string(parent.key, pool);
      parent.value.AddMember(name, value, pool);
      parent.have_key = false;
    }
    parent.size.nodes += size.nodes;
    parent.size.bytes += size.bytes;
    parent.size.depth = std::max(parent.size.depth, size.depth + 1);
  }

  JsonValue text(std::string_view s) { return json_string(s, out_.document.pool()); }

  JsonValue scalar(const YAML::Mark& mark, const std::string& tag, std::string_view s) {
    constexpr std::string_view core = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?") return plain(mark, s);
    if (tag == "!") return text(s);
    if (!tag.starts_with(core)) throw Stop{offset(mark), "an unknown tag: " + tag};
    const auto kind = std::string_view(tag).substr(core.size());
    if (kind == "str") return text(s);
    JsonValue value = plain(mark, s);
    const bool fits = (kind == "null" && value.IsNull()) || (kind == "bool" && value.IsBool()) ||
                      (kind == "int" && (value.IsInt64() || value.IsUint64())) || (kind == "float" && value.IsNumber());
    if (!fits) throw Stop{offset(mark), "a value that is no " + std::string(kind) + ", as its tag has it"};
    if (kind == "float") value.SetDouble(value.GetDouble());
    return value;
  }

  JsonValue plain(const YAML::Mark& mark, std::string_view s) {
    if (is_null(s)) return JsonValue();
    if (is_true(s)) return JsonValue(true);
    if (is_false(s)) return JsonValue(false);
    if (s.starts_with("0x") || s.starts_with("0o")) {
      const int base = s[1] == 'x' ? 16 : 8;
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(s.data() + 2, s.data() + s.size(), number, base);
      if (end == s.data() + s.size() && s.size() > 2) {
        if (error != std::errc{}) throw Stop{offset(mark), "an integer that does not fit 64 bits"};
        return JsonValue(number);
      }
      return text(s);
    }
    std::string_view digits = s;
    if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
    if (all_digits(digits)) return integer(mark, s.starts_with('-'), digits);
    if (digits == ".inf" || digits == ".Inf" || digits == ".INF" || s == ".nan" || s == ".NaN" || s == ".NAN") {
      throw Stop{offset(mark), "a number that is not finite: " + std::string(s)};
    }
    if (!is_float(s)) return text(s);
    if (s.starts_with('+')) s.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), number);
    if (error != std::errc{} || end != s.data() + s.size() || !std::isfinite(number)) {
      throw Stop{offset(mark), "a number out of range"};
    }
    return JsonValue(number);
  }

  JsonValue integer(const YAML::Mark& mark, bool negative, std::string_view digits) {
    std::uint64_t number = 0;
    const bool fits = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{};
    constexpr std::uint64_t most_negative = 1ull << 63;
    if (!fits || (negative && number > most_negative)) throw Stop{offset(mark), "an integer that does not fit 64 bits"};
    if (!negative) return JsonValue(number);
    return JsonValue(static_cast<std::int64_t>(~number + 1));
  }

  static Stop too_deep(const YAML::Mark& mark) {
    return Stop{offset(mark), "nested deeper than " + std::to_string(kMaxDefinitionDepth)};
  }

  Source& out_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  Size total_;
  bool seen_ = false;
};

// yaml-cpp takes whatever bytes come, and a byte 4 for the end of the text.
std::size_t first_bad_byte(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) return i;
      ++i;
      continue;
    }
    const std::size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || i + length > text.size()) return i;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    const bool beyond = (c == 0xed && second > 0x9f) || (c == 0xf4 && second > 0x8f);
    if (overlong || beyond) return i;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    }
    i += length;
  }
  return text.npos;
}

void refuse(Source& out, std::size_t offset, std::string message) {
  out.document = JsonDocument();
  out.offsets = {};
  Fault fault;
  fault.message = std::move(message);
  place(out.text, offset, fault);
  out.faults.push_back(std::move(fault));
}

}  // namespace

Source read_yaml(std::string_view text) {
  Source out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  out.text = text;
  out.located = true;
  if (const auto bad = first_bad_byte(text); bad != text.npos) {
    refuse(out, bad, "a byte that is no UTF-8 text, or a control character");
    return out;
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    Builder builder(out);
    while (parser.HandleNextDocument(builder)) {
    }
    if (!builder.seen()) refuse(out, 0, "the YAML is empty");
  } catch (const Stop& stop) {
    refuse(out, stop.offset, stop.message);
  } catch (const YAML::Exception& e) {
    refuse(out, e.mark.pos < 0 ? 0 : static_cast<std::size_t>(e.mark.pos), "the YAML is malformed: " + e.msg);
  } catch (const std::exception&) {
    refuse(out, 0, "the YAML is malformed");
  }
  return out;
}

}  // namespace reprise::workflow
