// Following a run on the server's live stream until it ends, over lost connections too.
#pragma once

#include <functional>
#include <string>

#include "cli/client.hpp"
#include "cli/console.hpp"

namespace reprise::cli {

// Gives every message of GET /api/executions/{id}/live to `sink`, with its data parsed, until "completion" or "error"
// (that one included). A connection that is lost is made again where it broke off; after several failures in a row the
// last error is given.
Expected<void> follow(Client& client, const std::string& id,
                      const std::function<void(std::string_view event, const JsonValue& data)>& sink,
                      const std::function<void()>& tick);

// "[timestamp] LEVEL [node] - message" of one log line's JSON, as the server's downloads write it, coloured on a
// terminal.
std::string log_line_text(const JsonValue& line, const Console& console);

}  // namespace reprise::cli
