#include "bench/run.hpp"

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report.hpp"
#include "bench/scenarios.hpp"

namespace reprise::bench {

namespace {

struct Scenario {
  std::string_view name;
  void (*run)(const Settings&, Report&);
};
constexpr Scenario kScenarios[] = {{"three", three_steps}, {"external", external_worker},
                                   {"fan", fan_out},       {"children", children},
                                   {"answers", answers},   {"loops", loops},
                                   {"history", history},   {"expressions", expressions},
                                   {"long", long_run},     {"publishing", publishing},
                                   {"stream", stream},     {"lists", lists},
                                   {"waiting", waiting}};

int usage(std::FILE* to, int code) {
  std::string names;
  for (const auto& scenario : kScenarios) names.append(names.empty() ? "" : "|").append(scenario.name);
  std::fprintf(to, "usage: reprise bench [%s ...] [--seconds N] [--json FILE] [--data DIR] [--quick]\n", names.c_str());
  return code;
}

int wrong(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return usage(stderr, 2);
}

}  // namespace

int run(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  Settings settings;
  std::error_code ignored;
  settings.binary = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  settings.scratch = std::filesystem::temp_directory_path(ignored).string();
  std::string json;
  std::vector<std::string> chosen;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--seconds") {
      settings.seconds = std::atof(value().c_str());
      if (settings.seconds <= 0) return wrong("--seconds takes a number above 0");
    } else if (word == "--json") {
      json = value();
    } else if (word == "--data") {
      settings.scratch = value();
    } else if (word == "--quick") {
      settings.seconds = 2;
      settings.long_seconds = 10;
      settings.stored = 100'000;
    } else if (word == "--help" || word == "-h") {
      return usage(stdout, 0);
    } else {
      bool known = false;
      for (const auto& scenario : kScenarios) known = known || scenario.name == word;
      if (!known) return wrong("no scenario `" + word + "`");
      chosen.push_back(word);
    }
  }
  Report report;
  for (const auto& scenario : kScenarios) {
    bool wanted = chosen.empty();
    for (const auto& name : chosen) wanted = wanted || name == scenario.name;
    if (wanted) scenario.run(settings, report);
  }
  if (!json.empty()) std::ofstream(json) << report.json();
  return report.all_met() ? 0 : 1;
}

}  // namespace reprise::bench
