// JSON to template.
#include <algorithm>
#include <functional>

#include "workflow/template.hpp"

namespace reprise::workflow {
namespace {

// Every task that the paths of an expression name.
void collect(const Node& node, std::vector<std::uint32_t>& out) {
  if (node.path && (node.path->root == Root::action || node.path->root == Root::action_result)) {
    out.push_back(node.path->task);
  }
  for (const Node& child : node.children) collect(child, out);
}

void collect(const TemplateNode& node, std::vector<std::uint32_t>& out) {
  if (node.kind == TemplateNode::Kind::expression) collect(node.expression, out);
  for (const TemplateNode& key : node.keys) collect(key, out);
  for (const TemplateNode& part : node.parts) collect(part, out);
}

// The secrets that it names; false: one of them is not alone between its brackets.
bool collect_secrets(const Node& node, bool alone, std::vector<SecretName>& out) {
  if (names_secret(node)) {
    out.push_back(secret_of(node));
    return alone;
  }
  bool fine = true;
  for (const Node& child : node.children) fine = collect_secrets(child, false, out) && fine;
  return fine;
}

constexpr const char* kNotAlone =
    "a secret stands alone in its ${{ }}, beside text: not in a function, an operator or a cast";
constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

}  // namespace

SecretName secret_of(const Node& node) { return {node.path->name, node.path->steps.front().name}; }

std::string append_pointer(std::string pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

Template TemplateCompiler::compile(const JsonValue& source, const std::string& pointer) {
  impl_ = std::make_unique<Template::Impl>();
  if (!value(source, pointer, impl_->root)) return {};
  return finish();
}

Template TemplateCompiler::compile_expression(std::string_view text) {
  impl_ = std::make_unique<Template::Impl>();
  Lexer lexer(text);
  impl_->root.kind = TemplateNode::Kind::expression;
  bool ok = ExpressionParser(lexer, names_, impl_->pool).parse(impl_->root.expression);
  if (ok) {
    lexer.skip_space();
    ok = lexer.done() || lexer.expected("the end of the expression");
  }
  if (sound({}, text, 0, lexer, ok, impl_->root.expression)) return finish();
  return {};
}

Template TemplateCompiler::finish() {
  auto& secrets = impl_->secrets;
  std::sort(secrets.begin(), secrets.end());
  secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
  auto& tasks = impl_->tasks;
  collect(impl_->root, tasks);
  std::sort(tasks.begin(), tasks.end());
  tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
  Template out;
  out.impl_ = std::move(impl_);
  return out;
}

// Whether an expression that was read (`ok`: to its end) may be used; its faults are added where it may not. What
// cannot be read behind a name that stands for nothing is often no fault of its own: the names alone are told then.
bool TemplateCompiler::sound(const std::string& pointer, std::string_view text, std::size_t start, Lexer& lexer,
                             bool ok, const Node& expression) {
  for (const auto& note : lexer.notes()) fault(pointer, text, start, note.position, note.message);
  if (!lexer.notes().empty()) return false;
  if (ok && !collect_secrets(expression, true, impl_->secrets)) ok = lexer.fail_at(start, kNotAlone);
  if (!ok) fault(pointer, text, start, lexer.error_position(), lexer.error());
  return ok;
}

void TemplateCompiler::fault(const std::string& pointer, std::string_view text, std::size_t start, std::size_t at,
                             const std::string& reason) {
  constexpr std::size_t kMost = 40;
  std::string message = "expression at character " + std::to_string(at - start + 1);
  message += ": " + reason;
  // A few words of what stands there, cut at a character's border.
  std::size_t end = std::min(text.size(), at + kMost);
  while (end < text.size() && end > at && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  if (end > at) message += " (at \"" + std::string(text.substr(at, end - at)) + "\")";
  faults_.push_back({pointer, at, std::move(message)});
}

const JsonValue* TemplateCompiler::constant(JsonValue value) {
  return new (impl_->pool.Malloc(sizeof(JsonValue))) JsonValue(std::move(value));
}

bool TemplateCompiler::value(const JsonValue& source, const std::string& pointer, TemplateNode& out) {
  if (source.IsString()) return string(text_of(source), pointer, out);
  if (source.IsArray() || source.IsObject()) return children(source, pointer, out);
  out.constant = constant(alias(source));
  return true;
}

bool TemplateCompiler::children(const JsonValue& source, const std::string& pointer, TemplateNode& out) {
  bool ok = true;
  bool all_constant = true;
  const auto note = [&all_constant](const TemplateNode& part) {
    all_constant = all_constant && part.kind == TemplateNode::Kind::constant;
  };
  if (source.IsArray()) {
    out.kind = TemplateNode::Kind::list;
    out.parts.resize(source.Size());
    for (rapidjson::SizeType i = 0; i < source.Size(); ++i) {
      ok = value(source[i], pointer + "/" + std::to_string(i), out.parts[i]) && ok;
      note(out.parts[i]);
    }
  } else {
    out.kind = TemplateNode::Kind::dict;
    for (const auto& m : source.GetObject()) {
      const std::string below = append_pointer(pointer, text_of(m.name));
      ok = string(text_of(m.name), below, out.keys.emplace_back()) && ok;
      ok = value(m.value, below, out.parts.emplace_back()) && ok;
      note(out.keys.back());
      note(out.parts.back());
    }
  }
  if (ok && all_constant) {
    out = TemplateNode{};
    out.constant = constant(deep_copy(source, impl_->pool));
  }
  return ok;
}

bool TemplateCompiler::string(std::string_view text, const std::string& pointer, TemplateNode& out) {
  const auto literal = [&](std::string_view part, TemplateNode& node) {
    node.constant = constant(json_string(part, impl_->pool));
  };
  std::size_t open = text.find(kOpen);
  if (open == text.npos) {
    literal(text, out);
    return true;
  }
  out.kind = TemplateNode::Kind::text;
  std::size_t at = 0;
  bool all_sound = true;
  while (open != text.npos) {
    if (open > at) literal(text.substr(at, open - at), out.parts.emplace_back());
    TemplateNode& part = out.parts.emplace_back();
    part.kind = TemplateNode::Kind::expression;
    const std::size_t start = open + kOpen.size();
    Lexer lexer(text, start);
    bool ok = ExpressionParser(lexer, names_, impl_->pool).parse(part.expression);
    if (ok) {
      lexer.skip_space();
      ok = lexer.take(kClose) || lexer.expected("an operator or '}}'");
    }
    at = lexer.position();
    if (!sound(pointer, text, start, lexer, ok, part.expression)) {
      // The next expression may have a fault of its own.
      all_sound = false;
      if (!lexer.error().empty()) at = text.find(kClose, lexer.error_position());
      if (at == text.npos) return false;
    }
    open = text.find(kOpen, at);
  }
  if (!all_sound) return false;
  if (at < text.size()) literal(text.substr(at), out.parts.emplace_back());
  if (out.parts.size() == 1) {
    TemplateNode only = std::move(out.parts.front());
    out = std::move(only);
  }
  return true;
}

}  // namespace reprise::workflow
