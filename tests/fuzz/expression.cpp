// Expressions from arbitrary bytes: no crash, bounded evaluation, and a canonical text that compiles to the same thing.
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"
#include "tests/workflow/expression_scope.hpp"

using namespace reprise;
using workflow::Template;
using workflow::test::resolve;

namespace {

std::string value(const Template& compiled) {
  const workflow::test::FixedScope scope;
  workflow::EvaluationLimits limits;
  limits.max_steps = 10'000;
  limits.max_result_bytes = 64 * 1024;
  JsonPool pool(512);
  const auto result = compiled.evaluate(scope, pool, limits);
  return result ? to_json(**result) : "error: " + result.error().detail;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Definitions are UTF-8: bytes that are not become U+FFFD.
  std::string quoted;
  append_json_string(quoted, {reinterpret_cast<const char*>(data), size});
  const auto source = parse_json(quoted);
  const std::string_view text = text_of(source->root());
  const auto first = Template::compile_expression(text, resolve);
  if (!first) {
    require(!first.error().detail.empty());
    return 0;
  }
  const std::string printed = first->print();
  const std::string result = value(*first);
  const auto document = parse_json(printed);
  require(document.has_value());
  std::vector<workflow::Fault> faults;
  const Template second = Template::compile(document->root(), resolve, "", faults);
  require(faults.empty());
  require(second.print() == printed);
  require(value(second) == result);
  return 0;
}
