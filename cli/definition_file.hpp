// A workflow definition in a file: read, compiled, and its faults told with their places.
#pragma once

#include <string>

#include "events/error.hpp"
#include "workflow/plan.hpp"

namespace reprise::cli {

struct DefinitionFile {
  std::string path;
  std::string workflow_id;  // the file's name without directory and extension, unless one was given
  workflow::DefinitionFormat format = workflow::DefinitionFormat::yaml;
  std::string source;
  workflow::Compiled compiled;

  bool usable() const { return compiled.plan != nullptr; }
  const char* media_type() const;
};

// The whole file; "-" is standard input. Errors: errc::invalid.
Expected<std::string> read_file(const std::string& path);

// Reads and compiles. Faults of the definition are no error: see `compiled`. Errors: errc::invalid for a file that
// cannot be read.
Expected<DefinitionFile> read_definition(const std::string& path, std::string workflow_id = {});

// "FILE:line:col pointer: message" a line.
std::string faults_text(const DefinitionFile& file);

}  // namespace reprise::cli
