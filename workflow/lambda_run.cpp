#include "workflow/lambda_run.hpp"

#include "workflow/lambda_builtins.hpp"
#include "workflow/lambda_text.hpp"

namespace reprise::workflow {

bool LambdaRun::value(const LambdaNode& node, Value& out) {
  if (evaluation_.spend(1) && compute(node, out)) return true;
  if (!failed_) failed_at_ = node.at;
  failed_ = true;
  return false;
}

bool LambdaRun::apply(const LambdaNode& function, const Value& argument, Value& out) {
  if (function.kind == LambdaKind::function_name) {
    return evaluation_.spend(1) && call_lambda_builtin(*this, *function.builtin, argument, out);
  }
  slots_[function.slot] = argument;
  return value(function.children[0], out);
}

bool LambdaRun::compute(const LambdaNode& node, Value& out) {
  switch (node.kind) {
    case LambdaKind::literal: out = node.literal; return true;
    case LambdaKind::name: out = slots_[node.slot]; return true;
    case LambdaKind::list: return list(node, out);
    case LambdaKind::dict: return dict(node, out);
    case LambdaKind::list_made: return list_made(node, out);
    case LambdaKind::dict_made: return dict_made(node, out);
    case LambdaKind::comparison: return comparison(node, out);
    case LambdaKind::both:
    case LambdaKind::either: return chain(node, out);
    case LambdaKind::unary: {
      Value operand;
      return value(node.children[0], operand) && lambda_unary(evaluation_, node.ops[0], operand, out);
    }
    case LambdaKind::arithmetic: {
      Value left, right;
      return value(node.children[0], left) && value(node.children[1], right) &&
             lambda_arithmetic(evaluation_, node.ops[0], left, right, out);
    }
    case LambdaKind::conditional: {
      Value condition;
      return value(node.children[1], condition) && value(node.children[truthy(condition) ? 0 : 2], out);
    }
    case LambdaKind::index: {
      Value of, index;
      return value(node.children[0], of) && value(node.children[1], index) && lambda_index(evaluation_, of, index, out);
    }
    case LambdaKind::slice: {
      Value of, from, to, step;
      return value(node.children[0], of) && value(node.children[1], from) && value(node.children[2], to) &&
             value(node.children[3], step) && lambda_slice(evaluation_, of, from, to, step, out);
    }
    case LambdaKind::call: return node.builtin->body(*this, node, out);
    case LambdaKind::method: {
      Value self;
      if (!value(node.children[0], self)) return false;
      if (self.is(node.method->of)) return node.method->body(*this, node, self, out);
      return fail("'" + node.name + "' is a method of " + std::string(python_name(node.method->of)) + ", not of " +
                  describe(self));
    }
    case LambdaKind::generated:
    case LambdaKind::function:
    case LambdaKind::function_name: break;
  }
  return fail("no value stands here");
}

bool LambdaRun::list(const LambdaNode& node, Value& out) {
  ListBuilder made(evaluation_, node.children.size());
  for (const LambdaNode& child : node.children) {
    Value element;
    if (!value(child, element) || !made.add(element)) return false;
  }
  return made.finish(out);
}

bool LambdaRun::dict(const LambdaNode& node, Value& out) {
  DictBuilder made(evaluation_);
  for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
    Value key, element;
    std::string name;
    if (!value(node.children[i], key) || !lambda_key(evaluation_, key, name)) return false;
    if (!value(node.children[i + 1], element) || !made.set(name, element)) return false;
  }
  return made.finish(out);
}

bool LambdaRun::list_made(const LambdaNode& node, Value& out) {
  ListBuilder made(evaluation_, 0);
  const auto add = [&made](const Value& element, bool&) { return made.add(element); };
  return made_of(node, add) && made.finish(out);
}

bool LambdaRun::dict_made(const LambdaNode& node, Value& out) {
  DictBuilder made(evaluation_);
  const auto add = [&](bool&) {
    Value key, element;
    std::string name;
    return value(node.children[0], key) && lambda_key(evaluation_, key, name) && value(node.children[1], element) &&
           made.set(name, element);
  };
  return over(node, 2, add) && made.finish(out);
}

bool LambdaRun::each(const LambdaNode& node, const Sink& sink) {
  if (node.kind == LambdaKind::generated) return made_of(node, sink);
  Value of;
  const JsonValue* list = nullptr;
  if (!value(node, of) || !elements(of, list)) return false;
  bool enough = false;
  for (rapidjson::SizeType i = 0; i < list->Size() && !enough; ++i) {
    if (!evaluation_.spend(1) || !sink(Value::of((*list)[i]), enough)) return false;
  }
  return true;
}

bool LambdaRun::made_of(const LambdaNode& node, const Sink& sink) {
  return over(node, 1, [&](bool& enough) {
    Value element;
    return value(node.children[0], element) && sink(element, enough);
  });
}

bool LambdaRun::over(const LambdaNode& node, std::size_t iterable, const std::function<bool(bool& enough)>& body) {
  return each(node.children[iterable], [&](const Value& element, bool& enough) {
    if (!bind(node, element)) return false;
    if (node.children.size() > iterable + 1) {
      Value condition;
      if (!value(node.children[iterable + 1], condition)) return false;
      if (!truthy(condition)) return true;
    }
    return body(enough);
  });
}

bool LambdaRun::bind(const LambdaNode& node, const Value& element) {
  if (!node.unpack) {
    slots_[node.slot] = element;
    return true;
  }
  const JsonValue* parts = nullptr;
  if (!elements(element, parts)) return false;
  if (parts->Size() != node.targets.size()) {
    return fail("there are " + std::to_string(node.targets.size()) + " names to take apart an element of " +
                std::to_string(parts->Size()));
  }
  for (rapidjson::SizeType i = 0; i < parts->Size(); ++i) slots_[node.slot + i] = Value::of((*parts)[i]);
  return true;
}

bool LambdaRun::elements(const Value& of, const JsonValue*& out) {
  Value made;
  switch (of.type()) {
    case Type::list: out = &of.json(); return true;
    case Type::string: {
      ListBuilder list(evaluation_, of.text().size() / 4);
      for (std::string_view rest = of.text(); !rest.empty();) {
        const std::string_view character = first_character(rest);
        Value element;
        if (!evaluation_.text(character, element) || !list.add(element)) return false;
        rest.remove_prefix(character.size());
      }
      if (!list.finish(made)) return false;
      break;
    }
    case Type::dict: {
      ListBuilder list(evaluation_, of.json().MemberCount());
      for (const auto& m : of.json().GetObject()) {
        if (!list.add(m.name)) return false;
      }
      if (!list.finish(made)) return false;
      break;
    }
    default: return fail(describe(of) + " is not iterable");
  }
  out = &made.json();
  return true;
}

bool LambdaRun::comparison(const LambdaNode& node, Value& out) {
  Value left;
  if (!value(node.children[0], left)) return false;
  for (std::size_t i = 0; i < node.ops.size(); ++i) {
    Value right;
    bool holds = false;
    if (!value(node.children[i + 1], right) || !lambda_compare(evaluation_, node.ops[i], left, right, holds)) {
      return false;
    }
    out = Value::of(holds);
    if (!holds) return true;
    left = right;
  }
  return true;
}

bool LambdaRun::chain(const LambdaNode& node, Value& out) {
  for (const LambdaNode& child : node.children) {
    if (!value(child, out)) return false;
    if (truthy(out) == (node.kind == LambdaKind::either)) return true;
  }
  return true;
}

}  // namespace reprise::workflow
