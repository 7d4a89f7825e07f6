// One evaluation under way: where values come from and go to, what it has cost so far, and why it failed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/expression.hpp"
#include "workflow/expression_node.hpp"

namespace reprise::workflow {

class Evaluation {
 public:
  // Without a scope only what names nothing can be evaluated (constants).
  Evaluation(const Scope* scope, JsonPool& pool, const EvaluationLimits& limits)
      : scope_(scope), pool_(pool), limits_(limits) {}
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  const Scope* scope() const { return scope_; }
  JsonPool& pool() { return pool_; }
  const EvaluationLimits& limits() const { return limits_; }
  const std::string& error() const { return error_; }
  bool exhausted() const { return exhausted_; }  // it ended for its limits, not for what it does

  // All of these give false when the evaluation has to end; the reason is then in error().
  bool fail(std::string reason) {
    if (error_.empty()) error_ = std::move(reason);
    return false;
  }
  bool spend(std::size_t steps) {
    if (steps > limits_.max_steps - steps_) return fail_steps();
    steps_ += static_cast<std::uint32_t>(steps);
    return true;
  }
  // For looking for `pattern` bytes in `text` bytes: what the worst case costs, which is their product.
  bool spend_search(std::size_t text, std::size_t pattern) { return spend((text / 64 + 1) * (pattern / 512 + 1)); }
  // For a regular expression of `program` instructions. RE2 takes time linear in the text, a few nanoseconds a byte;
  // but where its automaton outgrows its memory, a step for each instruction. Small programs do not get there.
  bool spend_regex(std::size_t text, std::size_t program) {
    return spend((text / 64 + 1) * (program * program / 16'384 + 1));
  }
  bool reserve(std::size_t bytes) {
    if (bytes > limits_.max_result_bytes - bytes_) return fail_bytes();
    bytes_ += bytes;
    return true;
  }
  // What was built is held no longer: its bytes do not count any more.
  void let_go() { bytes_ = 0; }
  std::size_t room() const { return limits_.max_result_bytes - bytes_; }

  // Whether `bytes` more would still fit: for a text that grows outside the pool before it is stored.
  bool fits(std::size_t bytes) { return bytes <= room() || fail_bytes(); }

  bool text(std::string_view bytes, Value& out);  // a string of its own in the pool
  bool json(const Value& value, JsonValue& out);  // as JSON: moments, spans and ranges are built, the rest is shared
  bool expand(const Value& value, Value& out);    // a range as the list of its numbers, anything else as it is
  bool stringify(std::string& out, const Value& value);  // appends its text form
  // Puts the name of a function before the reason, unless it begins with it.
  void blame(std::string_view function);
  // A compiled pattern; the last one is kept, for functions that are called once for each element of a list. Null: it
  // is none, and the reason begins with `what`.
  const RE2* pattern(std::string_view what, std::string_view source);
  // A list or dict in the pool, to be filled in place.
  JsonValue* container(rapidjson::Type type);

 private:
  bool fail_steps();
  bool fail_bytes();

  const Scope* scope_;
  JsonPool& pool_;
  const EvaluationLimits& limits_;
  std::uint32_t steps_ = 0;
  std::size_t bytes_ = 0;
  bool exhausted_ = false;
  std::string error_;
  std::shared_ptr<const RE2> pattern_;
};

// A list that grows in the pool.
class ListBuilder {
 public:
  ListBuilder(Evaluation& evaluation, std::size_t capacity);
  bool add(const Value& value);
  bool add(const JsonValue& value);  // shares it
  bool finish(Value& out);

 private:
  Evaluation& evaluation_;
  JsonValue* list_;
};

// A dict that grows in the pool; a key that is set again takes the new value in its old place, as in Python.
class DictBuilder {
 public:
  explicit DictBuilder(Evaluation& evaluation);
  bool set(std::string_view key, const Value& value);  // copies the key
  bool finish(Value& out);

 private:
  void index(rapidjson::SizeType member);

  // From so many members on they are looked up in a tree: a hash of keys that others choose can be made slow.
  static constexpr rapidjson::SizeType kIndexed = 16;
  Evaluation& evaluation_;
  JsonValue* dict_;
  std::map<std::string_view, rapidjson::SizeType> places_;
};

bool evaluate(Evaluation& evaluation, const Node& node, Value& out);

// The value of a simple path: null when there is no match. No allocation.
const JsonValue* resolve_simple(const Scope& scope, const Path& path);
bool evaluate_path(Evaluation& evaluation, const Path& path, Value& out);
// The matches of steps from a start value, for checking paths when a definition is compiled.
const JsonValue* follow(const JsonValue* from, const Step& step);  // name and index steps only

bool apply_unary(Evaluation& evaluation, Op op, const Value& operand, Value& out);
bool apply_binary(Evaluation& evaluation, Op op, const Value& left, const Value& right, Value& out);
bool apply_cast(Evaluation& evaluation, Cast cast, const Value& operand, Value& out);

// Python's ==. Costs steps by size.
bool equal(Evaluation& evaluation, const Value& left, const Value& right, bool& out);
// Python's < as an ordering: fails for values that have none. `relation` is the operator of the error's sentence.
bool order(Evaluation& evaluation, std::string_view relation, const Value& left, const Value& right, int& out);
bool contains(Evaluation& evaluation, const Value& container, const Value& item, bool& out);

std::string describe(const Value& value);  // "the str 'abc'", cut short: for error sentences

}  // namespace reprise::workflow
