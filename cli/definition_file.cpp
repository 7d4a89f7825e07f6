#include "cli/definition_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace reprise::cli {
namespace {

constexpr std::size_t kMaxIdLength = 128;

bool valid_workflow_id(std::string_view id) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  return !id.empty() && id.size() <= kMaxIdLength && id.find_first_not_of(allowed) == std::string_view::npos;
}

workflow::DefinitionFormat format_of(const std::filesystem::path& path, std::string_view source) {
  const std::string extension = path.extension().string();
  if (extension == ".json") return workflow::DefinitionFormat::json;
  if (extension == ".yaml" || extension == ".yml") return workflow::DefinitionFormat::yaml;
  const std::size_t first = source.find_first_not_of(" \t\r\n");
  const bool braces = first != std::string_view::npos && source[first] == '{';
  return braces ? workflow::DefinitionFormat::json : workflow::DefinitionFormat::yaml;
}

}  // namespace

const char* DefinitionFile::media_type() const {
  return format == workflow::DefinitionFormat::json ? "application/json" : "application/yaml";
}

Expected<std::string> read_file(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(errc::invalid, "is a directory", path);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(errc::invalid, std::string("cannot be read: ") + std::strerror(errno), path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Expected<DefinitionFile> read_definition(const std::string& path, std::string workflow_id) {
  auto source = read_file(path);
  if (!source) return tl::unexpected(source.error());
  DefinitionFile file;
  file.path = path == "-" ? "<stdin>" : path;
  file.workflow_id = workflow_id.empty() ? std::filesystem::path(path).stem().string() : std::move(workflow_id);
  if (!valid_workflow_id(file.workflow_id)) {
    return fail(errc::invalid,
                "\"" + file.workflow_id + "\" is no workflow id (1 to 128 of A-Z a-z 0-9 _ . : -): give one with --id");
  }
  file.format = format_of(path, *source);
  file.source = std::move(*source);
  file.compiled = workflow::compile_definition(file.source, file.format, file.workflow_id);
  return file;
}

std::string faults_text(const DefinitionFile& file) {
  std::string out;
  for (const workflow::Fault& fault : file.compiled.faults) {
    out += file.path;
    if (fault.line != 0) out += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
    if (!fault.pointer.empty()) out += " " + fault.pointer;
    out += fault.warning ? ": warning: " : ": ";
    out += fault.message + "\n";
  }
  return out;
}

}  // namespace reprise::cli
