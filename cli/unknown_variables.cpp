#include "cli/unknown_variables.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "events/nearest_name.hpp"

namespace reprise::cli {
namespace {

constexpr std::string_view kPrefix = "REPRISE_";

// What is no setting and means something all the same: to every command, and to the scripts and suites that start one.
constexpr std::array<std::string_view, 5> kOthers = {"REPRISE_BINARY", "REPRISE_CONFIG", "REPRISE_SERVER",
                                                     "REPRISE_STEPS_SINCE", "REPRISE_TOKEN"};

bool means_something(std::string_view variable, const Settings& settings) {
  const std::string& secrets = settings.secrets_environment_prefix;
  if (!secrets.empty() && variable.starts_with(secrets)) return true;
  if (std::find(kOthers.begin(), kOthers.end(), variable) != kOthers.end()) return true;
  const auto table = settings_table();
  return std::any_of(table.begin(), table.end(), [&](const Setting& each) { return each.environment() == variable; });
}

std::string sentence_of(const std::string& variable) {
  std::vector<std::string> known;
  for (const Setting& setting : settings_table()) known.push_back(setting.environment().substr(kPrefix.size()));
  known.emplace_back("CONFIG");
  NearestName nearest(std::string_view(variable).substr(kPrefix.size()));
  for (const std::string& name : known) nearest.offer(name);
  const std::string found(nearest.found());
  return variable + " is no setting" +
         (found.empty() ? "; `reprise config --json` lists them all" : "; did you mean REPRISE_" + found + "?");
}

}  // namespace

std::vector<std::string> process_variables() {
  std::vector<std::string> names;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    names.emplace_back(entry.substr(0, entry.find('=')));
  }
  return names;
}

std::vector<std::string> unknown_variables(std::vector<std::string> variables, const Settings& settings) {
  std::sort(variables.begin(), variables.end());
  std::vector<std::string> sentences;
  for (const std::string& variable : variables) {
    if (variable.starts_with(kPrefix) && !means_something(variable, settings)) {
      sentences.push_back(sentence_of(variable));
    }
  }
  return sentences;
}

}  // namespace reprise::cli
