// A compiled lambda: a tree of nodes, limited in depth, so that walking it by recursion is safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workflow/value.hpp"

namespace reprise::workflow {

inline constexpr std::uint32_t kMaxLambdaDepth = 100;   // nodes above one another
inline constexpr std::uint32_t kMaxLambdaNesting = 60;  // brackets, calls, `not`, signs and `else` inside one another

struct LambdaBuiltin;  // lambda_builtins.hpp
struct LambdaMethod;   // lambda_methods.hpp

enum class LambdaKind : std::uint8_t {
  literal,        // literal
  name,           // name; slot once resolved
  list,           // children: elements
  dict,           // children: key, value, key, value, ...
  unary,          // ops[0], 1 child
  arithmetic,     // ops[0], 2 children
  comparison,     // ops: one less than the children, which are evaluated once each
  both,           // `and`: 2 children or more
  either,         // `or`: 2 children or more
  conditional,    // children: then, condition, else
  index,          // children: of what, index
  slice,          // children: of what, from, to, step; a None literal where there is none
  call,           // name, builtin; children: arguments, the last ones by keyword
  method,         // name, method; children: of what, arguments, the last ones by keyword
  list_made,      // [element for targets in iterable if condition]: children: element, iterable, condition?
  dict_made,      // children: key, value, iterable, condition?
  generated,      // (element for ...): as list_made
  function,       // key=lambda target: body: child: body
  function_name,  // key=len: builtin
};

enum class LambdaOp : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  modulo,
  power,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  is,
  is_not,
  negate,
  plus,
  negation,
};

struct LambdaNode {
  LambdaKind kind = LambdaKind::literal;
  std::uint32_t at = 0;  // byte of the lambda's text
  std::uint32_t depth = 1;
  std::uint32_t slot = 0;  // of a name; the first of the targets
  Value literal;           // its string lives in the pool that the lambda was compiled into
  std::string name;
  const LambdaBuiltin* builtin = nullptr;
  const LambdaMethod* method = nullptr;
  std::vector<LambdaOp> ops;
  std::vector<std::string> targets;   // names that a comprehension or a function binds
  bool unpack = false;                // the targets take an element apart
  std::vector<std::string> keywords;  // of the last children of a call or method
  std::vector<LambdaNode> children;
};

}  // namespace reprise::workflow
