// Definitions from arbitrary bytes, the first of which picks JSON or YAML: no crash, faults with places, and a
// canonical form that is a fixed point.
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "workflow/plan.hpp"

using namespace reprise::workflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto format = data[0] % 2 == 0 ? DefinitionFormat::json : DefinitionFormat::yaml;
  const Compiled compiled = compile_definition(text, format, "wf");
  if (!compiled.plan) {
    require(!compiled.faults.empty());
    for (const Fault& fault : compiled.faults) require(fault.line > 0 && fault.column > 0 && !fault.message.empty());
    return 0;
  }
  const Compiled again = compile_definition(compiled.plan->canonical, DefinitionFormat::json, "wf");
  require(again.plan != nullptr);
  require(again.plan->canonical == compiled.plan->canonical);
  require(again.plan->hash == compiled.plan->hash);
  require(again.plan->topological == compiled.plan->topological);
  return 0;
}
