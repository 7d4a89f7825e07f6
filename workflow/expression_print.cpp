// The canonical text of expressions.
#include <array>
#include <charconv>

#include "workflow/expression_node.hpp"
#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

// How tightly a node binds; a looser one inside a tighter one needs parentheses.
int level(const Node& node) {
  switch (node.kind) {
    case NodeKind::conditional: return 0;
    case NodeKind::unary: return 6;
    case NodeKind::binary: break;
    default: return 7;
  }
  if (node.op == Op::either) return 1;
  if (node.op == Op::both) return 2;
  if (node.op < Op::add) return 3;
  return node.op < Op::multiply ? 4 : 5;
}

void print_string(std::string& out, std::string_view text) {
  const char quote = text.find('\'') == text.npos ? '\'' : '"';
  out += quote;
  out += text;
  out += quote;
}

void print_literal(std::string& out, const Value& value) {
  if (value.is(Type::string)) {
    print_string(out, value.text());
  } else {
    append_text(out, value);
  }
}

void print_integer(std::string& out, std::int64_t integer) { append_text(out, Value::of(integer)); }

bool plain_name(std::string_view name) {
  if (name.empty()) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

void print_filter(std::string& out, const Filter& filter);

void print_steps(std::string& out, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const bool descended = i > 0 && steps[i - 1].kind == Step::Kind::descend;
    switch (step.kind) {
      case Step::Kind::name:
        if (plain_name(step.name)) {
          if (!descended) out += '.';
          out += step.name;
        } else {
          out += '[';
          print_string(out, step.name);
          out += ']';
        }
        break;
      case Step::Kind::index:
        out += '[';
        print_integer(out, step.index);
        out += ']';
        break;
      case Step::Kind::slice:
        out += '[';
        if (step.from) print_integer(out, *step.from);
        out += ':';
        if (step.to) print_integer(out, *step.to);
        if (step.stride) {
          out += ':';
          print_integer(out, *step.stride);
        }
        out += ']';
        break;
      case Step::Kind::wildcard: out += "[*]"; break;
      case Step::Kind::descend: out += ".."; break;
      case Step::Kind::filter:
        out += "[?(";
        print_filter(out, *step.filter);
        out += ")]";
        break;
      case Step::Kind::either:
        out += '[';
        for (std::size_t part = 0; part < step.parts.size(); ++part) {
          if (part > 0) out += ", ";
          if (step.parts[part].kind == Step::Kind::index) {
            print_integer(out, step.parts[part].index);
          } else {
            print_string(out, step.parts[part].name);
          }
        }
        out += ']';
        break;
      case Step::Kind::length: out += ".`len`"; break;
      case Step::Kind::replace: out += ".`sub(/" + step.pattern->pattern() + "/, " + step.name + ")`"; break;
      case Step::Kind::split: {
        const char quote = step.name.find('\'') == step.name.npos ? '\'' : '"';
        out += ".`split(";
        out += quote;
        out += step.name;
        out += quote;
        out += step.from ? ", " + std::to_string(*step.from) + ", " : ", *, ";
        out += std::to_string(*step.to) + ")`";
        break;
      }
    }
  }
}

void print_filter(std::string& out, const Filter& filter) {
  switch (filter.kind) {
    case Filter::Kind::both:
    case Filter::Kind::either:
      for (std::size_t i = 0; i < filter.parts.size(); ++i) {
        const Filter& part = filter.parts[i];
        const bool nested = part.kind == Filter::Kind::both || part.kind == Filter::Kind::either;
        if (i > 0) out += filter.kind == Filter::Kind::both ? " & " : " | ";
        if (nested) out += '(';
        print_filter(out, part);
        if (nested) out += ')';
      }
      return;
    case Filter::Kind::exists:
    case Filter::Kind::compare:
    case Filter::Kind::matches: break;
  }
  out += '@';
  print_steps(out, filter.path.steps);
  if (filter.kind == Filter::Kind::exists) return;
  out += ' ';
  out += filter.kind == Filter::Kind::matches ? "=~" : symbol(filter.op);
  out += ' ';
  if (filter.kind == Filter::Kind::matches) {
    print_string(out, filter.pattern->pattern());
  } else {
    print_literal(out, filter.literal);
  }
}

void print_path(std::string& out, const Path& path) {
  out += name(path.root);
  if (!path.name.empty()) {
    out += '.';
    out += path.name;
  }
  if (path.root == Root::action_result) out += ".result";
  print_steps(out, path.steps);
}

void print_at(std::string& out, const Node& node, int at_least);

void print_list(std::string& out, const std::vector<Node>& nodes) {
  bool first = true;
  for (const Node& node : nodes) {
    if (!first) out += ", ";
    first = false;
    print_at(out, node, 0);
  }
}

void print_dict(std::string& out, const std::vector<Node>& nodes) {
  out += '{';
  for (std::size_t i = 0; i + 1 < nodes.size(); i += 2) {
    if (i > 0) out += ", ";
    print_at(out, nodes[i], 0);
    out += ": ";
    print_at(out, nodes[i + 1], 0);
  }
  out += '}';
}

bool minus_of_literal(const Node& node) {
  return node.op == Op::negate && node.children[0].kind == NodeKind::literal && node.children[0].literal.is_numeric() &&
         !node.children[0].literal.is(Type::boolean);
}

void print_at(std::string& out, const Node& node, int at_least) {
  const int own = level(node);
  if (own < at_least) out += '(';
  switch (node.kind) {
    case NodeKind::literal: print_literal(out, node.literal); break;
    case NodeKind::path: print_path(out, *node.path); break;
    case NodeKind::list:
      out += '[';
      print_list(out, node.children);
      out += ']';
      break;
    case NodeKind::dict: print_dict(out, node.children); break;
    case NodeKind::unary:
      out += symbol(node.op);
      // A minus sign right before a digit would become part of the literal.
      print_at(out, node.children[0], minus_of_literal(node) ? 8 : own);
      break;
    case NodeKind::binary:
      print_at(out, node.children[0], own);
      out += ' ';
      out += symbol(node.op);
      out += ' ';
      print_at(out, node.children[1], own + 1);
      break;
    case NodeKind::conditional:
      print_at(out, node.children[0], 1);
      out += " if ";
      print_at(out, node.children[1], 1);
      out += " else ";
      print_at(out, node.children[2], 0);
      break;
    case NodeKind::cast:
      out += name(node.cast);
      out += '(';
      print_at(out, node.children[0], 0);
      out += ')';
      break;
    case NodeKind::call:
    case NodeKind::call_map:
      out += "FN.";
      out += node.function->name;
      if (node.kind == NodeKind::call_map) out += ".map";
      out += '(';
      print_list(out, node.children);
      out += ')';
      break;
  }
  if (own < at_least) out += ')';
}

}  // namespace

std::string_view symbol(Op op) {
  static constexpr std::array<std::string_view, 18> symbols = {
      "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not", "+", "-", "*", "/", "%", "-"};
  if (op == Op::plus) return "+";
  if (op == Op::negation) return "!";
  return symbols[static_cast<std::size_t>(op)];
}

std::string_view name(Cast cast) {
  static constexpr std::array<std::string_view, 4> names = {"int", "float", "str", "bool"};
  return names[static_cast<std::size_t>(cast)];
}

std::string_view name(Root root) {
  static constexpr std::array<std::string_view, 8> names = {"ACTIONS", "ACTIONS", "TRIGGER", "INPUTS",
                                                            "ENV",     "var",     "SECRETS", "@"};
  return names[static_cast<std::size_t>(root)];
}

void print(std::string& out, const Node& node) { print_at(out, node, 0); }

std::string print(const Node& node) {
  std::string out;
  print(out, node);
  return out;
}

}  // namespace reprise::workflow
