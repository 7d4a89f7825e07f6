// The fields of str.format: which value, which conversion, which specification.
#include "workflow/text_format.hpp"

#include <charconv>

namespace reprise::workflow {
namespace {

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

class Format {
 public:
  Format(Evaluation& evaluation, Arguments values) : evaluation_(evaluation), values_(values) {}

  // `depth` 1: a specification, which may hold fields without specifications of their own.
  bool run(std::string_view text, int depth, std::string& out) {
    std::size_t at = 0;
    while (at < text.size()) {
      const char c = text[at++];
      if (c != '{' && c != '}') {
        out += c;
        continue;
      }
      if (depth == 0 && at < text.size() && text[at] == c) {
        out += c;
        ++at;
        continue;
      }
      std::size_t end = at;
      if (c == '}' || !closing(text, end)) return single(c);
      if (!evaluation_.spend(1) || !field(text.substr(at, end - at), depth, out)) return false;
      if (!evaluation_.fits(out.size())) return false;
      at = end + 1;
    }
    return evaluation_.fits(out.size());
  }

 private:
  bool single(char c) { return evaluation_.fail("FN.format: a single '" + std::string(1, c) + "'"); }

  // Moves `at` to the brace that closes a field which began before it.
  static bool closing(std::string_view text, std::size_t& at) {
    for (int open = 1; at < text.size(); ++at) {
      if (text[at] == '{') ++open;
      if (text[at] == '}' && --open == 0) return true;
    }
    return false;
  }

  bool field(std::string_view text, int depth, std::string& out) {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ':' && text[end] != '!') {
      if (text[end] == '[') end = std::min(text.find(']', end), text.size() - 1);
      ++end;
    }
    Value value;
    if (!find_value(text.substr(0, end), value)) return false;
    std::string_view rest = text.substr(end);
    std::string converted;
    bool is_text = false;
    if (!rest.empty() && rest[0] == '!') {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':')) {
        return evaluation_.fail("FN.format: expected r, s or a and then ':' or '}' after '!', found " + shown(rest));
      }
      if (!convert(rest[1], value, converted)) return false;
      is_text = true;
      rest.remove_prefix(2);
    }
    if (!rest.empty()) rest.remove_prefix(1);  // the colon
    std::string specification(rest);
    if (rest.find_first_of("{}") != rest.npos) {
      if (depth > 0) return evaluation_.fail("FN.format: fields nest too deeply at " + shown(rest));
      specification.clear();
      if (!run(rest, depth + 1, specification)) return false;
    }
    if (is_text) {
      const JsonValue holder(
          rapidjson::StringRef(converted.data(), static_cast<rapidjson::SizeType>(converted.size())));
      return append_formatted(evaluation_, Value::of(holder), specification, out);
    }
    return append_formatted(evaluation_, value, specification, out);
  }

  bool convert(char conversion, const Value& value, std::string& out) {
    if (conversion != 'r' && conversion != 's' && conversion != 'a') {
      return evaluation_.fail("FN.format: expected the conversion r, s or a after '!', found '" +
                              std::string(1, conversion) + "'");
    }
    if (conversion == 's' || !value.is(Type::string)) return evaluation_.stringify(out, value);
    append_repr(out, value.text(), conversion == 'a');
    return evaluation_.fits(out.size());
  }

  bool find_value(std::string_view name, Value& out) {
    const std::size_t end = std::min(name.find_first_of(".["), name.size());
    const std::string_view first = name.substr(0, end);
    std::size_t index = 0;
    if (first.empty()) {
      index = next_++;
      automatic_ = true;
    } else if (const auto [stop, error] = std::from_chars(first.data(), first.data() + first.size(), index);
               error == std::errc{} && stop == first.data() + first.size()) {
      manual_ = true;
    } else if (!named(first, out)) {
      return false;
    } else {
      return inside(name.substr(end), out);
    }
    if (automatic_ && manual_) return evaluation_.fail("FN.format: a template has either {} or {0}, not both");
    if (index >= values_.size()) {
      return evaluation_.fail("FN.format: the template asks for value " + std::to_string(index) + ", but there are " +
                              std::to_string(values_.size()));
    }
    out = values_[index];
    return inside(name.substr(end), out);
  }

  bool named(std::string_view name, Value& out) {
    if (values_.size() == 1 && values_[0].is(Type::dict)) {
      if (const auto* value = find(values_[0].json(), name)) {
        out = Value::of(*value);
        return evaluation_.spend(values_[0].json().MemberCount() / 32);
      }
    }
    return evaluation_.fail("FN.format: there is no value named " + shown(name));
  }

  // [key] and [0] after the name of a value.
  bool inside(std::string_view steps, Value& out) {
    while (!steps.empty()) {
      const auto close = steps.find(']');
      if (steps[0] != '[' || close == steps.npos) {
        return evaluation_.fail("FN.format: expected {0[key]} or {0[1]}, found " + shown(steps));
      }
      const std::string_view key = steps.substr(1, close - 1);
      steps.remove_prefix(close + 1);
      if (!evaluation_.expand(out, out)) return false;
      std::size_t index = 0;
      const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (out.is(Type::list) && error == std::errc{} && stop == key.data() + key.size() && index < out.json().Size()) {
        out = Value::of(out.json()[static_cast<rapidjson::SizeType>(index)]);
        continue;
      }
      const JsonValue* member = out.is(Type::dict) ? find(out.json(), key) : nullptr;
      if (member == nullptr) return evaluation_.fail("FN.format: there is no [" + std::string(key.substr(0, 40)) + "]");
      out = Value::of(*member);
    }
    return true;
  }

  Evaluation& evaluation_;
  Arguments values_;
  std::size_t next_ = 0;
  bool automatic_ = false;
  bool manual_ = false;
};

}  // namespace

bool append_formatted(Evaluation& evaluation, std::string_view text, Arguments values, std::string& out) {
  return evaluation.spend(text.size() / 64) && Format(evaluation, values).run(text, 0, out);
}

}  // namespace reprise::workflow
