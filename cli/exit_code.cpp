#include "cli/exit_code.hpp"

#include <cstdio>

namespace reprise::cli {

ExitCode exit_code(errc code) {
  switch (code) {
    case errc::ok: return kOk;
    case errc::invalid:
    case errc::definition_faults: return kUsage;
    case errc::store_in_use:
    case errc::corrupt:
    case errc::unsupported_version: return kStoreUnusable;
    default: return kFailed;
  }
}

int report(const Error& error) {
  std::string text = error.detail.empty() ? std::string(sentence(error.code)) : error.detail;
  if (!error.where.empty() && text.find(error.where) == std::string::npos) text.insert(0, error.where + ": ");
  std::fprintf(stderr, "reprise: %s\n", text.c_str());
  return exit_code(error.code);
}

}  // namespace reprise::cli
