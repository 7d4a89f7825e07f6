// The operators, loosest first; what they stand between is in lambda_parser_atoms.cpp.
#include "workflow/lambda_parser.hpp"

#include <algorithm>

#include "workflow/lambda_nesting.hpp"

namespace reprise::workflow {
namespace {

using Kind = LambdaToken::Kind;

// What Python has and the subset has not: named when it is met where something else is expected.
constexpr std::string_view kForeign[] = {"|",  "&",  "^",  "~", "<<", ">>",  "@",   ":=",  "->",  "+=", "-=",
                                         "*=", "/=", "%=", "!", ";",  "**=", "//=", "<<=", ">>=", "..."};

bool is_foreign(std::string_view text) {
  return std::find(std::begin(kForeign), std::end(kForeign), text) != std::end(kForeign);
}

}  // namespace

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
  if (at_symbol(":") || token().kind != Kind::name || is_python_keyword(token().text)) {
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

}  // namespace reprise::workflow
