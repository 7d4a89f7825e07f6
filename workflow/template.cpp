#include "workflow/template.hpp"

#include <utility>

#include "workflow/result_size.hpp"

namespace reprise::workflow {
namespace {

const JsonValue& null_value() {
  static const JsonValue null;
  return null;
}

class Run {
 public:
  // `recorded`: as recorded args, in which secrets are references.
  Run(Evaluation& evaluation, bool recorded) : evaluation_(evaluation), recorded_(recorded) {}

  bool value(const TemplateNode& node, JsonValue& out) {
    switch (node.kind) {
      case TemplateNode::Kind::constant: out = recordable(alias(*node.constant)); return true;
      case TemplateNode::Kind::expression: {
        if (recorded_ && names_secret(node.expression)) return text(node, out);
        Value result;
        if (!expression(node, result) || !evaluation_.json(result, out)) return false;
        out = recordable(std::move(out));
        return true;
      }
      case TemplateNode::Kind::text: return text(node, out);
      case TemplateNode::Kind::list: return list(node, out);
      case TemplateNode::Kind::dict: return dict(node, out);
    }
    return false;
  }

  bool expression(const TemplateNode& node, Value& out) {
    if (evaluate(evaluation_, node.expression, out)) return true;
    if (failed_ == nullptr) failed_ = &node.expression;
    return false;
  }

  // The expression that failed.
  const Node* failed() const { return failed_; }

 private:
  JsonValue recordable(JsonValue value) {
    return recorded_ ? without_references(value, evaluation_.pool()) : std::move(value);
  }

  bool append(const TemplateNode& node, std::string& out, bool recorded) {
    if (node.kind == TemplateNode::Kind::constant) {
      add(text_of(*node.constant), out, recorded);
      return evaluation_.fits(out.size());
    }
    if (node.kind == TemplateNode::Kind::text) {
      for (const TemplateNode& part : node.parts) {
        if (!append(part, out, recorded)) return false;
      }
      return true;
    }
    if (recorded && names_secret(node.expression)) {
      out += reference_to(secret_of(node.expression));
      return evaluation_.fits(out.size());
    }
    Value result;
    std::string own;
    std::string& target = recorded ? own : out;
    if (!expression(node, result) || !evaluation_.stringify(target, result)) return false;
    if (recorded) add(own, out, true);
    return evaluation_.fits(out.size());
  }
  static void add(std::string_view text, std::string& out, bool recorded) {
    if (recorded) {
      append_without_references(out, text);
    } else {
      out += text;
    }
  }

  bool text(const TemplateNode& node, JsonValue& out) {
    std::string scratch;
    Value string;
    return append(node, scratch, recorded_) && evaluation_.text(scratch, string) && evaluation_.json(string, out);
  }

  bool list(const TemplateNode& node, JsonValue& out) {
    if (!evaluation_.reserve(node.parts.size() * sizeof(JsonValue))) return false;
    out.SetArray();
    out.Reserve(static_cast<rapidjson::SizeType>(node.parts.size()), evaluation_.pool());
    for (const TemplateNode& part : node.parts) {
      JsonValue element;
      if (!value(part, element)) return false;
      out.PushBack(element, evaluation_.pool());
    }
    return true;
  }

  bool dict(const TemplateNode& node, JsonValue& out) {
    if (!evaluation_.reserve(2 * node.parts.size() * sizeof(JsonValue))) return false;
    out.SetObject();
    bool computed = false;
    for (const TemplateNode& key : node.keys) computed = computed || key.kind != TemplateNode::Kind::constant;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      JsonValue name, member;
      if (!value(node.parts[i], member)) return false;
      if (!computed) {
        name = alias(*node.keys[i].constant);
        out.AddMember(name, member, evaluation_.pool());
        continue;
      }
      std::string key_text;
      Value key;
      if (!append(node.keys[i], key_text, false)) return false;
      // A computed key may be there already: the later value counts.
      if (auto* existing = const_cast<JsonValue*>(find(out, key_text))) {
        *existing = member;
      } else {
        if (!evaluation_.text(key_text, key) || !evaluation_.json(key, name)) return false;
        out.AddMember(name, member, evaluation_.pool());
      }
    }
    return true;
  }

  Evaluation& evaluation_;
  const bool recorded_;
  const Node* failed_ = nullptr;
};

tl::unexpected<Error> failure(const Run& run, const Evaluation& evaluation) {
  std::string detail;
  if (run.failed() != nullptr) {
    constexpr std::size_t kMost = 160;
    std::string text = print(*run.failed());
    if (text.size() > kMost) {
      std::size_t end = kMost;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
      text.resize(end);
      text += " ...";
    }
    detail = "${{ " + text + " }}: ";
  }
  return fail(errc::expression, detail + evaluation.error());
}

void print_value(std::string& out, const TemplateNode& node);

// The text of a string with its expressions, without quotes.
void print_text(std::string& out, const TemplateNode& node) {
  if (node.kind == TemplateNode::Kind::constant) {
    out += text_of(*node.constant);
  } else if (node.kind == TemplateNode::Kind::expression) {
    out += "${{ ";
    print(out, node.expression);
    out += " }}";
  } else {
    for (const TemplateNode& part : node.parts) print_text(out, part);
  }
}

void print_value(std::string& out, const TemplateNode& node) {
  const auto quoted = [&out](const TemplateNode& string) {
    std::string text;
    print_text(text, string);
    append_json_string(out, text);
  };
  switch (node.kind) {
    case TemplateNode::Kind::constant: append_json(out, *node.constant); return;
    case TemplateNode::Kind::expression:
    case TemplateNode::Kind::text: quoted(node); return;
    case TemplateNode::Kind::list:
      out += '[';
      for (std::size_t i = 0; i < node.parts.size(); ++i) {
        if (i > 0) out += ',';
        print_value(out, node.parts[i]);
      }
      out += ']';
      return;
    case TemplateNode::Kind::dict:
      out += '{';
      for (std::size_t i = 0; i < node.parts.size(); ++i) {
        if (i > 0) out += ',';
        quoted(node.keys[i]);
        out += ':';
        print_value(out, node.parts[i]);
      }
      out += '}';
      return;
  }
}

}  // namespace

Template::Template() = default;
Template::~Template() = default;
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;

Template Template::compile(const JsonValue& source, const RefResolver& refs, const std::string& pointer,
                           std::vector<Fault>& faults) {
  Names names;
  names.action = [&refs](std::string_view ref, std::uint32_t& task) -> std::string {
    if (refs && refs(ref, task)) return {};
    return "there is no action '" + std::string(ref.substr(0, 60)) + "'";
  };
  std::vector<TemplateFault> found;
  Template out = TemplateCompiler(names, found).compile(source, pointer);
  for (TemplateFault& fault : found)
    faults.push_back({std::move(fault.pointer), 0, 0, std::move(fault.message), false});
  return out;
}

Expected<Template> Template::compile_expression(std::string_view expression, const RefResolver& refs) {
  Names names;
  names.action = [&refs](std::string_view ref, std::uint32_t& task) -> std::string {
    if (refs && refs(ref, task)) return {};
    return "there is no action '" + std::string(ref.substr(0, 60)) + "'";
  };
  std::vector<TemplateFault> found;
  Template out = TemplateCompiler(names, found).compile_expression(expression);
  if (!found.empty()) return fail(errc::expression, std::move(found.front().message));
  return out;
}

bool Template::constant() const { return !impl_ || impl_->root.kind == TemplateNode::Kind::constant; }

bool Template::single_expression() const { return impl_ && impl_->root.kind == TemplateNode::Kind::expression; }

std::vector<std::uint32_t> Template::tasks() const { return impl_ ? impl_->tasks : std::vector<std::uint32_t>{}; }

const std::vector<SecretName>& Template::secrets() const {
  static const std::vector<SecretName> none;
  return impl_ ? impl_->secrets : none;
}

std::string Template::print() const {
  std::string out;
  if (impl_) {
    print_value(out, impl_->root);
  } else {
    out = "null";
  }
  return out;
}

Expected<const JsonValue*> Template::evaluate(const Scope& scope, JsonPool& pool,
                                              const EvaluationLimits& limits) const {
  if (!impl_) return &null_value();
  const TemplateNode& root = impl_->root;
  if (root.kind == TemplateNode::Kind::constant) return root.constant;
  if (root.kind == TemplateNode::Kind::expression && root.expression.kind == NodeKind::path &&
      root.expression.path->simple && root.expression.path->root != Root::secrets) {
    const JsonValue* found = resolve_simple(scope, *root.expression.path);
    return found == nullptr ? &null_value() : found;
  }
  Evaluation evaluation(&scope, pool, limits);
  const bool recorded = !impl_->secrets.empty();
  Run run(evaluation, recorded);
  JsonValue built;
  if (root.kind == TemplateNode::Kind::expression && !recorded) {
    Value result;
    if (!run.expression(root, result)) return failure(run, evaluation);
    if (result.is(Type::string)) return &result.json();
    if (!evaluation.json(result, built)) return failure(run, evaluation);
  } else if (!run.value(root, built)) {
    return failure(run, evaluation);
  }
  if (!fits_result(built, limits.max_result_bytes)) {
    return fail(errc::expression, "the result is nested deeper than " + std::to_string(kMaxResultNesting) +
                                      " or larger than " + std::to_string(limits.max_result_bytes) + " bytes");
  }
  return new (pool.Malloc(sizeof(JsonValue))) JsonValue(std::move(built));
}

}  // namespace reprise::workflow
