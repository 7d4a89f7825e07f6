// A compiled expression: a tree of nodes. Immutable, limited in depth, so that walking it by recursion is safe.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/value.hpp"

namespace reprise::workflow {

struct Function;  // functions.hpp

inline constexpr std::uint32_t kMaxExpressionDepth = 100;  // nodes above one another

enum class NodeKind : std::uint8_t {
  literal,      // literal
  path,         // path
  list,         // children: elements
  dict,         // children: key, value, key, value, ...
  unary,        // op, 1 child
  binary,       // op, 2 children
  conditional,  // children: then, condition, else
  cast,         // cast, 1 child
  call,         // function, children: arguments
  call_map,     // FN.f.map(...)
};

enum class Op : std::uint8_t {
  either,  // ||
  both,    // &&
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
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
  plus,
  negation,
};

enum class Cast : std::uint8_t { to_int, to_float, to_str, to_bool };

// What the first part of a path names. `action_result` is ACTIONS.<ref>.result, `action` all else below ACTIONS.<ref>;
// `element` is `@`, the element that a filter looks at.
enum class Root : std::uint8_t { action_result, action, trigger, inputs, env, var, secrets, element };

struct Filter;

struct Step {
  enum class Kind : std::uint8_t {
    name,      // .name ['name']
    index,     // [0] [-1]
    slice,     // [1:3] [::2]
    wildcard,  // [*] .*
    descend,   // .. : the value and everything below it
    filter,    // [?...]
    either,    // [0, 2] ['a', 'b']: parts
    length,    // .`len`
    replace,   // .`sub(/pattern/, name)`
    split,     // .`split(name, from, to)`; without `from` (written *) all segments as a list
  };
  Kind kind = Kind::name;
  std::string name;
  std::int64_t index = 0;
  std::optional<std::int64_t> from, to, stride;
  std::unique_ptr<Filter> filter;
  std::unique_ptr<RE2> pattern;  // replace
  std::vector<Step> parts;       // either: names and indexes
};

struct Path {
  Root root = Root::trigger;
  std::uint32_t task = 0;  // action, action_result
  std::string name;        // the ref of an action, the name of a var
  std::vector<Step> steps;
  bool simple = true;   // names and indexes only: at most one match, found without allocating
  bool listed = false;  // holds a wildcard: always gives a list
};

struct Filter {
  enum class Kind : std::uint8_t { both, either, exists, compare, matches };
  Kind kind = Kind::exists;
  Op op = Op::equal;             // compare
  Path path;                     // exists, compare, matches
  Value literal;                 // compare
  std::unique_ptr<RE2> pattern;  // matches
  std::vector<Filter> parts;     // both, either
};

struct Node {
  NodeKind kind = NodeKind::literal;
  Op op = Op::add;
  Cast cast = Cast::to_int;
  std::uint32_t depth = 1;
  Value literal;
  const Function* function = nullptr;
  std::unique_ptr<Path> path;
  std::vector<Node> children;
};

std::string_view symbol(Op op);    // "||", "not in", ...
std::string_view name(Cast cast);  // "int"
std::string_view name(Root root);  // "ACTIONS"

// The canonical text of an expression: parsing it gives the same node.
void print(std::string& out, const Node& node);
std::string print(const Node& node);

}  // namespace reprise::workflow
