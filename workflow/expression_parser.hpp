// Text to node: the parser of expressions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "workflow/expression_lexer.hpp"
#include "workflow/expression_node.hpp"

namespace reprise::workflow {

// What an expression may name at the place where it stands.
struct Names {
  // Resolves the ref of ACTIONS.<ref>; gives the reason when it may not be named here, else an empty string.
  std::function<std::string(std::string_view ref, std::uint32_t& task)> action;
  const JsonValue* inputs = nullptr;  // INPUTS, to check its paths; null: not checked
  std::string var_refusal;            // why var may not be named here; empty: it may
  std::string secrets_refusal;        // why SECRETS may not be named here; empty: it may
};

class ExpressionParser {
 public:
  // Literals are built in `pool`.
  ExpressionParser(Lexer& lexer, const Names& names, JsonPool& pool) : lexer_(lexer), names_(names), pool_(pool) {}

  // An expression with its trailing casts, from the lexer's position to where it ends. False: the error is in the
  // lexer.
  bool parse(Node& out);

 private:
  class Nesting;

  bool conditional(Node& out);
  bool binary(int at_least, Node& out);
  bool unary(Node& out);
  bool primary(Node& out);
  bool named(Node& out);
  bool list(Node& out);
  bool dict(Node& out);
  bool function(Node& out);
  bool arguments(Node& out, char close);
  bool make_cast(Cast cast, std::size_t at, Node&& operand, Node& out);
  bool finish(Node& out);  // sets the depth, checks it
  bool string_literal(std::string_view text, Node& out);
  bool operator_ahead(Op& op, int& level, std::size_t& length);

  bool path(Root root, Node& out);
  bool action_path(Path& out);
  bool secret_path(Path& out);
  bool check_inputs(const Path& path, std::size_t at);
  bool steps(Path& out);
  bool bracket(Step& out);
  bool bracket_part(Step& out);
  bool slice_rest(Step& out);
  bool backtick(Step& out);
  bool replace_step(std::string_view arguments, std::size_t at, Step& out);
  bool split_step(std::string_view arguments, std::size_t at, Step& out);
  bool name_step(Step& out, std::string_view what);
  bool filter_either(Filter& out);
  bool filter_both(Filter& out);
  bool filter_one(Filter& out);
  bool filter_path(Path& out);
  bool filter_operand(Filter& out, std::string_view symbol);

  Lexer& lexer_;
  const Names& names_;
  JsonPool& pool_;
  std::uint32_t nesting_ = 0;
};

}  // namespace reprise::workflow
