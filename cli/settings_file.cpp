// Reading settings from TOML. Apart from settings.cpp because toml++ is large.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <filesystem>

#include "cli/settings.hpp"

namespace reprise::cli {
namespace {

std::string_view expected_type(const Setting& setting) {
  struct Name {
    std::string_view operator()(std::string Settings::*) const { return "a string"; }
    std::string_view operator()(std::uint64_t Settings::*) const { return "a whole number"; }
    std::string_view operator()(bool Settings::*) const { return "true or false"; }
    std::string_view operator()(std::vector<std::string> Settings::*) const { return "a list of strings"; }
  };
  return std::visit(Name{}, setting.member);
}

// The node's value as text; nothing when it is not of the member's type.
std::optional<std::string> text_of_node(const toml::node& node, const Setting& setting) {
  struct Read {
    const toml::node& node;
    std::optional<std::string> operator()(std::string Settings::*) const { return node.value_exact<std::string>(); }
    std::optional<std::string> operator()(std::uint64_t Settings::*) const {
      const auto number = node.value_exact<std::int64_t>();
      if (!number) return std::nullopt;
      return std::to_string(*number);
    }
    std::optional<std::string> operator()(bool Settings::*) const {
      const auto value = node.value_exact<bool>();
      if (!value) return std::nullopt;
      return *value ? "true" : "false";
    }
    std::optional<std::string> operator()(std::vector<std::string> Settings::*) const {
      const toml::array* array = node.as_array();
      if (!array) return std::nullopt;
      std::string out;
      for (const toml::node& item : *array) {
        const auto text = item.value_exact<std::string>();
        if (!text) return std::nullopt;
        if (!out.empty()) out += ',';
        out += *text;
      }
      return out;
    }
  };
  return std::visit(Read{node}, setting.member);
}

std::string place(const std::string& path, const toml::source_region& region) {
  return path + ":" + std::to_string(region.begin.line) + ": ";
}

}  // namespace

Expected<std::vector<FileValue>> read_settings_file(const std::string& path) {
  // A folder that is opened as a file reads as an empty one.
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
    return fail(errc::invalid, "the configuration file " + path + " is a folder");
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const bool unreadable = error.source().begin.line == 0;
    return fail(errc::invalid, unreadable ? "cannot read the configuration file " + path
                                          : place(path, error.source()) + std::string(error.description()));
  }
  std::vector<FileValue> values;
  for (const auto& [key, node] : parsed.table()) {
    const Setting* setting = find_setting(key.str());
    if (!setting) {
      return fail(errc::invalid, place(path, key.source()) + "unknown setting \"" + std::string(key.str()) +
                                     "\" (`reprise config` lists them all)");
    }
    auto text = text_of_node(node, *setting);
    if (!text) {
      return fail(errc::invalid, place(path, key.source()) + std::string(setting->name) + " must be " +
                                     std::string(expected_type(*setting)));
    }
    values.push_back(FileValue{setting, std::move(*text), key.source().begin.line});
  }
  return values;
}

}  // namespace reprise::cli
