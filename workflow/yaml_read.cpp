#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "workflow/unicode.hpp"
#include "workflow/yaml_text.hpp"

namespace reprise::workflow {
namespace {

constexpr std::size_t kMaxDepth = 90;

// How the handler gets out of yaml-cpp's parser. Never leaves this file. An empty message: the evaluation has one.
struct Stop {
  std::string message;
};

// [-+]?digits with underscores, in base 2, 8, 10, 16 or 60; false beyond 64 bits.
bool parse_integer(std::string text, std::int64_t& out) {
  std::erase(text, '_');
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  int base = 10;
  if (rest.starts_with("0b") || rest.starts_with("0x")) {
    base = rest[1] == 'b' ? 2 : 16;
    rest.remove_prefix(2);
  } else if (rest.size() > 1 && rest[0] == '0') {
    base = 8;
  }
  std::int64_t total = 0;
  while (!rest.empty()) {
    std::uint64_t part = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), part, base);
    if (error != std::errc{} || part > (1ull << 63)) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (part == (1ull << 63)) {
      if (!negative || total != 0 || !rest.empty()) return false;
      out = std::numeric_limits<std::int64_t>::min();
      return true;
    }
    if (__builtin_mul_overflow(total, std::int64_t{60}, &total) ||
        __builtin_add_overflow(total, static_cast<std::int64_t>(part), &total)) {
      return false;
    }
    if (rest.starts_with(':')) rest.remove_prefix(1);
  }
  out = negative ? -total : total;
  return true;
}

bool parse_number(std::string text, double& out) {
  std::erase(text, '_');
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  double total = 0;
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find(':'));
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) return false;
    total = total * 60 + value;
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  out = negative ? -total : total;
  return std::isfinite(out);
}

// The ISO text of a time as YAML writes them: 2001-12-14 21:59:43.10 -5 and the like.
std::string iso(std::string_view text) {
  std::string compact;
  const auto day = std::min(text.find_first_of("Tt \t"), text.size());
  // One digit will do for month, day and hour.
  int digits = 0;
  std::string date;
  const auto padded = [](std::string_view part) {
    return part.size() == 1 ? "0" + std::string(part) : std::string(part);
  };
  for (std::string_view rest = text.substr(0, day); !rest.empty(); ++digits) {
    const auto part = rest.substr(0, rest.find('-'));
    date += (digits == 0 ? "" : "-") + padded(part);
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  compact = date;
  if (day < text.size()) {
    std::string_view rest = text.substr(day);
    rest.remove_prefix(std::min(rest.find_first_of("0123456789"), rest.size()));
    const auto hour = rest.substr(0, rest.find(':'));
    compact += "T" + padded(hour);
    rest.remove_prefix(hour.size());
    for (const char c : rest) {
      if (c != ' ' && c != '\t') compact += c;
    }
    if (compact.ends_with('.')) compact.pop_back();
    const auto sign = compact.find_last_of("+-");
    if (sign != compact.npos && sign > 11) {
      const auto offset = compact.substr(sign + 1);
      const auto colon = offset.find(':');
      compact = compact.substr(0, sign + 1) + padded(offset.substr(0, colon)) +
                (colon == offset.npos ? ":00" : offset.substr(colon));
    }
  }
  const auto moment = parse_date_time(compact);
  if (!moment || day == text.size()) return compact;
  std::string out;
  append_iso(out, *moment);
  return out;
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(Evaluation& evaluation, JsonValue& out) : evaluation_(evaluation), out_(out) {}

  void OnDocumentStart(const YAML::Mark&) override {
    if (seen_) throw Stop{"expected a single document, found another one"};
    seen_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override { add(anchor, JsonValue(), "null"); }

  void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{"an alias stands inside of what it names"};
    if (frames_.size() + found->second.depth > kMaxDepth) throw too_deep();
    if (!frames_.empty()) frames_.back().depth = std::max(frames_.back().depth, found->second.depth + 1);
    add(0, alias(found->second.value), found->second.key);
  }

  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    constexpr std::string_view core = "tag:yaml.org,2002:";
    if (!valid_utf8(text)) throw Stop{"a text that is no UTF-8"};
    if (tag.empty() || tag == "?") {
      add(anchor, plain(text), text);
    } else if (tag == "!" || tag == "tag:yaml.org,2002:str") {
      add(anchor, string(text), text);
    } else if (tag.starts_with(core)) {
      JsonValue value = plain(text);
      const auto kind = std::string_view(tag).substr(core.size());
      const bool fits = (kind == "null" && value.IsNull()) || (kind == "bool" && value.IsBool()) ||
                        (kind == "int" && value.IsInt64()) || (kind == "float" && value.IsNumber());
      if (!fits) throw Stop{"a value that is no " + std::string(kind.substr(0, 40)) + ", as its tag has it"};
      if (kind == "float") value.SetDouble(value.GetDouble());
      add(anchor, std::move(value), text);
    } else {
      throw Stop{"an unknown tag: " + tag.substr(0, 60)};
    }
  }

  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(anchor, rapidjson::kArrayType);
  }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    start(anchor, rapidjson::kObjectType);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    Frame(Evaluation& evaluation, rapidjson::Type kind, YAML::anchor_t name)
        : type(kind), anchor(name), list(evaluation, 0), dict(evaluation) {}
    rapidjson::Type type;
    YAML::anchor_t anchor;
    std::size_t depth = 1;
    ListBuilder list;
    DictBuilder dict;
    std::string key;
    bool have_key = false;
    bool merges = false;
    std::vector<JsonValue> merged;  // what << names: for keys that are not there otherwise
  };
  struct Anchor {
    JsonValue value;
    std::size_t depth;
    std::string key;  // its text, for a scalar
  };

  static Stop too_deep() { return Stop{"nested deeper than " + std::to_string(kMaxDepth)}; }

  void need(bool fine) const {
    if (!fine) throw Stop{};
  }

  JsonValue string(std::string_view text) {
    Value value;
    JsonValue json;
    need(evaluation_.text(text, value) && evaluation_.json(value, json));
    return json;
  }

  JsonValue plain(const std::string& text) {
    switch (yaml_kind(text)) {
      case YamlKind::null: return JsonValue();
      case YamlKind::boolean: {
        const char first = static_cast<char>(text[0] | 0x20);
        return JsonValue(first == 'y' || first == 't' || ((first == 'o') && (text[1] | 0x20) == 'n'));
      }
      case YamlKind::integer: {
        std::int64_t number = 0;
        if (!parse_integer(text, number)) throw Stop{"an integer that does not fit 64 bits"};
        return JsonValue(number);
      }
      case YamlKind::number: {
        double number = 0;
        if (!parse_number(text, number)) throw Stop{"a number that is not finite: " + text.substr(0, 40)};
        return JsonValue(number);
      }
      case YamlKind::moment: return string(iso(text));
      case YamlKind::merge:
      case YamlKind::text: break;
    }
    return string(text);
  }

  void start(YAML::anchor_t anchor, rapidjson::Type type) {
    if (wants_key()) throw Stop{"a key must be a scalar, found a list or a map"};
    if (frames_.size() >= kMaxDepth) throw too_deep();
    need(evaluation_.spend(1));
    frames_.emplace_back(evaluation_, type, anchor);
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Value value;
    if (frame.type == rapidjson::kArrayType) {
      need(frame.list.finish(value));
    } else {
      need(frame.dict.finish(value));
      for (const auto& source : frame.merged) {
        for (const auto& m : source.GetObject()) {
          need(evaluation_.spend(1 + value.json().MemberCount() / 16));
          if (find(value.json(), text_of(m.name)) == nullptr) need(frame.dict.set(text_of(m.name), Value::of(m.value)));
        }
      }
    }
    JsonValue json;
    need(evaluation_.json(value, json));
    if (!frames_.empty()) frames_.back().depth = std::max(frames_.back().depth, frame.depth + 1);
    last_depth_ = frame.depth;
    add(frame.anchor, std::move(json), {});
  }

  bool wants_key() const {
    return !frames_.empty() && frames_.back().type == rapidjson::kObjectType && !frames_.back().have_key;
  }

  // `text`: the scalar as it stands there; for a key.
  void add(YAML::anchor_t anchor, JsonValue value, std::string_view text) {
    need(evaluation_.spend(1));
    const bool collection = value.IsArray() || value.IsObject();
    if (anchor != 0) {
      anchors_.insert_or_assign(anchor, Anchor{alias(value), collection ? last_depth_ : 0, std::string(text)});
    }
    if (frames_.empty()) {
      out_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.type == rapidjson::kArrayType) {
      need(frame.list.add(value));
    } else if (!frame.have_key) {
      if (collection) throw Stop{"a key must be a scalar, found a list or a map"};
      frame.key = value.IsString() ? std::string(text_of(value)) : std::string(text);
      frame.have_key = true;
      frame.merges = value.IsString() && frame.key == "<<";
    } else {
      frame.have_key = false;
      if (frame.merges && value.IsObject()) {
        frame.merged.push_back(alias(value));
      } else if (frame.merges && value.IsArray()) {
        for (const auto& each : value.GetArray()) {
          if (!each.IsObject()) throw Stop{"<< must name a map or a list of maps"};
          frame.merged.push_back(alias(each));
        }
      } else {
        need(frame.dict.set(
            frame.key, Value::of(*new (evaluation_.pool().Malloc(sizeof(JsonValue))) JsonValue(std::move(value)))));
      }
    }
  }

  Evaluation& evaluation_;
  JsonValue& out_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  std::size_t last_depth_ = 0;
  bool seen_ = false;
};

}  // namespace

bool read_yaml(Evaluation& evaluation, std::string_view text, JsonValue& out) {
  const auto refuse = [&evaluation](const std::string& reason) { return evaluation.fail(reason); };
  // yaml-cpp takes a byte 4 for the end of the text.
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r')
      return refuse("a control character");
  }
  // Its scanner takes a microsecond for a token.
  if (!evaluation.spend(text.size() / 4)) return false;
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    Builder builder(evaluation, out);
    while (parser.HandleNextDocument(builder)) {
    }
    return true;
  } catch (const Stop& stop) {
    return refuse(stop.message);
  } catch (const YAML::Exception& e) {
    return refuse("the YAML is malformed: " + e.msg);
  } catch (const std::exception&) {
    return refuse("the YAML is malformed");
  }
}

}  // namespace reprise::workflow
