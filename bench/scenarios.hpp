// What is measured. Each scenario starts servers of its own and adds its figures to the report.
#pragma once

#include <string>

#include "bench/report.hpp"

namespace reprise::bench {

struct Settings {
  std::string binary;   // the reprise to measure
  std::string scratch;  // folder for stores
  double seconds = 5;   // of one load
  double long_seconds = 60;
  std::uint64_t stored = 1'000'000;  // executions for the scenarios that need many
};

void three_steps(const Settings& settings, Report& report);  // hello, three steps at 1 and 128, starts, status, commits
void long_run(const Settings& settings, Report& report);     // the slowest answer of a minute
void external_worker(const Settings& settings, Report& report);
void fan_out(const Settings& settings, Report& report);      // ten tasks of a worker at once, and their join
void children(const Settings& settings, Report& report);     // child workflows
void answers(const Settings& settings, Report& report);      // of people, to runs that wait
void loops(const Settings& settings, Report& report);        // one run of 100,000 iterations, inline and of a worker
void history(const Settings& settings, Report& report);      // full reads of 10,000 and 1,000,000 events
void expressions(const Settings& settings, Report& report);  // evaluations by kind
void publishing(const Settings& settings, Report& report);   // to Kafka: a backlog, and how soon an event arrives
void stream(const Settings& settings, Report& report);       // subscribers of all events
void lists(const Settings& settings, Report& report);        // pages at 1,000 and many stored executions; disk
void waiting(const Settings& settings, Report& report);      // memory and start-up with many that wait

}  // namespace reprise::bench
