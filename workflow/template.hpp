// The inside of a Template: JSON with expressions in it, and how a definition compiles one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/evaluation.hpp"
#include "workflow/expression.hpp"
#include "workflow/expression_parser.hpp"

namespace reprise::workflow {

struct TemplateNode {
  enum class Kind : std::uint8_t {
    constant,    // constant: a value without any expression in it
    expression,  // a string that is exactly one ${{ }}
    text,        // a string with text and expressions: parts
    list,        // parts
    dict,        // keys and parts
  };
  Kind kind = Kind::constant;
  const JsonValue* constant = nullptr;  // in the template's pool
  Node expression;
  std::vector<TemplateNode> keys;  // constant strings, expressions or texts
  std::vector<TemplateNode> parts;
};

struct Template::Impl {
  JsonPool pool{256};
  TemplateNode root;
  std::vector<std::uint32_t> tasks;
  std::vector<SecretName> secrets;
};

// Whether an expression is SECRETS.name.KEY and nothing else.
inline bool names_secret(const Node& node) { return node.path && node.path->root == Root::secrets; }
SecretName secret_of(const Node& node);  // precondition: it does

// A fault inside a template: `offset` is the place in the string where it lies.
struct TemplateFault {
  std::string pointer;
  std::size_t offset = 0;
  std::string message;
};

class TemplateCompiler {
 public:
  TemplateCompiler(const Names& names, std::vector<TemplateFault>& faults) : names_(names), faults_(faults) {}

  // Compiles `source` at `pointer` of its document. Goes on after a fault to find them all, and then gives a null
  // template.
  Template compile(const JsonValue& source, const std::string& pointer);
  // The text of one expression, without its ${{ }}.
  Template compile_expression(std::string_view text);

 private:
  bool value(const JsonValue& source, const std::string& pointer, TemplateNode& out);
  bool string(std::string_view text, const std::string& pointer, TemplateNode& out);
  bool children(const JsonValue& source, const std::string& pointer, TemplateNode& out);
  bool sound(const std::string& pointer, std::string_view text, std::size_t start, Lexer& lexer, bool ok,
             const Node& expression);
  void fault(const std::string& pointer, std::string_view text, std::size_t start, std::size_t at,
             const std::string& reason);
  const JsonValue* constant(JsonValue value);
  Template finish();

  const Names& names_;
  std::vector<TemplateFault>& faults_;
  std::unique_ptr<Template::Impl> impl_;
};

std::string append_pointer(std::string pointer, std::string_view name);  // one more RFC 6901 step

}  // namespace reprise::workflow
