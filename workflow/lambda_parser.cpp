#include "workflow/lambda_parser.hpp"

#include <algorithm>
#include <array>

namespace reprise::workflow {
namespace {

using Kind = LambdaToken::Kind;

constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

// What Python has and the subset has not: named when it is met where something else is expected.
constexpr std::string_view kForeign[] = {"|",  "&",  "^",  "~", "<<", ">>",  "@",   ":=",  "->",  "+=", "-=",
                                         "*=", "/=", "%=", "!", ";",  "**=", "//=", "<<=", ">>=", "..."};

bool is_keyword(std::string_view text) {
  return std::find(kKeywords.begin(), kKeywords.end(), text) != kKeywords.end();
}
bool is_foreign(std::string_view text) {
  return std::find(std::begin(kForeign), std::end(kForeign), text) != std::end(kForeign);
}

}  // namespace

// How deep the parser is: a guard for its recursion.
class LambdaParser::Nesting {
 public:
  explicit Nesting(LambdaParser& parser) : parser_(parser) { ++parser_.nesting_; }
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  bool ok() const {
    return parser_.nesting_ <= kMaxLambdaNesting || parser_.fail(parser_.token().at, "nested too deeply");
  }

 private:
  LambdaParser& parser_;
};

const LambdaToken& LambdaParser::token(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}
bool LambdaParser::at_symbol(std::string_view symbol, std::size_t ahead) const {
  return token(ahead).kind == Kind::symbol && token(ahead).text == symbol;
}
bool LambdaParser::at_word(std::string_view word, std::size_t ahead) const {
  return token(ahead).kind == Kind::name && token(ahead).text == word;
}
bool LambdaParser::take_symbol(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  ++next_;
  return true;
}
bool LambdaParser::take_word(std::string_view word) {
  if (!at_word(word)) return false;
  ++next_;
  return true;
}
bool LambdaParser::need_symbol(std::string_view symbol, std::string_view where) {
  return take_symbol(symbol) || expected("'" + std::string(symbol) + "'" + std::string(where));
}

bool LambdaParser::fail(std::size_t at, std::string message) {
  if (fault_.message.empty()) fault_ = {at, std::move(message)};
  return false;
}

bool LambdaParser::expected(std::string_view what) {
  const LambdaToken& found = token();
  if (found.kind == Kind::bad) return fail(found.at, found.bytes);
  constexpr std::size_t kMost = 40;
  const std::string text(found.text.substr(0, kMost));
  if (found.kind == Kind::symbol && is_foreign(found.text)) {
    return fail(found.at, "'" + text + "' is not in the subset of Python that a lambda may use");
  }
  return fail(found.at, "expected " + std::string(what) + ", found " +
                            (found.kind == Kind::end      ? "the end"
                             : found.kind == Kind::string ? text
                                                          : "'" + text + "'"));
}

LambdaNode LambdaParser::start(LambdaKind kind) const {
  LambdaNode node;
  node.kind = kind;
  node.at = static_cast<std::uint32_t>(token().at);
  return node;
}

bool LambdaParser::finish(LambdaNode& out) {
  out.depth = 1;
  for (const LambdaNode& child : out.children) out.depth = std::max(out.depth, child.depth + 1);
  return out.depth <= kMaxLambdaDepth || fail(out.at, "nested too deeply");
}

void LambdaParser::wrap(LambdaKind kind, std::size_t at, LambdaNode& out) {
  LambdaNode outer;
  outer.kind = kind;
  outer.at = static_cast<std::uint32_t>(at);
  outer.children.push_back(std::move(out));
  out = std::move(outer);
}

std::optional<LambdaNode> LambdaParser::parse() {
  LambdaNode out;
  if (!at_word("lambda")) {
    expected("'lambda'");
    return std::nullopt;
  }
  if (!function(out)) return std::nullopt;
  if (token().kind == Kind::end) return out;
  if (at_symbol(",")) {
    fail(token().at, "a tuple is not in the subset; a list has [ ] around it");
  } else {
    expected("an operator or the end");
  }
  return std::nullopt;
}

// lambda x: BODY
bool LambdaParser::function(LambdaNode& out) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  out = start(LambdaKind::function);
  ++next_;
  if (at_symbol(":") || token().kind != Kind::name || is_keyword(token().text)) {
    return expected("the name of the lambda's one argument");
  }
  out.targets.emplace_back(token().text);
  ++next_;
  if (at_symbol(",") || at_symbol("=")) return fail(token().at, "a lambda takes one argument here, without a default");
  if (!need_symbol(":", " and the body of the lambda")) return false;
  return expression(out.children.emplace_back()) && finish(out);
}

// either ['if' either 'else' expression]
bool LambdaParser::expression(LambdaNode& out) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  if (at_word("lambda")) return fail(token().at, "a lambda inside a lambda is only known as key=lambda ...");
  if (!either(out)) return false;
  if (at_symbol(":=")) return expected("an operator");
  if (!at_word("if")) return true;
  const std::size_t at = token().at;
  ++next_;
  wrap(LambdaKind::conditional, at, out);
  if (!either(out.children.emplace_back())) return false;
  if (!take_word("else")) return expected("'else'");
  return expression(out.children.emplace_back()) && finish(out);
}

bool LambdaParser::either(LambdaNode& out) {
  if (!both(out)) return false;
  if (!at_word("or")) return true;
  wrap(LambdaKind::either, token().at, out);
  while (take_word("or")) {
    if (!both(out.children.emplace_back())) return false;
  }
  return finish(out);
}

bool LambdaParser::both(LambdaNode& out) {
  if (!negation(out)) return false;
  if (!at_word("and")) return true;
  wrap(LambdaKind::both, token().at, out);
  while (take_word("and")) {
    if (!negation(out.children.emplace_back())) return false;
  }
  return finish(out);
}

bool LambdaParser::negation(LambdaNode& out) {
  if (!at_word("not")) return comparison(out);
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  out = start(LambdaKind::unary);
  out.ops.push_back(LambdaOp::negation);
  ++next_;
  return negation(out.children.emplace_back()) && finish(out);
}

bool LambdaParser::comparison_operator(LambdaOp& op) {
  struct Symbol {
    std::string_view text;
    LambdaOp op;
  };
  constexpr Symbol kSymbols[] = {{"==", LambdaOp::equal},  {"!=", LambdaOp::not_equal},
                                 {"<", LambdaOp::less},    {"<=", LambdaOp::less_equal},
                                 {">", LambdaOp::greater}, {">=", LambdaOp::greater_equal}};
  for (const Symbol& each : kSymbols) {
    if (!take_symbol(each.text)) continue;
    op = each.op;
    return true;
  }
  if (take_word("in")) {
    op = LambdaOp::in;
  } else if (at_word("not") && at_word("in", 1)) {
    next_ += 2;
    op = LambdaOp::not_in;
  } else if (take_word("is")) {
    op = take_word("not") ? LambdaOp::is_not : LambdaOp::is;
  } else {
    return false;
  }
  return true;
}

bool LambdaParser::comparison(LambdaNode& out) {
  if (!sum(out)) return false;
  LambdaOp op{};
  const std::size_t at = token().at;
  if (!comparison_operator(op)) return true;
  wrap(LambdaKind::comparison, at, out);
  do {
    out.ops.push_back(op);
    if (!sum(out.children.emplace_back())) return false;
  } while (comparison_operator(op));
  return finish(out);
}

bool LambdaParser::sum(LambdaNode& out) {
  if (!product(out)) return false;
  while (at_symbol("+") || at_symbol("-")) {
    const LambdaOp op = at_symbol("+") ? LambdaOp::add : LambdaOp::subtract;
    wrap(LambdaKind::arithmetic, token().at, out);
    out.ops.push_back(op);
    ++next_;
    if (!product(out.children.emplace_back()) || !finish(out)) return false;
  }
  return true;
}

bool LambdaParser::product(LambdaNode& out) {
  if (!factor(out)) return false;
  for (;;) {
    LambdaOp op{};
    if (at_symbol("*"))
      op = LambdaOp::multiply;
    else if (at_symbol("/"))
      op = LambdaOp::divide;
    else if (at_symbol("//"))
      op = LambdaOp::floor_divide;
    else if (at_symbol("%"))
      op = LambdaOp::modulo;
    else
      return true;
    wrap(LambdaKind::arithmetic, token().at, out);
    out.ops.push_back(op);
    ++next_;
    if (!factor(out.children.emplace_back()) || !finish(out)) return false;
  }
}

bool LambdaParser::factor(LambdaNode& out) {
  if (!at_symbol("-") && !at_symbol("+")) return power(out);
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  out = start(LambdaKind::unary);
  out.ops.push_back(at_symbol("-") ? LambdaOp::negate : LambdaOp::plus);
  ++next_;
  return factor(out.children.emplace_back()) && finish(out);
}

// Binds tighter than a sign on its left, and less tight than one on its right.
bool LambdaParser::power(LambdaNode& out) {
  if (!primary(out)) return false;
  if (!at_symbol("**")) return true;
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  wrap(LambdaKind::arithmetic, token().at, out);
  out.ops.push_back(LambdaOp::power);
  ++next_;
  return factor(out.children.emplace_back()) && finish(out);
}

bool LambdaParser::atom(LambdaNode& out) {
  out = start(LambdaKind::literal);
  switch (token().kind) {
    case Kind::number:
      out.literal = token().number;
      ++next_;
      return true;
    case Kind::string: return string(out);
    case Kind::name: return name(out);
    case Kind::symbol:
      if (at_symbol("(")) return group(out);
      if (at_symbol("[")) return list(out);
      if (at_symbol("{")) return dict(out);
      if (at_symbol("*") || at_symbol("**")) return fail(token().at, "unpacking with * is not in the subset");
      break;
    case Kind::bad:
    case Kind::end: break;
  }
  return expected("a value");
}

bool LambdaParser::name(LambdaNode& out) {
  const std::string_view text = token().text;
  if (text == "None" || text == "True" || text == "False") {
    if (text != "None") out.literal = Value::of(text == "True");
  } else if (is_keyword(text)) {
    constexpr std::string_view kKnown[] = {"and", "or", "not", "in", "is", "if", "else", "for", "lambda"};
    if (std::find(std::begin(kKnown), std::end(kKnown), text) != std::end(kKnown)) return expected("a value");
    return fail(token().at, "'" + std::string(text) + "' is not in the subset of Python that a lambda may use");
  } else {
    out.kind = LambdaKind::name;
    out.name = text;
  }
  ++next_;
  return true;
}

// Strings that stand side by side are one.
bool LambdaParser::string(LambdaNode& out) {
  std::string bytes = token().bytes;
  for (++next_; token().kind == Kind::string; ++next_) bytes += token().bytes;
  out.literal = Value::of(*new (pool_.Malloc(sizeof(JsonValue))) JsonValue(json_string(bytes, pool_)));
  return true;
}

bool LambdaParser::group(LambdaNode& out) {
  const std::size_t at = token().at;
  ++next_;
  if (at_symbol(")")) return fail(at, "a tuple is not in the subset; a list has [ ] around it");
  if (!expression(out)) return false;
  if (at_word("for") && !comprehension(LambdaKind::generated, out)) return false;
  if (at_symbol(",")) return fail(at, "a tuple is not in the subset; a list has [ ] around it");
  return need_symbol(")", " that closes the '('");
}

bool LambdaParser::list(LambdaNode& out) {
  LambdaNode made = start(LambdaKind::list);
  ++next_;
  if (!at_symbol("]")) {
    if (!expression(made.children.emplace_back())) return false;
    if (at_word("for")) {
      out = std::move(made.children.front());
      if (!comprehension(LambdaKind::list_made, out)) return false;
      out.at = made.at;
      return need_symbol("]", " that closes the list");
    }
  }
  while (!at_symbol("]")) {
    if (!made.children.empty() && !take_symbol(",")) return expected("',' or ']'");
    if (at_symbol("]")) break;
    if (!expression(made.children.emplace_back())) return false;
  }
  ++next_;
  out = std::move(made);
  return finish(out);
}

bool LambdaParser::dict(LambdaNode& out) {
  LambdaNode made = start(LambdaKind::dict);
  ++next_;
  while (!at_symbol("}")) {
    if (!made.children.empty() && !take_symbol(",")) return expected("',' or '}'");
    if (at_symbol("}")) break;
    if (at_symbol("**") || at_symbol("*")) return fail(token().at, "unpacking with * is not in the subset");
    if (!expression(made.children.emplace_back())) return false;
    if (at_symbol(",") || at_symbol("}") || at_word("for")) {
      return fail(made.at, "a set is not in the subset; a list has [ ] around it");
    }
    if (!need_symbol(":", " and the value of the key") || !expression(made.children.emplace_back())) return false;
    if (at_word("for")) {
      if (made.children.size() != 2) return expected("',' or '}'");
      LambdaNode of_pairs = start(LambdaKind::dict_made);
      of_pairs.at = made.at;
      of_pairs.children = std::move(made.children);
      out = std::move(of_pairs);
      return comprehension(LambdaKind::dict_made, out) && need_symbol("}", " that closes the dict");
    }
  }
  ++next_;
  out = std::move(made);
  return finish(out);
}

// for targets in iterable [if condition], after its element, or key and value, which become its first children.
bool LambdaParser::comprehension(LambdaKind kind, LambdaNode& out) {
  if (kind != LambdaKind::dict_made) wrap(kind, out.at, out);
  ++next_;
  if (!targets(out)) return false;
  if (!take_word("in")) return expected("'in'");
  if (!either(out.children.emplace_back())) return false;
  if (take_word("if") && !either(out.children.emplace_back())) return false;
  if (at_word("for") || at_word("async")) return fail(token().at, "a comprehension goes over one iterable here");
  if (at_word("if")) return fail(token().at, "a comprehension has one 'if' here; join conditions with 'and'");
  return finish(out);
}

// a | a, b | (a, b)
bool LambdaParser::targets(LambdaNode& out) {
  const bool closed = take_symbol("(");
  for (;;) {
    if (token().kind != Kind::name || is_keyword(token().text)) return expected("a name that takes each element");
    out.targets.emplace_back(token().text);
    ++next_;
    if (!take_symbol(",")) break;
    out.unpack = true;
    if (at_word("in") || at_symbol(")")) break;
  }
  return !closed || need_symbol(")", " that closes the names");
}

bool LambdaParser::primary(LambdaNode& out) {
  if (!atom(out)) return false;
  for (;;) {
    bool ok = true;
    if (at_symbol("["))
      ok = subscript(out);
    else if (at_symbol("."))
      ok = attribute(out);
    else if (at_symbol("("))
      ok = call(out);
    else
      return true;
    if (!ok) return false;
  }
}

bool LambdaParser::subscript(LambdaNode& out) {
  wrap(LambdaKind::index, token().at, out);
  ++next_;
  if (at_symbol("]")) return expected("an index");
  LambdaNode first = start(LambdaKind::literal);
  if (!at_symbol(":") && !expression(first)) return false;
  const bool sliced = at_symbol(":");
  out.children.push_back(std::move(first));
  if (sliced) {
    out.kind = LambdaKind::slice;
    ++next_;
    if (!bound(out.children.emplace_back())) return false;
    take_symbol(":");
    if (!bound(out.children.emplace_back())) return false;
  }
  if (at_symbol(",")) return fail(token().at, "an index of several parts is not in the subset");
  return need_symbol("]", " that closes the index") && finish(out);
}

// An end or step of a slice, or nothing, which is None.
bool LambdaParser::bound(LambdaNode& out) {
  out = start(LambdaKind::literal);
  return at_symbol(":") || at_symbol("]") || expression(out);
}

bool LambdaParser::attribute(LambdaNode& out) {
  const std::size_t at = token(1).at;
  ++next_;
  if (token().kind != Kind::name) return expected("the name of a method");
  const std::string text(token().text);
  ++next_;
  if (!at_symbol("(")) {
    return fail(at, "attributes are not in the subset: a member of a dict is x['" + text.substr(0, 40) + "']");
  }
  wrap(LambdaKind::method, at, out);
  out.name = text;
  return arguments(out);
}

bool LambdaParser::call(LambdaNode& out) {
  if (out.kind != LambdaKind::name) return fail(token().at, "only functions and methods can be called");
  LambdaNode callee = std::move(out);
  out = LambdaNode{};
  out.kind = LambdaKind::call;
  out.at = callee.at;
  out.name = std::move(callee.name);
  return arguments(out);
}

bool LambdaParser::arguments(LambdaNode& out) {
  const Nesting nesting(*this);
  if (!nesting.ok()) return false;
  const std::size_t first = out.children.size();
  ++next_;
  while (!at_symbol(")")) {
    if (out.children.size() > first && !take_symbol(",")) return expected("',' or ')'");
    if (at_symbol(")")) break;
    if (!argument(out)) return false;
    if (at_word("for")) {
      const bool alone = out.children.size() == first + 1 && out.keywords.empty();
      if (!alone) return fail(token().at, "a generator beside other arguments needs ( ) around it");
      if (!comprehension(LambdaKind::generated, out.children.back())) return false;
      if (!at_symbol(")")) return fail(token().at, "a generator beside other arguments needs ( ) around it");
    }
  }
  ++next_;
  return finish(out);
}

bool LambdaParser::argument(LambdaNode& out) {
  if (at_symbol("*") || at_symbol("**")) return fail(token().at, "unpacking with * is not in the subset");
  const bool by_keyword = token().kind == Kind::name && at_symbol("=", 1);
  if (!by_keyword) {
    if (!out.keywords.empty()) return fail(token().at, "an argument without a name behind one with a name");
    return expression(out.children.emplace_back());
  }
  const std::string name(token().text);
  if (std::find(out.keywords.begin(), out.keywords.end(), name) != out.keywords.end()) {
    return fail(token().at, "the argument '" + name.substr(0, 40) + "' stands twice");
  }
  out.keywords.push_back(name);
  next_ += 2;
  if (name == "key" && at_word("lambda")) return function(out.children.emplace_back());
  return expression(out.children.emplace_back());
}

}  // namespace reprise::workflow
