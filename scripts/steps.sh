# For the scripts beside it (sourced): steps with the time gone by.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

# The outermost script's start, so that nested ones count on.
: "${REPRISE_STEPS_SINCE:=$(date +%s)}"
export REPRISE_STEPS_SINCE

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

step() { printf '%s[%4ds] %s%s\n' "$bold" "$(($(date +%s) - REPRISE_STEPS_SINCE))" "$*" "$plain"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}
