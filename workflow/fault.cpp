#include "workflow/fault.hpp"

namespace reprise::workflow {

std::string to_string(const std::vector<Fault>& faults) {
  std::string out;
  for (const Fault& fault : faults) {
    if (!out.empty()) out += '\n';
    if (fault.line != 0) out += std::to_string(fault.line) + ":" + std::to_string(fault.column) + " ";
    if (!fault.pointer.empty()) out += fault.pointer + ": ";
    if (fault.warning) out += "warning: ";
    out += fault.message;
  }
  return out;
}

}  // namespace reprise::workflow
