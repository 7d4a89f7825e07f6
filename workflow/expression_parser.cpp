#include "workflow/expression_parser.hpp"

#include <algorithm>
#include <utility>

#include "workflow/evaluation.hpp"
#include "workflow/expression_nesting.hpp"
#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

bool cast_of(std::string_view name, Cast& out) {
  for (const Cast cast : {Cast::to_int, Cast::to_float, Cast::to_str, Cast::to_bool}) {
    if (workflow::name(cast) == name) {
      out = cast;
      return true;
    }
  }
  return false;
}

struct Symbol {
  std::string_view text;
  Op op;
  int level;
};
// Longer ones first.
constexpr Symbol kSymbols[] = {
    {"||", Op::either, 1},     {"&&", Op::both, 2},          {"==", Op::equal, 3},   {"!=", Op::not_equal, 3},
    {"<=", Op::less_equal, 3}, {">=", Op::greater_equal, 3}, {"<", Op::less, 3},     {">", Op::greater, 3},
    {"+", Op::add, 4},         {"-", Op::subtract, 4},       {"*", Op::multiply, 5}, {"/", Op::divide, 5},
    {"%", Op::modulo, 5},
};

}  // namespace

bool ExpressionParser::finish(Node& out) {
  std::uint32_t below = 0;
  for (const Node& child : out.children) below = std::max(below, child.depth);
  out.depth = below + 1;
  return out.depth <= kMaxExpressionDepth || lexer_.fail("nested too deeply, or too many operators in a row");
}

bool ExpressionParser::parse(Node& out) {
  Nesting nesting(*this);
  if (!nesting.ok() || !conditional(out)) return false;
  for (;;) {
    lexer_.skip_space();
    const std::size_t at = lexer_.position();
    if (!lexer_.take("->")) return true;
    lexer_.skip_space();
    Cast cast{};
    if (!cast_of(lexer_.peek_name(), cast)) return lexer_.expected("int, float, str or bool after '->'");
    lexer_.take_name();
    Node operand = std::move(out);
    out = Node{};
    if (!make_cast(cast, at, std::move(operand), out)) return false;
  }
}

bool ExpressionParser::make_cast(Cast cast, std::size_t at, Node&& operand, Node& out) {
  // A cast of what is the same in every run is tried now. What cannot be told in a few steps waits for the run, as does
  // what fails before the cast: it may never be asked for.
  EvaluationLimits limits;
  limits.max_steps = 64;
  limits.max_result_bytes = 4096;
  JsonPool scratch(512);
  Evaluation before(nullptr, scratch, limits);
  Value value;
  if (lexer_.notes().empty() && evaluate(before, operand, value)) {
    Evaluation evaluation(nullptr, scratch, limits);
    Value ignored;
    if (!apply_cast(evaluation, cast, value, ignored) && !evaluation.exhausted()) {
      return lexer_.fail_at(at, evaluation.error());
    }
  }
  out.kind = NodeKind::cast;
  out.cast = cast;
  out.children.push_back(std::move(operand));
  return finish(out);
}

bool ExpressionParser::conditional(Node& out) {
  if (!binary(1, out)) return false;
  lexer_.skip_space();
  if (!lexer_.take_word("if")) return true;
  Nesting nesting(*this);
  Node choice;
  choice.kind = NodeKind::conditional;
  choice.children.resize(3);
  choice.children[0] = std::move(out);
  if (!nesting.ok() || !binary(1, choice.children[1])) return false;
  lexer_.skip_space();
  if (!lexer_.take_word("else")) return lexer_.expected("'else'");
  if (!conditional(choice.children[2])) return false;
  out = std::move(choice);
  return finish(out);
}

bool ExpressionParser::operator_ahead(Op& op, int& level, std::size_t& length) {
  lexer_.skip_space();
  const auto word = lexer_.peek_name();
  if (!word.empty()) {
    if (word != "in" && word != "is" && word != "not") return false;
    Lexer ahead = lexer_;
    ahead.take_name();
    length = word.size();
    level = 3;
    ahead.skip_space();
    if (word == "in") {
      op = Op::in;
      return true;
    }
    if (word == "is") {
      op = Op::is;
      if (ahead.take_word("not")) {
        op = Op::is_not;
        length = ahead.position() - lexer_.position();
      }
      return true;
    }
    op = Op::not_in;
    if (!ahead.take_word("in")) return false;
    length = ahead.position() - lexer_.position();
    return true;
  }
  if (lexer_.peek() == '-' && lexer_.peek(1) == '>') return false;
  for (const Symbol& symbol : kSymbols) {
    if (lexer_.text().substr(lexer_.position(), symbol.text.size()) == symbol.text) {
      op = symbol.op;
      level = symbol.level;
      length = symbol.text.size();
      return true;
    }
  }
  return false;
}

bool ExpressionParser::binary(int at_least, Node& out) {
  if (!unary(out)) return false;
  for (;;) {
    Op op{};
    int level = 0;
    std::size_t length = 0;
    if (!operator_ahead(op, level, length) || level < at_least) return true;
    lexer_.move_to(lexer_.position() + length);
    Node node;
    node.kind = NodeKind::binary;
    node.op = op;
    node.children.resize(2);
    node.children[0] = std::move(out);
    if (!binary(level + 1, node.children[1])) return false;
    out = std::move(node);
    if (!finish(out)) return false;
  }
}

bool ExpressionParser::unary(Node& out) {
  lexer_.skip_space();
  Op op{};
  if (lexer_.peek() == '-' && !is_digit(lexer_.peek(1))) {
    op = Op::negate;
    lexer_.take('-');
  } else if (lexer_.take('+')) {
    op = Op::plus;
  } else if ((lexer_.peek() == '!' && lexer_.peek(1) != '=' && lexer_.take('!')) || lexer_.take_word("not")) {
    op = Op::negation;
  } else {
    return primary(out);
  }
  Nesting nesting(*this);
  out.kind = NodeKind::unary;
  out.op = op;
  out.children.resize(1);
  return nesting.ok() && unary(out.children[0]) && finish(out);
}

bool ExpressionParser::primary(Node& out) {
  const char c = lexer_.peek();
  if (c == '\'' || c == '"') {
    std::string_view text;
    return lexer_.quoted(text) && string_literal(text, out);
  }
  if (is_digit(c) || c == '-') return lexer_.number(out.literal);
  if (is_name_start(c)) return named(out);
  if (c == '[') return list(out);
  if (c == '{') return dict(out);
  if (c != '(') return lexer_.expected("a value");
  lexer_.take('(');
  if (!parse(out)) return false;
  lexer_.skip_space();
  return lexer_.take(')') || lexer_.expected("')'");
}

bool ExpressionParser::string_literal(std::string_view text, Node& out) {
  auto* value = new (pool_.Malloc(sizeof(JsonValue))) JsonValue(json_string(text, pool_));
  out.literal = Value::of(*value);
  return true;
}

bool ExpressionParser::named(Node& out) {
  const std::size_t at = lexer_.position();
  const auto name = lexer_.take_name();
  if (name == "True" || name == "true") {
    out.literal = Value::of(true);
    return true;
  }
  if (name == "False" || name == "false") {
    out.literal = Value::of(false);
    return true;
  }
  if (name == "None" || name == "null") return true;
  if (name == "FN") return function(out);
  for (const Root root : {Root::action, Root::trigger, Root::inputs, Root::env, Root::var, Root::secrets}) {
    if (workflow::name(root) == name) return path(root, out);
  }
  Cast cast{};
  if (cast_of(name, cast)) {
    lexer_.skip_space();
    if (!lexer_.take('(')) return lexer_.expected("'(' after the name of a cast");
    Node operand;
    if (!parse(operand)) return false;
    lexer_.skip_space();
    if (!lexer_.take(')')) return lexer_.expected("')'");
    return make_cast(cast, at, std::move(operand), out);
  }
  // What follows is read as what follows the name of a root.
  out.kind = NodeKind::path;
  out.path = std::make_unique<Path>();
  return lexer_.note_at(at, "unknown name '" + std::string(name.substr(0, 60)) +
                                "'; expected ACTIONS, TRIGGER, INPUTS, ENV, SECRETS, var, FN, a cast or a literal") &&
         steps(*out.path);
}

bool ExpressionParser::list(Node& out) {
  lexer_.take('[');
  out.kind = NodeKind::list;
  return arguments(out, ']') && finish(out);
}

bool ExpressionParser::dict(Node& out) {
  lexer_.take('{');
  out.kind = NodeKind::dict;
  lexer_.skip_space();
  while (!lexer_.take('}')) {
    Node key;
    if (!parse(key)) return false;
    lexer_.skip_space();
    if (!lexer_.take(':')) return lexer_.expected("':' after a key");
    Node value;
    if (!parse(value)) return false;
    out.children.push_back(std::move(key));
    out.children.push_back(std::move(value));
    lexer_.skip_space();
    if (lexer_.take(',')) {
      lexer_.skip_space();
    } else if (lexer_.peek() != '}') {
      return lexer_.expected("',' or '}'");
    }
  }
  return finish(out);
}

bool ExpressionParser::arguments(Node& out, char close) {
  lexer_.skip_space();
  while (!lexer_.take(close)) {
    Node value;
    if (!parse(value)) return false;
    out.children.push_back(std::move(value));
    lexer_.skip_space();
    if (lexer_.take(',')) {
      lexer_.skip_space();
    } else if (lexer_.peek() != close) {
      return lexer_.expected(close == ')' ? "',' or ')'" : "',' or ']'");
    }
  }
  return true;
}

bool ExpressionParser::function(Node& out) {
  if (!lexer_.take('.')) return lexer_.expected("'.' and the name of a function after FN");
  const std::size_t at = lexer_.position();
  const auto name = lexer_.take_name();
  if (name.empty()) return lexer_.expected("the name of a function");
  out.function = find_function(name);
  if (out.function == nullptr) {
    std::string message = "unknown function FN." + std::string(name.substr(0, 60));
    if (const auto near = nearest_function(name); !near.empty())
      message += "; did you mean FN." + std::string(near) + "?";
    if (!lexer_.note_at(at, std::move(message))) return false;
  } else if (out.function->zones) {
    load_time_zones();
  }
  out.kind = NodeKind::call;
  if (lexer_.take('.')) {
    if (!lexer_.take_word("map")) return lexer_.expected("'map'");
    out.kind = NodeKind::call_map;
  }
  lexer_.skip_space();
  if (!lexer_.take('(')) return lexer_.expected("'(' after the name of a function");
  if (!arguments(out, ')')) return false;
  if (out.function == nullptr) return finish(out);
  const std::size_t count = out.children.size();
  const Function& f = *out.function;
  if (count < f.min_arguments || (f.max_arguments != kAnyNumber && count > f.max_arguments)) {
    std::string message = "FN." + std::string(name) + " takes ";
    if (f.max_arguments == kAnyNumber) {
      message += "at least " + std::to_string(f.min_arguments);
    } else if (f.min_arguments == f.max_arguments) {
      message += std::to_string(f.min_arguments);
    } else {
      message += std::to_string(f.min_arguments) + " to " + std::to_string(f.max_arguments);
    }
    message += f.max_arguments == 1 ? " argument, found " : " arguments, found ";
    if (!lexer_.note_at(at, message + std::to_string(count))) return false;
  }
  return finish(out);
}

}  // namespace reprise::workflow
