// How a message of the outbox reaches its receiver: as a command whose commit deletes the message's row.
#pragma once

#include "actors/outbox_entry.hpp"

namespace reprise::actors {

struct Services;

// Returns at once. The outbox hears MessagesTaken or MessagesRefused once.
void deliver_message(Services& services, const storage::OutboxKey& key, OutboxMessage message);

// The message has no effect any more: deletes its row.
void drop_message(Services& services, const storage::OutboxKey& key);

// The message could not be taken: the outbox tries again.
void refuse_message(Services& services, const storage::OutboxKey& key);

}  // namespace reprise::actors
