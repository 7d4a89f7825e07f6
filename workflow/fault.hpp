// A fault of a definition: where it is and what was expected. All faults of a definition are reported at once.
#pragma once

#include <string>
#include <vector>

namespace reprise::workflow {

struct Fault {
  std::string pointer;  // RFC 6901, e.g. /actions/2/depends_on/0; empty: the document
  unsigned line = 0;    // of the source as it was sent, from 1; 0: unknown
  unsigned column = 0;
  std::string message;   // names the member, what was found and what is expected
  bool warning = false;  // warnings do not refuse the definition
};

// One line a fault: "3:14 /actions/0/ref: ...".
std::string to_string(const std::vector<Fault>& faults);

}  // namespace reprise::workflow
