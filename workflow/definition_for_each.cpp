#include "workflow/definition_for_each.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "workflow/definition_template.hpp"
#include "workflow/expression_lexer.hpp"
#include "workflow/template.hpp"

namespace reprise::workflow {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kForm = "'for_each' must be ${{ for var.name in expression }}, or a list of such templates";

// `for var.name in ` at the start of what stands between the brackets: the name, and where it ends.
std::optional<std::string> loop_head(std::string_view text, std::size_t& end) {
  Lexer lexer(text);
  lexer.skip_space();
  if (!lexer.take_word("for")) return std::nullopt;
  lexer.skip_space();
  if (!lexer.take_word("var") || !lexer.take('.')) return std::nullopt;
  std::string name(lexer.take_name());
  if (name.empty() || is_digit(name[0])) return std::nullopt;
  lexer.skip_space();
  if (!lexer.take_word("in")) return std::nullopt;
  end = lexer.position();
  return name;
}

class Loops {
 public:
  Loops(const Names& names, FaultList& faults) : names_(names), faults_(faults) {}

  void read(const JsonValue& value, const std::string& pointer) {
    if (!value.IsString()) {
      faults_.add(pointer, std::string(kForm) + ", found " + std::string(kind_of(value)));
      return;
    }
    std::size_t skipped = 0;
    const std::string_view text = trimmed(text_of(value), skipped);
    std::size_t head = 0;
    const bool closed =
        text.starts_with(kOpen) && text.ends_with(kClose) && text.size() >= kOpen.size() + kClose.size();
    const std::string_view inside =
        closed ? text.substr(kOpen.size(), text.size() - kOpen.size() - kClose.size()) : std::string_view();
    const auto name = loop_head(inside, head);
    if (!name) {
      faults_.add(pointer, std::string(kForm) + ", found " + shown(value));
      return;
    }
    if (std::any_of(out_.begin(), out_.end(), [&](const LoopVariable& each) { return each.name == *name; })) {
      faults_.add(pointer, "var." + name->substr(0, 200) + " stands in two loops of 'for_each'");
    }
    // The head becomes spaces, so that the places of faults stay what they are.
    std::string expression(inside);
    std::fill_n(expression.begin(), head, ' ');
    std::vector<TemplateFault> found;
    Template items = TemplateCompiler(names_, found).compile_expression(expression);
    for (TemplateFault& fault : found) {
      fault.pointer = pointer;
      fault.offset += kOpen.size();
    }
    faults_.add(std::move(found), skipped);
    out_.push_back({*name, std::move(items)});
  }

  std::vector<LoopVariable> take() { return std::move(out_); }

 private:
  const Names& names_;
  FaultList& faults_;
  std::vector<LoopVariable> out_;
};

}  // namespace

std::vector<LoopVariable> compile_for_each(const Members& action, const Names& names, FaultList& faults) {
  const JsonValue* value = action.get("for_each");
  if (value == nullptr) return {};
  Loops loops(names, faults);
  const std::string pointer = action.at("for_each");
  if (!value->IsArray()) {
    loops.read(*value, pointer);
  } else if (value->Empty()) {
    faults.add(pointer, std::string(kForm) + ", found an empty list");
  } else {
    for (rapidjson::SizeType i = 0; i < value->Size() && !faults.full(); ++i) {
      loops.read((*value)[i], pointer + "/" + std::to_string(i));
    }
  }
  return loops.take();
}

}  // namespace reprise::workflow
