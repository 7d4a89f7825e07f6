// The expression language `${{ ... }}` (contract language.md): compiled once when a definition is registered, evaluated
// against a Scope. Pure and bounded: no evaluation can run away (steps, depth and result size are limited).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/json.hpp"
#include "events/time.hpp"
#include "workflow/fault.hpp"
#include "workflow/secret_text.hpp"

namespace reprise::workflow {

struct Node;  // a compiled expression; expression_node.hpp

// What the names of an expression stand for. Values are borrowed: they live as long as the scope.
class Scope {
 public:
  virtual ~Scope() = default;
  // ACTIONS.<ref> of the plan's task `task`: null when absent (skipped, unreachable, not finished).
  // The object is {result, result_typename, error?, error_typename?, interaction?, ...}.
  virtual const JsonValue* action(std::uint32_t task) const = 0;
  // ACTIONS.<ref>.result alone: what nearly every expression asks for, without building the object around it.
  virtual const JsonValue* action_result(std::uint32_t task) const = 0;
  virtual const JsonValue* trigger() const = 0;                   // TRIGGER
  virtual const JsonValue* inputs() const = 0;                    // INPUTS
  virtual const JsonValue* env() const = 0;                       // ENV
  virtual const JsonValue* var(std::string_view name) const = 0;  // var.<name>; null when absent
  // FN.get_interaction(): {interaction_id, execution_id, action_ref} of the action that asks; null when it has none.
  virtual const JsonValue* interaction() const { return nullptr; }
  virtual Time now() const = 0;              // of the command: the same in replay
  virtual std::uint64_t random() const = 0;  // next number of the run's own sequence: the same in replay
};

struct EvaluationLimits {
  std::uint32_t max_steps = 100'000;
  std::uint32_t max_depth = 128;
  std::size_t max_result_bytes = 8u << 20;
};

// How a compiler resolves the ref of ACTIONS.<ref> to a task's index; returns false when there is no such ref.
using RefResolver = std::function<bool(std::string_view ref, std::uint32_t& task)>;

// A compiled JSON value in which strings may hold templates. A string that is exactly one `${{ }}` keeps the value's
// type; templates inside text are stringified (Python's str()); object keys may hold templates too. Immutable,
// shareable.
class Template {
 public:
  Template();  // null
  ~Template();
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;

  // Compiles; appends to `faults` (pointers relative to `pointer`) and gives a null template where it cannot.
  static Template compile(const JsonValue& source, const RefResolver& refs, const std::string& pointer,
                          std::vector<Fault>& faults);
  // The text of an expression without its ${{ }} (for tests and the fuzzer).
  static Expected<Template> compile_expression(std::string_view expression, const RefResolver& refs);

  bool constant() const;                     // holds no expression at all
  bool single_expression() const;            // a string that is exactly one ${{ }}
  std::vector<std::uint32_t> tasks() const;  // every task that ACTIONS.<ref> names, sorted, once each
  // The secrets that it names, sorted, once each. Where there are any, evaluate() gives text as secret_text.hpp has it.
  const std::vector<SecretName>& secrets() const;
  std::string print() const;  // canonical text; compiling it again gives the same template

  // The value: either borrowed from the scope or built in `pool`, valid as long as both. Errors: errc::expression, with
  // a sentence that names the expression and the reason.
  Expected<const JsonValue*> evaluate(const Scope& scope, JsonPool& pool, const EvaluationLimits& limits = {}) const;

 private:
  friend class TemplateCompiler;  // template.hpp
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

bool truthy(const JsonValue& value);          // Python's truth value
std::string to_text(const JsonValue& value);  // Python's str(): True, None, 2.0, [1, 'x', None], {'k': 'v'}

}  // namespace reprise::workflow
