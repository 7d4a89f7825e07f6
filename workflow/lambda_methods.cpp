// The methods of str and dict.
#include <algorithm>

#include "workflow/lambda_builtins.hpp"
#include "workflow/lambda_text.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool expect_text(LambdaRun& run, const LambdaNode& call, const Value& value, std::string_view what) {
  return value.is(Type::string) ||
         run.fail(call.name + "() takes a str as its " + std::string(what) + ", found " + describe(value));
}

// An argument that may be left out or None.
bool optional(LambdaRun& run, const LambdaNode* node, Value& out) { return node == nullptr || run.value(*node, out); }

bool count_of(LambdaRun& run, const LambdaNode& call, const LambdaNode* node, std::string_view what,
              std::int64_t& out) {
  if (node == nullptr) return true;
  Value value;
  if (!run.value(*node, value)) return false;
  if (!value.is_integral()) {
    return run.fail(call.name + "() takes an int as its " + std::string(what) + ", found " + describe(value));
  }
  out = value.integer();
  return true;
}

template <std::string (*F)(std::string_view)>
bool mapped(LambdaRun& run, const LambdaNode&, const Value& self, Value& out) {
  return run.evaluation().spend(self.text().size() / 16) && run.evaluation().text(F(self.text()), out);
}

bool strip(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  Value characters;
  if (!optional(run, LambdaArguments(call, 1).at(0), characters)) return false;
  if (characters.is(Type::null)) {
    return run.evaluation().spend(self.text().size() / 16) &&
           run.evaluation().text(strip_white_space(self.text()), out);
  }
  if (!expect_text(run, call, characters, "characters")) return false;
  if (!run.evaluation().spend_search(self.text().size() * 8, characters.text().size() * 8)) return false;
  return run.evaluation().text(strip_characters(self.text(), characters.text()), out);
}

class Parts {
 public:
  explicit Parts(LambdaRun& run) : run_(run), list_(run.evaluation(), 0) {}
  bool add(std::string_view text) {
    Value part;
    return run_.evaluation().spend(1) && run_.evaluation().text(text, part) && list_.add(part);
  }
  bool finish(Value& out) { return list_.finish(out); }

 private:
  LambdaRun& run_;
  ListBuilder list_;
};

bool split_at_space(LambdaRun& run, std::string_view text, std::int64_t most, Value& out) {
  if (!run.evaluation().spend(text.size() / 16)) return false;
  Parts parts(run);
  for (;;) {
    for (auto c = first_character(text); is_white_space(c); c = first_character(text)) text.remove_prefix(c.size());
    if (text.empty()) return parts.finish(out);
    if (most-- == 0) return parts.add(text) && parts.finish(out);
    std::size_t end = 0;
    while (end < text.size() && !is_white_space(first_character(text.substr(end)))) {
      end += first_character(text.substr(end)).size();
    }
    if (!parts.add(text.substr(0, end))) return false;
    text.remove_prefix(end);
  }
}

bool split(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  const LambdaArguments given(call, 1);
  Value separator;
  std::int64_t most = -1;
  if (!optional(run, given.at(0, "sep"), separator)) return false;
  if (!count_of(run, call, given.at(1, "maxsplit"), "maxsplit", most)) return false;
  if (most < 0) most = -1;
  std::string_view text = self.text();
  if (separator.is(Type::null)) return split_at_space(run, text, most, out);
  if (!expect_text(run, call, separator, "separator")) return false;
  if (separator.text().empty()) return run.fail("split() takes a separator that is not empty");
  if (!run.evaluation().spend_search(text.size(), separator.text().size())) return false;
  Parts parts(run);
  for (;;) {
    const auto at = most-- == 0 ? text.npos : text.find(separator.text());
    if (!parts.add(text.substr(0, at))) return false;
    if (at == text.npos) return parts.finish(out);
    text.remove_prefix(at + separator.text().size());
  }
}

bool join(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  std::string result;
  bool first = true;
  const auto add = [&](const Value& element, bool&) {
    if (!element.is(Type::string)) return run.fail("join() takes strs, found " + describe(element));
    if (!first) result += self.text();
    first = false;
    result += element.text();
    return result.size() <= run.evaluation().room() || run.evaluation().reserve(result.size());
  };
  return run.each(call.children[1], add) && run.evaluation().text(result, out);
}

bool replace(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  const LambdaArguments given(call, 1);
  Value old, fresh;
  std::int64_t most = -1;
  if (!run.value(*given.at(0), old) || !run.value(*given.at(1), fresh)) return false;
  if (!expect_text(run, call, old, "first argument") || !expect_text(run, call, fresh, "second argument")) return false;
  if (!count_of(run, call, given.at(2), "count", most)) return false;
  Evaluation& evaluation = run.evaluation();
  if (!evaluation.spend_search(self.text().size(), old.text().size())) return false;
  std::string result;
  std::string_view rest = self.text();
  // An empty `old` stands before each character and at the end.
  while (most-- != 0) {
    const auto at = rest.find(old.text());
    if (at == rest.npos) break;
    result += rest.substr(0, at);
    result += fresh.text();
    rest.remove_prefix(at + old.text().size());
    if (old.text().empty()) {
      if (rest.empty()) break;
      const auto character = first_character(rest);
      result += character;
      rest.remove_prefix(character.size());
    }
    if (result.size() > evaluation.room()) return evaluation.reserve(result.size());
  }
  result += rest;
  return evaluation.text(result, out);
}

template <bool kStart>
bool begins_or_ends(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  const LambdaArguments given(call, 1);
  Value part, from, to;
  if (!run.value(*given.at(0), part) || !expect_text(run, call, part, "argument")) return false;
  Value within = self;
  if (given.placed() > 1) {
    if (!run.value(*given.at(1), from) || !optional(run, given.at(2), to)) return false;
    if (!lambda_slice(run.evaluation(), self, from, to, Value(), within)) return false;
    // Beyond the end there is not even an empty part.
    const auto size = static_cast<std::int64_t>(count_characters(self.text()));
    if (from.is_integral() && from.integer() > size) {
      out = Value::of(false);
      return true;
    }
  }
  if (!run.evaluation().spend(part.text().size() / 64)) return false;
  out = Value::of(kStart ? within.text().starts_with(part.text()) : within.text().ends_with(part.text()));
  return true;
}

bool get(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out) {
  const LambdaArguments given(call, 1);
  Value key, absent;
  if (!run.value(*given.at(0), key) || !optional(run, given.at(1), absent)) return false;
  out = absent;
  if (!key.is(Type::string) && !key.is(Type::integer)) return true;  // None, say, is no key of any dict
  std::string name;
  if (!lambda_key(run.evaluation(), key, name)) return false;
  if (!run.evaluation().spend(self.json().MemberCount() / 8)) return false;
  if (const JsonValue* found = lambda_member(self.json(), name); found != nullptr) out = Value::of(*found);
  return true;
}

bool keys(LambdaRun& run, const LambdaNode&, const Value& self, Value& out) {
  const JsonValue* list = nullptr;
  if (!run.elements(self, list)) return false;
  out = Value::of(*list);
  return true;
}

bool values(LambdaRun& run, const LambdaNode&, const Value& self, Value& out) {
  ListBuilder list(run.evaluation(), self.json().MemberCount());
  for (const auto& m : self.json().GetObject()) {
    if (!list.add(m.value)) return false;
  }
  return list.finish(out);
}

bool items(LambdaRun& run, const LambdaNode&, const Value& self, Value& out) {
  ListBuilder list(run.evaluation(), self.json().MemberCount());
  for (const auto& m : self.json().GetObject()) {
    ListBuilder pair(run.evaluation(), 2);
    Value made;
    if (!pair.add(m.name) || !pair.add(m.value) || !pair.finish(made) || !list.add(made)) return false;
  }
  return list.finish(out);
}

constexpr std::string_view kSplit[] = {"sep", "maxsplit"};

constexpr LambdaMethod kLambdaMethods[] = {
    {"lower", 0, 0, {}, kOnlyNamed, false, Type::string, mapped<to_lower>},
    {"upper", 0, 0, {}, kOnlyNamed, false, Type::string, mapped<to_upper>},
    {"strip", 0, 1, {}, kOnlyNamed, false, Type::string, strip},
    {"split", 0, 2, kSplit, 0, false, Type::string, split},
    {"join", 1, 1, {}, kOnlyNamed, true, Type::string, join},
    {"replace", 2, 3, {}, kOnlyNamed, false, Type::string, replace},
    {"startswith", 1, 3, {}, kOnlyNamed, false, Type::string, begins_or_ends<true>},
    {"endswith", 1, 3, {}, kOnlyNamed, false, Type::string, begins_or_ends<false>},
    {"get", 1, 2, {}, kOnlyNamed, false, Type::dict, get},
    {"keys", 0, 0, {}, kOnlyNamed, false, Type::dict, keys},
    {"values", 0, 0, {}, kOnlyNamed, false, Type::dict, values},
    {"items", 0, 0, {}, kOnlyNamed, false, Type::dict, items},
};

}  // namespace

std::span<const LambdaMethod> lambda_methods() { return kLambdaMethods; }

const LambdaMethod* find_lambda_method(std::string_view name) {
  const auto found = std::find_if(std::begin(kLambdaMethods), std::end(kLambdaMethods),
                                  [&](const auto& each) { return each.name == name; });
  return found == std::end(kLambdaMethods) ? nullptr : found;
}

}  // namespace reprise::workflow
