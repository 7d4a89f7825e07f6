// How deep the parser of lambdas is: a guard for its recursion.
#pragma once

#include "workflow/lambda_parser.hpp"

namespace reprise::workflow {

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

}  // namespace reprise::workflow
