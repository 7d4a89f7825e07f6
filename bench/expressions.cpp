#include <chrono>
#include <string>

#include "bench/scenarios.hpp"
#include "bench/trigger_scope.hpp"

namespace reprise::bench {

namespace {

struct Kind {
  const char* name;
  const char* text;
};
constexpr Kind kKinds[] = {
    {"literal", "42"},
    {"path", "TRIGGER.items[1].a"},
    {"path with a wildcard", "TRIGGER.items[*].a"},
    {"path with a filter", "TRIGGER.items[?a == 1 & b > 2]"},
    {"comparison and logic", "TRIGGER.n > 2 && TRIGGER.name == 'Ada'"},
    {"arithmetic", "TRIGGER.n * 2 + 1"},
    {"condition", "'many' if TRIGGER.n > 2 else 'few'"},
    {"cast", "int('17') + TRIGGER.n"},
    {"text function", "FN.join(TRIGGER.words, ', ')"},
    {"list function", "FN.unique(TRIGGER.words)"},
    {"mapped function", "FN.uppercase.map(TRIGGER.words)"},
    {"regular expression", "FN.regex_match('A.a', TRIGGER.name)"},
    {"date function", "FN.to_isoformat(FN.now() + FN.hours(2))"},
    {"literal that builds", "{'n': TRIGGER.n, 'list': [1, TRIGGER.name]}"},
};

double per_second(const workflow::Template& compiled, const workflow::Scope& scope, double seconds, Report& report) {
  using Clock = std::chrono::steady_clock;
  constexpr std::uint64_t kAtOnce = 256;
  std::uint64_t done = 0;
  const auto begin = Clock::now();
  std::chrono::duration<double> took{};
  do {
    for (std::uint64_t i = 0; i < kAtOnce; ++i) {
      JsonPool pool(512);
      if (const auto value = compiled.evaluate(scope, pool); !value) {
        report.problem(value.error().detail);
        return 0;
      }
    }
    done += kAtOnce;
    took = Clock::now() - begin;
  } while (took.count() < seconds);
  return static_cast<double>(done) / took.count();
}

}  // namespace

void expressions(const Settings& settings, Report& report) {
  report.section("Expressions, compiled once: evaluations a second on one thread");
  const TriggerScope scope;
  for (const Kind& kind : kKinds) {
    const auto compiled =
        workflow::Template::compile_expression(kind.text, [](std::string_view, std::uint32_t&) { return false; });
    if (!compiled) {
      report.problem(std::string(kind.text) + ": " + compiled.error().detail);
      continue;
    }
    report.figure(kind.name, per_second(*compiled, scope, settings.seconds / 10, report), "/s", 0, false, kind.text);
  }
}

}  // namespace reprise::bench
