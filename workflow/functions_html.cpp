// FN: text out of HTML.
#include "workflow/functions.hpp"
#include "workflow/html_text.hpp"

namespace reprise::workflow {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\f\v";
  constexpr std::string_view no_break = "\xc2\xa0";
  for (;;) {
    if (!text.empty() && space.find(text.front()) != space.npos) {
      text.remove_prefix(1);
    } else if (text.starts_with(no_break)) {
      text.remove_prefix(2);
    } else if (!text.empty() && space.find(text.back()) != space.npos) {
      text.remove_suffix(1);
    } else if (text.ends_with(no_break)) {
      text.remove_suffix(2);
    } else {
      return text;
    }
  }
}

// A list of the stretches of text, trimmed; one of white space alone is ''.
bool extract_text_from_html(Evaluation& e, Arguments a, Value& out) {
  std::string_view html;
  if (!ArgumentReader{e, "extract_text_from_html", a}.text(0, html)) return false;
  if (!e.spend(html.size() / 16)) return false;
  ListBuilder list(e, 0);
  for (const std::string& text : html_text(html)) {
    Value value;
    if (!e.text(trimmed(text), value) || !list.add(value)) return false;
  }
  return list.finish(out);
}

constexpr Function kHtmlFunctions[] = {{"extract_text_from_html", 1, 1, extract_text_from_html}};

}  // namespace

std::span<const Function> html_functions() { return kHtmlFunctions; }

}  // namespace reprise::workflow
