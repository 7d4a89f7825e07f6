#include "workflow/definition_template.hpp"

#include "workflow/template.hpp"

namespace reprise::workflow {

std::string_view trimmed(std::string_view text, std::size_t& skipped) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  skipped = first == text.npos ? 0 : first;
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::unique_ptr<Template> compile_single(const Members& members, std::string_view name, const Names& names,
                                         FaultList& faults) {
  const auto text = members.text(name);
  if (!text) return nullptr;
  std::size_t skipped = 0;
  JsonPool pool(256);
  const JsonValue source = json_string(trimmed(*text, skipped), pool);
  std::vector<TemplateFault> found;
  auto out = std::make_unique<Template>(TemplateCompiler(names, found).compile(source, members.at(name)));
  if (found.empty() && !out->single_expression()) {
    members.fault(
        name, "'" + std::string(name) + "' must be exactly one ${{ }} template, found " + shown(*members.get(name)));
  }
  faults.add(std::move(found), skipped);
  return out;
}

std::unique_ptr<Template> compile_text(const Members& members, std::string_view name, const Names& names,
                                       FaultList& faults) {
  if (!members.text(name)) return nullptr;
  std::vector<TemplateFault> found;
  auto out = std::make_unique<Template>(TemplateCompiler(names, found).compile(*members.get(name), members.at(name)));
  faults.add(std::move(found));
  return out;
}

}  // namespace reprise::workflow
