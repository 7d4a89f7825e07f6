// What stands between operators: literals, names, brackets, comprehensions, indexes and calls.
#include <algorithm>

#include "workflow/lambda_nesting.hpp"
#include "workflow/lambda_parser.hpp"

namespace reprise::workflow {
namespace {

using Kind = LambdaToken::Kind;

constexpr std::string_view kTuple = "a tuple is not in the subset; a list has [ ] around it";

}  // namespace

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
  } else if (is_python_keyword(text)) {
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
  if (at_symbol(")")) return fail(at, std::string(kTuple));
  if (!expression(out)) return false;
  if (at_word("for") && !comprehension(LambdaKind::generated, out)) return false;
  if (at_symbol(",")) return fail(at, std::string(kTuple));
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
    if (token().kind != Kind::name || is_python_keyword(token().text))
      return expected("a name that takes each element");
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
