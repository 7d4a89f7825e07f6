// Text to tree: the grammar of the subset of Python that a lambda may use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/json.hpp"
#include "workflow/lambda.hpp"
#include "workflow/lambda_lexer.hpp"
#include "workflow/lambda_node.hpp"

namespace reprise::workflow {

class LambdaParser {
 public:
  // Strings are built in `pool`.
  LambdaParser(std::string_view text, JsonPool& pool) : tokens_(lambda_tokens(text)), pool_(pool) {}

  // `lambda x: BODY` into a node of kind `function`, its names not yet resolved. Empty: it is in fault().
  std::optional<LambdaNode> parse();
  LambdaFault& fault() { return fault_; }

 private:
  class Nesting;

  bool function(LambdaNode& out);
  bool expression(LambdaNode& out);
  bool either(LambdaNode& out);
  bool both(LambdaNode& out);
  bool negation(LambdaNode& out);
  bool comparison(LambdaNode& out);
  bool comparison_operator(LambdaOp& op);
  bool sum(LambdaNode& out);
  bool product(LambdaNode& out);
  bool factor(LambdaNode& out);
  bool power(LambdaNode& out);
  bool primary(LambdaNode& out);
  bool atom(LambdaNode& out);
  bool name(LambdaNode& out);
  bool string(LambdaNode& out);
  bool group(LambdaNode& out);
  bool list(LambdaNode& out);
  bool dict(LambdaNode& out);
  bool comprehension(LambdaKind kind, LambdaNode& out);
  bool targets(LambdaNode& out);
  bool subscript(LambdaNode& out);
  bool bound(LambdaNode& out);
  bool attribute(LambdaNode& out);
  bool call(LambdaNode& out);
  bool arguments(LambdaNode& out);
  bool argument(LambdaNode& out);

  const LambdaToken& token(std::size_t ahead = 0) const;
  bool at_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool at_word(std::string_view word, std::size_t ahead = 0) const;
  bool take_symbol(std::string_view symbol);
  bool take_word(std::string_view word);
  bool need_symbol(std::string_view symbol, std::string_view where);

  bool fail(std::size_t at, std::string message);
  bool expected(std::string_view what);
  LambdaNode start(LambdaKind kind) const;
  bool finish(LambdaNode& out);  // sets the depth, checks it
  // Makes `out` the first child of a node of that kind, which stands where `at` says.
  static void wrap(LambdaKind kind, std::size_t at, LambdaNode& out);

  std::vector<LambdaToken> tokens_;
  std::size_t next_ = 0;
  JsonPool& pool_;
  std::uint32_t nesting_ = 0;
  LambdaFault fault_;
};

// Binds names to slots, finds functions and methods and checks their arguments. `slots` becomes the number of slots
// that a call needs.
bool resolve_lambda(LambdaNode& function, std::uint32_t& slots, LambdaFault& fault);

}  // namespace reprise::workflow
