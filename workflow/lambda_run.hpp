// One run of a lambda under way: the values of its names, and where it failed.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "workflow/evaluation.hpp"
#include "workflow/lambda_node.hpp"

namespace reprise::workflow {

class LambdaRun {
 public:
  LambdaRun(Evaluation& evaluation, std::uint32_t slots) : evaluation_(evaluation), slots_(slots) {}

  Evaluation& evaluation() { return evaluation_; }
  // The byte of the text at which the innermost part failed.
  std::uint32_t failed_at() const { return failed_at_; }

  // All of these give false when the run has to end; the reason is in evaluation().error().
  bool value(const LambdaNode& node, Value& out);
  bool apply(const LambdaNode& function, const Value& argument, Value& out);  // of kind function or function_name
  bool fail(std::string reason) { return evaluation_.fail(std::move(reason)); }

  // Each element of a list or characters of a str or keys of a dict, as a list.
  bool elements(const Value& of, const JsonValue*& out);
  // Each value that a node stands for, in order, until `sink` sets `enough`; those of a generator one at a time.
  using Sink = std::function<bool(const Value& element, bool& enough)>;
  bool each(const LambdaNode& node, const Sink& sink);

 private:
  bool compute(const LambdaNode& node, Value& out);
  bool made_of(const LambdaNode& node, const Sink& sink);
  bool list(const LambdaNode& node, Value& out);
  bool dict(const LambdaNode& node, Value& out);
  bool list_made(const LambdaNode& node, Value& out);
  bool dict_made(const LambdaNode& node, Value& out);
  bool comparison(const LambdaNode& node, Value& out);
  bool chain(const LambdaNode& node, Value& out);
  // Binds the targets of a comprehension to each element that passes its condition.
  bool over(const LambdaNode& node, std::size_t iterable, const std::function<bool(bool& enough)>& body);
  bool bind(const LambdaNode& node, const Value& element);

  Evaluation& evaluation_;
  std::vector<Value> slots_;
  std::uint32_t failed_at_ = 0;
  bool failed_ = false;
};

// What a dict's key is in JSON: a str as it is, an int in digits; anything else fails.
bool lambda_key(Evaluation& evaluation, const Value& key, std::string& out);
// The member of a dict; null when there is none.
const JsonValue* lambda_member(const JsonValue& dict, std::string_view key);

bool lambda_arithmetic(Evaluation& evaluation, LambdaOp op, const Value& left, const Value& right, Value& out);
bool lambda_compare(Evaluation& evaluation, LambdaOp op, const Value& left, const Value& right, bool& out);
bool lambda_unary(Evaluation& evaluation, LambdaOp op, const Value& operand, Value& out);
bool lambda_index(Evaluation& evaluation, const Value& of, const Value& index, Value& out);
bool lambda_slice(Evaluation& evaluation, const Value& of, const Value& from, const Value& to, const Value& step,
                  Value& out);

}  // namespace reprise::workflow
