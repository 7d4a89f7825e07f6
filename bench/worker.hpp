// An external worker as its own process: answers every task of the queue with its arguments.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace reprise::bench {

// Forks; the child polls over `connections` kept connections, `max` tasks at once, until it is killed.
pid_t start_worker(std::uint16_t port, std::size_t connections, std::size_t max);
void stop_worker(pid_t worker);

}  // namespace reprise::bench
