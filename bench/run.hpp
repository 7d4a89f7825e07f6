// `reprise bench`: the speed of this build on this machine, each figure beside its limit measured in the same run.
#pragma once

namespace reprise::bench {

// Arguments as of main(): names of scenarios (none: all), --seconds N, --json FILE, --data DIR, --quick. Returns the
// exit code.
int run(int argc, char** argv);

}  // namespace reprise::bench
