// What the process says to its caller, and how an error is told to a person.
#pragma once

#include "events/error.hpp"

namespace reprise::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,        // anything that is none of the others
  kUsage = 2,         // wrong usage or configuration, a faulty definition
  kStoreUnusable = 3  // the store is damaged, in use, or of a newer version
};

ExitCode exit_code(errc code);
// One sentence on stderr; gives the exit code.
int report(const Error& error);

}  // namespace reprise::cli
