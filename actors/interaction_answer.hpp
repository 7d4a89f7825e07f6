// The way of an answer to the run that asks, for who gives it from inside the server.
#pragma once

#include "actors/gateway.hpp"

namespace reprise::actors {

struct Services;

// As Gateway::answer. Any thread.
void answer_interaction(Services& services, AnswerRequest request, Ticket ticket);

}  // namespace reprise::actors
