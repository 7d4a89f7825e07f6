#!/usr/bin/env bash
# Prints the runs that failed, as they do, with kcat alone:
#   failures.sh BROKERS [TOPIC]              goes on until Ctrl-C
#   UNTIL_END=1 failures.sh BROKERS          stops at the topic's present end
set -euo pipefail
brokers=${1:?usage: failures.sh BROKERS [TOPIC]}
topic=${2:-reprise.events}

options=(-q -u -C -b "$brokers" -t "$topic" -o beginning -f '%s\n')
[[ -z ${UNTIL_END:-} ]] || options+=(-e)
# One line is one event; awk keeps what was seen, since an event may come twice.
kcat "${options[@]}" | grep --line-buffered -F '"type":"reprise.execution.failed.v1"' |
  awk 'match($0, /"id":"[^"]*"/) && !seen[substr($0, RSTART, RLENGTH)]++ { print; fflush() }' || [[ $? -eq 1 ]]
