// How deep the parser is in parentheses, brackets and calls: a guard for its recursion.
#pragma once

#include "workflow/expression_parser.hpp"

namespace reprise::workflow {

class ExpressionParser::Nesting {
 public:
  // Twice the depth of a tree: parentheses nest without adding nodes.
  static constexpr std::uint32_t kLimit = 2 * kMaxExpressionDepth;

  explicit Nesting(ExpressionParser& parser) : parser_(parser) { ++parser_.nesting_; }
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  bool ok() const { return parser_.nesting_ <= kLimit || parser_.lexer_.fail("nested too deeply"); }

 private:
  ExpressionParser& parser_;
};

}  // namespace reprise::workflow
