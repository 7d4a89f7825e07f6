// The body of GET /api/executions/{id}, and how a run is answered with it: from memory at once, else from the disk on a
// thread that may wait.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/gateway.hpp"
#include "http/exchange.hpp"

namespace reprise::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// `status_json` ends in '}'; `lines` are JSON objects separated by commas.
std::string run_body(std::string_view status_json, std::string_view lines);

// Answers with the run's present body. Loop thread.
void respond_run(Exchange& exchange, const actors::Gateway& gateway, const ExecutionId& id, Headers headers = {});
// The same from an engine's answer (row, and lines where they were at hand).
void respond_run(Exchange& exchange, const actors::Gateway& gateway, const actors::Answer& answer,
                 Headers headers = {});

// Makes the answer at once from memory; where that would wait for the disk, on a query thread. `make` takes the reach
// and gives an optional response: none for errc::would_block, which Reach::disk never says.
template <class Make>
void respond_from_store(Exchange& exchange, Make make) {
  if (auto response = make(storage::Reach::cached)) {
    exchange.respond(std::move(*response));
    return;
  }
  exchange.offload([make = std::move(make)]() mutable { return std::move(*make(storage::Reach::disk)); });
}

}  // namespace reprise::http
