// Names, functions and methods of a lambda: what each one stands for.
#include <algorithm>

#include "workflow/lambda_builtins.hpp"
#include "workflow/lambda_parser.hpp"

namespace reprise::workflow {
namespace {

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

template <class Table>
std::string names_of(const Table& table) {
  std::string out;
  for (const auto& each : table) {
    if (!out.empty()) out += ' ';
    out += each.name;
  }
  return out;
}

class Resolver {
 public:
  Resolver(std::uint32_t& slots, LambdaFault& fault) : slots_(slots), fault_(fault) {}

  bool function(LambdaNode& node) {
    const std::size_t before = names_.size();
    open(node);
    const bool ok = resolve(node.children[0]);
    names_.resize(before);
    return ok;
  }

 private:
  bool fail(const LambdaNode& node, std::string message) {
    if (fault_.message.empty()) fault_ = {node.at, std::move(message)};
    return false;
  }

  // Targets get slots of their own, also where they hide an outer name.
  void open(LambdaNode& node) {
    node.slot = static_cast<std::uint32_t>(names_.size());
    for (const std::string& target : node.targets) names_.push_back(target);
    slots_ = std::max(slots_, static_cast<std::uint32_t>(names_.size()));
  }

  bool find(std::string_view name, std::uint32_t& slot) const {
    for (std::size_t i = names_.size(); i-- > 0;) {
      if (names_[i] != name) continue;
      slot = static_cast<std::uint32_t>(i);
      return true;
    }
    return false;
  }

  bool resolve(LambdaNode& node, bool generator = false) {
    switch (node.kind) {
      case LambdaKind::name: return name(node);
      case LambdaKind::generated:
        if (!generator) {
          return fail(node,
                      "a generator is only known as the argument of any, all, min, max, sum, sorted or join, or "
                      "in a comprehension; a list has [ ] around it");
        }
        return comprehension(node, 1);
      case LambdaKind::list_made: return comprehension(node, 1);
      case LambdaKind::dict_made: return comprehension(node, 2);
      case LambdaKind::call: return call(node);
      case LambdaKind::method: return method(node);
      default: break;
    }
    for (LambdaNode& child : node.children) {
      if (!resolve(child)) return false;
    }
    return true;
  }

  bool name(LambdaNode& node) {
    if (find(node.name, node.slot)) return true;
    if (find_lambda_builtin(node.name) != nullptr) return fail(node, shown(node.name) + " is a function: call it");
    return fail(node, "unknown name " + shown(node.name) + "; known are " + known());
  }

  std::string known() const {
    std::string out;
    for (const std::string_view each : names_) out += (out.empty() ? "" : ", ") + shown(each);
    return out;
  }

  // The iterable stands outside of what the targets name.
  bool comprehension(LambdaNode& node, std::size_t iterable) {
    if (!resolve(node.children[iterable], true)) return false;
    const std::size_t before = names_.size();
    open(node);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i != iterable && !resolve(node.children[i])) return false;
    }
    names_.resize(before);
    return true;
  }

  bool call(LambdaNode& node) {
    std::uint32_t slot = 0;
    if (find(node.name, slot)) return fail(node, shown(node.name) + " is a value, not a function");
    node.builtin = find_lambda_builtin(node.name);
    if (node.builtin == nullptr) {
      return fail(node, "unknown function " + shown(node.name) + "; known are " + names_of(lambda_builtins()));
    }
    return arguments(node, *node.builtin, 0, "()");
  }

  bool method(LambdaNode& node) {
    node.method = find_lambda_method(node.name);
    if (node.method == nullptr) {
      return fail(node, "unknown method " + shown(node.name) + "; known are " + names_of(lambda_methods()));
    }
    return resolve(node.children[0]) && arguments(node, *node.method, 1, "()");
  }

  template <class Callee>
  bool arguments(LambdaNode& node, const Callee& callee, std::size_t first, std::string_view brackets) {
    const std::string name = std::string(callee.name) + std::string(brackets);
    const LambdaArguments given(node, first);
    std::size_t count = given.placed();
    for (std::size_t i = 0; i < node.keywords.size(); ++i) {
      const auto known = std::find(callee.keywords.begin(), callee.keywords.end(), node.keywords[i]);
      if (known == callee.keywords.end()) {
        std::string takes;
        for (const auto each : callee.keywords) takes += (takes.empty() ? " " : ", ") + std::string(each);
        return fail(node, name + " has no argument named " + shown(node.keywords[i]) + "; it has" +
                              (takes.empty() ? " none with a name" : takes));
      }
      const auto place = callee.keywords_from + static_cast<std::size_t>(known - callee.keywords.begin());
      if (callee.keywords_from != kOnlyNamed && place < count) {
        return fail(node, "the argument " + shown(node.keywords[i]) + " of " + name + " stands twice");
      }
    }
    if (count < callee.least || count > callee.most) {
      std::string takes = std::to_string(callee.least);
      if (callee.most == UINT8_MAX)
        takes += " or more";
      else if (callee.most != callee.least)
        takes += " to " + std::to_string(callee.most);
      return fail(node, name + " takes " + takes + (takes == "1" ? " argument" : " arguments") + ", found " +
                            std::to_string(count));
    }
    for (std::size_t i = first; i < node.children.size(); ++i) {
      LambdaNode& child = node.children[i];
      const std::size_t place = i - first;
      const bool keyed = place >= count && node.keywords[place - count] == "key";
      if (keyed ? !key(child) : !resolve(child, place == 0 && place < count && takes_generator(callee, count))) {
        return false;
      }
    }
    return true;
  }

  // min and max of several values take none.
  template <class Callee>
  static bool takes_generator(const Callee& callee, std::size_t count) {
    return callee.generator && (count == 1 || callee.most != UINT8_MAX);
  }

  // key= takes a lambda, the name of a function of one argument, or None.
  bool key(LambdaNode& node) {
    if (node.kind == LambdaKind::function) return function(node);
    if (node.kind == LambdaKind::literal && node.literal.is(Type::null)) return true;
    std::uint32_t slot = 0;
    if (node.kind == LambdaKind::name && !find(node.name, slot)) {
      node.builtin = find_lambda_builtin(node.name);
      if (node.builtin != nullptr && node.builtin->least == 1) {
        node.kind = LambdaKind::function_name;
        return true;
      }
    }
    return fail(node, "key= takes a lambda of one argument, the name of a function, or None");
  }

  std::uint32_t& slots_;
  LambdaFault& fault_;
  std::vector<std::string_view> names_;
};

}  // namespace

bool resolve_lambda(LambdaNode& function, std::uint32_t& slots, LambdaFault& fault) {
  slots = 0;
  return Resolver(slots, fault).function(function);
}

}  // namespace reprise::workflow
