// Paths: JSONPath below ACTIONS.<ref>, TRIGGER, INPUTS, ENV and var, with filters.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "workflow/evaluation.hpp"
#include "workflow/expression_nesting.hpp"
#include "workflow/expression_parser.hpp"

namespace reprise::workflow {
namespace {

constexpr std::array<std::string_view, 7> kActionProperties = {
    "result", "result_typename", "error", "error_typename", "interaction", "interaction_id", "interaction_type"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

bool ExpressionParser::path(Root root, Node& out) {
  out.kind = NodeKind::path;
  out.path = std::make_unique<Path>();
  Path& path = *out.path;
  path.root = root;
  const std::size_t at = lexer_.position();
  if (root == Root::action) return action_path(path);
  if (root == Root::secrets) return secret_path(path);
  if (root == Root::var) {
    Step first;
    if (!names_.var_refusal.empty() && !lexer_.note_at(at, names_.var_refusal)) return false;
    if (!lexer_.take('.')) return lexer_.expected("'.' and a name after var");
    if (!name_step(first, "the name of a variable")) return false;
    path.name = std::move(first.name);
  }
  return steps(path) && (root != Root::inputs || check_inputs(path, at));
}

bool ExpressionParser::action_path(Path& out) {
  const std::size_t at = lexer_.position();
  if (lexer_.peek() == '.' && is_name_character(lexer_.peek(1))) {
    lexer_.take('.');
    out.name = lexer_.take_name();
  } else if (lexer_.peek() == '[' && (lexer_.peek(1) == '\'' || lexer_.peek(1) == '"')) {
    lexer_.take('[');
    std::string_view ref;
    if (!lexer_.quoted(ref)) return false;
    if (!lexer_.take(']')) return lexer_.expected("']'");
    out.name = ref;
  } else {
    return lexer_.expected("'.' and the ref of an action after ACTIONS");
  }
  std::string reason = names_.action ? names_.action(out.name, out.task) : "no action may be named here";
  if (!reason.empty()) return lexer_.note_at(at, std::move(reason)) && steps(out);
  const std::size_t property_at = lexer_.position();
  if (!steps(out)) return false;
  if (out.steps.empty()) return true;
  const Step& property = out.steps.front();
  if (property.kind != Step::Kind::name ||
      std::find(kActionProperties.begin(), kActionProperties.end(), property.name) == kActionProperties.end()) {
    return lexer_.note_at(property_at, "ACTIONS." + out.name +
                                           " has result, result_typename, error, error_typename, interaction, "
                                           "interaction_id and interaction_type, nothing else");
  }
  if (property.name == "result") {
    out.root = Root::action_result;
    out.steps.erase(out.steps.begin());
  }
  return true;
}

bool ExpressionParser::secret_path(Path& out) {
  const std::size_t at = lexer_.position();
  Step name, key;
  if (!lexer_.take('.') || !name_step(name, "the name of a secret") || !lexer_.take('.') ||
      !name_step(key, "the key of a secret") || lexer_.peek() == '.' || lexer_.peek() == '[') {
    return lexer_.fail_at(at, "a secret is named as SECRETS.name.KEY, with exactly one key");
  }
  if (!names_.secrets_refusal.empty() && !lexer_.note_at(at, names_.secrets_refusal)) return false;
  out.name = std::move(name.name);
  out.steps.push_back(std::move(key));
  return true;
}

bool ExpressionParser::check_inputs(const Path& path, std::size_t at) {
  const JsonValue* value = names_.inputs;
  if (value == nullptr) return true;
  std::string so_far = "INPUTS";
  for (const Step& step : path.steps) {
    if (step.kind != Step::Kind::name && step.kind != Step::Kind::index) return true;
    so_far += step.kind == Step::Kind::name ? "." + step.name : "[" + std::to_string(step.index) + "]";
    value = follow(value, step);
    if (value == nullptr) return lexer_.note_at(at, so_far + " does not exist: `inputs` has no such value");
  }
  return true;
}

bool ExpressionParser::name_step(Step& out, std::string_view what) {
  out.kind = Step::Kind::name;
  const auto name = lexer_.take_name();
  if (name.empty()) return lexer_.expected(what);
  out.name = name;
  return true;
}

bool ExpressionParser::steps(Path& out) {
  for (;;) {
    Step step;
    const bool bracketed = lexer_.peek() == '[';
    if (bracketed) {
      if (!bracket(step)) return false;
    } else if (lexer_.take("..")) {
      step.kind = Step::Kind::descend;
      out.simple = false;
      out.steps.push_back(std::move(step));
      step = Step{};
      if (lexer_.peek() == '[') {
        if (!bracket(step)) return false;
      } else if (lexer_.take('*')) {
        step.kind = Step::Kind::wildcard;
      } else if (!name_step(step, "a name, '*' or '[' after '..'")) {
        return false;
      }
    } else if (lexer_.take('.')) {
      if (lexer_.take('*')) {
        step.kind = Step::Kind::wildcard;
      } else if (lexer_.peek() == '`') {
        if (!backtick(step)) return false;
      } else if (lexer_.peek() == '\'' || lexer_.peek() == '"') {
        std::string_view name;
        if (!lexer_.quoted(name)) return false;
        step.name = name;
      } else if (!name_step(step, "a name or '*' after '.'")) {
        return false;
      }
    } else {
      return true;
    }
    if (step.kind != Step::Kind::name && step.kind != Step::Kind::index) out.simple = false;
    if (step.kind == Step::Kind::wildcard) out.listed = true;
    out.steps.push_back(std::move(step));
    if (out.steps.size() > kMaxExpressionDepth) return lexer_.fail("a path with too many steps");
  }
}

bool ExpressionParser::bracket(Step& out) {
  lexer_.take('[');
  lexer_.skip_space();
  const char c = lexer_.peek();
  if (c == '*') {
    lexer_.take('*');
    out.kind = Step::Kind::wildcard;
  } else if (c == '?') {
    lexer_.take('?');
    out.kind = Step::Kind::filter;
    out.filter = std::make_unique<Filter>();
    if (!filter_either(*out.filter)) return false;
  } else if (c == ':') {
    if (!slice_rest(out)) return false;
  } else if (!bracket_part(out)) {
    return false;
  }
  lexer_.skip_space();
  while (lexer_.peek() == ',' &&
         (out.kind == Step::Kind::name || out.kind == Step::Kind::index || out.kind == Step::Kind::either)) {
    if (out.kind != Step::Kind::either) {
      Step first = std::move(out);
      out = Step{};
      out.kind = Step::Kind::either;
      out.parts.push_back(std::move(first));
    }
    lexer_.take(',');
    lexer_.skip_space();
    Step& part = out.parts.emplace_back();
    if (!bracket_part(part)) return false;
    if (part.kind == Step::Kind::slice) return lexer_.fail("a union takes indexes and quoted names, no slices");
    if (out.parts.size() > kMaxExpressionDepth) return lexer_.fail("a union of too many parts");
    lexer_.skip_space();
  }
  return lexer_.take(']') || lexer_.expected("']'");
}

// A quoted name, an index, or a slice that begins with a number.
bool ExpressionParser::bracket_part(Step& out) {
  const char c = lexer_.peek();
  if (c == '\'' || c == '"') {
    std::string_view name;
    if (!lexer_.quoted(name)) return false;
    out.name = name;
    return true;
  }
  if (!is_digit(c) && c != '-') {
    return lexer_.expected("an index, a slice, a quoted name, '*' or '?' after '['");
  }
  out.kind = Step::Kind::index;
  if (!lexer_.integer(out.index)) return false;
  lexer_.skip_space();
  if (lexer_.peek() != ':') return true;
  out.from = out.index;
  return slice_rest(out);
}

bool ExpressionParser::backtick(Step& out) {
  const std::size_t at = lexer_.position();
  std::string_view text;
  if (!lexer_.quoted(text)) return false;
  if (text == "len") {
    out.kind = Step::Kind::length;
    return true;
  }
  if (text.ends_with(')')) {
    const std::string_view inside = text.substr(0, text.size() - 1);
    if (inside.starts_with("sub(")) return replace_step(inside.substr(4), at, out);
    if (inside.starts_with("split(")) return split_step(inside.substr(6), at, out);
  }
  return lexer_.fail_at(at, "expected `len`, `sub(/a/, b)` or `split(x, 0, -1)`");
}

bool ExpressionParser::replace_step(std::string_view arguments, std::size_t at, Step& out) {
  const auto end = arguments.rfind("/,");
  if (!arguments.starts_with('/') || end == 0 || end == arguments.npos) {
    return lexer_.fail_at(at, "expected `sub(/pattern/, replacement)`");
  }
  out.kind = Step::Kind::replace;
  out.name = trimmed(arguments.substr(end + 2));
  const std::string_view source = trimmed(arguments.substr(1, end - 1));
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);
  out.pattern = std::make_unique<RE2>(re2::StringPiece(source.data(), source.size()), options);
  std::string reason;
  if (!out.pattern->ok()) return lexer_.fail_at(at, "a pattern that is no RE2 pattern: " + out.pattern->error());
  if (!out.pattern->CheckRewriteString(out.name, &reason)) {
    return lexer_.fail_at(at, "a replacement that does not fit its pattern: " + reason);
  }
  return true;
}

bool ExpressionParser::split_step(std::string_view arguments, std::size_t at, Step& out) {
  const auto last = arguments.rfind(',');
  const auto middle = last == arguments.npos || last == 0 ? arguments.npos : arguments.rfind(',', last - 1);
  if (middle == arguments.npos) return lexer_.fail_at(at, "expected `split(separator, segment, most)`");
  std::string_view separator = trimmed(arguments.substr(0, middle));
  if (separator.size() > 2 && (separator[0] == '\'' || separator[0] == '"') && separator.back() == separator[0]) {
    separator = separator.substr(1, separator.size() - 2);
  }
  const auto number = [](std::string_view text, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  };
  std::int64_t segment = 0, most = 0;
  const std::string_view which = trimmed(arguments.substr(middle + 1, last - middle - 1));
  if (separator.empty() || !number(trimmed(arguments.substr(last + 1)), most) ||
      (which != "*" && !number(which, segment))) {
    return lexer_.fail_at(at, "expected `split(separator, segment, most)` with a number or * and a number");
  }
  out.kind = Step::Kind::split;
  out.name = separator;
  if (which != "*") out.from = segment;
  out.to = most;
  return true;
}

bool ExpressionParser::slice_rest(Step& out) {
  out.kind = Step::Kind::slice;
  out.index = 0;
  for (std::optional<std::int64_t>* part : {&out.to, &out.stride}) {
    if (!lexer_.take(':')) return true;
    lexer_.skip_space();
    if (!is_digit(lexer_.peek()) && lexer_.peek() != '-') continue;
    std::int64_t number = 0;
    if (!lexer_.integer(number)) return false;
    *part = number;
    lexer_.skip_space();
  }
  if (out.stride == 0) return lexer_.fail("the stride of a slice cannot be 0");
  return true;
}

bool ExpressionParser::filter_either(Filter& out) {
  Nesting nesting(*this);
  if (!nesting.ok() || !filter_both(out)) return false;
  for (;;) {
    lexer_.skip_space();
    if (!lexer_.take("||") && !lexer_.take('|')) return true;
    if (out.kind != Filter::Kind::either) {
      Filter first = std::move(out);
      out = Filter{};
      out.kind = Filter::Kind::either;
      out.parts.push_back(std::move(first));
    }
    if (!filter_both(out.parts.emplace_back())) return false;
  }
}

bool ExpressionParser::filter_both(Filter& out) {
  if (!filter_one(out)) return false;
  bool grouped = false;
  for (;;) {
    lexer_.skip_space();
    if (!lexer_.take("&&") && !lexer_.take('&')) return true;
    if (!grouped) {
      Filter first = std::move(out);
      out = Filter{};
      out.kind = Filter::Kind::both;
      out.parts.push_back(std::move(first));
      grouped = true;
    }
    if (!filter_one(out.parts.emplace_back())) return false;
  }
}

bool ExpressionParser::filter_one(Filter& out) {
  lexer_.skip_space();
  if (lexer_.take('(')) {
    if (!filter_either(out)) return false;
    lexer_.skip_space();
    return lexer_.take(')') || lexer_.expected("')'");
  }
  if (!filter_path(out.path)) return false;
  lexer_.skip_space();
  for (const std::string_view symbol : {"=~", "==", "!=", "<=", ">=", "<", ">", "="}) {
    if (lexer_.take(symbol)) return filter_operand(out, symbol);
  }
  out.kind = Filter::Kind::exists;
  return true;
}

bool ExpressionParser::filter_path(Path& out) {
  out.root = Root::element;
  if (lexer_.take('@')) return steps(out);
  Step first;
  if (lexer_.peek() == '\'' || lexer_.peek() == '"') {
    std::string_view name;
    if (!lexer_.quoted(name)) return false;
    first.name = name;
  } else if (!name_step(first, "'@' or a name in a filter")) {
    return false;
  }
  out.steps.push_back(std::move(first));
  return steps(out);
}

bool ExpressionParser::filter_operand(Filter& out, std::string_view symbol) {
  constexpr std::pair<std::string_view, Op> ops[] = {
      {"==", Op::equal},      {"=", Op::equal},   {"!=", Op::not_equal},    {"<", Op::less},
      {"<=", Op::less_equal}, {">", Op::greater}, {">=", Op::greater_equal}};
  lexer_.skip_space();
  const std::size_t at = lexer_.position();
  Node literal;
  if (const char c = lexer_.peek(); c == '\'' || c == '"' || is_digit(c) || c == '-') {
    if (!primary(literal)) return false;
  } else if (const auto word = lexer_.peek_name(); word == "True" || word == "true" || word == "False" ||
                                                   word == "false" || word == "None" || word == "null") {
    if (!named(literal)) return false;
  } else {
    return lexer_.expected("a string, a number, True, False or None in a filter");
  }
  if (symbol == "=~") {
    if (!literal.literal.is(Type::string)) return lexer_.fail_at(at, "expected a string with a pattern after '=~'");
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(1 << 20);
    out.kind = Filter::Kind::matches;
    const auto text = literal.literal.text();
    out.pattern = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!out.pattern->ok()) return lexer_.fail_at(at, "a pattern that is no RE2 pattern: " + out.pattern->error());
    return true;
  }
  out.kind = Filter::Kind::compare;
  out.literal = literal.literal;
  for (const auto& [text, op] : ops) {
    if (text == symbol) out.op = op;
  }
  return true;
}

}  // namespace reprise::workflow
