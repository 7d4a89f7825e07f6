// What became of the run that an ended one wanted: the handler of its failure, or the one that it goes on as.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "events/uuid.hpp"
#include "workflow/state.hpp"

namespace reprise::actors {

class Gateway;

struct WantedRun {
  enum class Fate : std::uint8_t {
    owed,     // the message that starts it is on its way
    started,  // it exists
    refused,  // it can never start: `message` and `type` say why
    unknown,  // nothing is known of it: a store of an older version forgot those that could not start
  };
  events::OriginKind kind = events::OriginKind::error_handler;  // or continued
  ExecutionId id;
  std::string workflow_id;
  Fate fate = Fate::unknown;
  std::string status;         // started: as the Workflow API names it
  std::string message, type;  // refused
};

std::string_view name(WantedRun::Fate);

// Empty: the run wanted none. Reads the store.
Expected<std::optional<WantedRun>> wanted_run(Gateway& gateway, const workflow::State& state,
                                              std::string_view workspace);

// A sentence, with a space before it: " Its error handler ...".
std::string sentence_of(const WantedRun& wanted);

}  // namespace reprise::actors
