// A run that was wanted and can never start, where no task waits for it: the handler of a failure, the run that another
// one went on as, the firing of a schedule. That it did not start becomes the only event of the stream that would have
// been its own, written together with the end of the message that wanted it.
#pragma once

#include <string_view>

#include "events/error.hpp"
#include "events/record.hpp"
#include "storage/keys.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

struct Services;

// Any thread. Tells EngineOptions::warn and counts it, once it is durable. When it cannot be stored now, the message is
// refused, and so delivered again later.
void record_refused_start(Services& services, const storage::OutboxKey& key, const workflow::StartRun& run,
                          const events::Principal& principal, const Error& why, std::string_view type);

}  // namespace reprise::actors
