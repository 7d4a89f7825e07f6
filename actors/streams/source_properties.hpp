// The properties of librdkafka that a source may set for its connection. A list of what is allowed: others read files,
// load code or run commands on the server.
#pragma once

#include <string>
#include <string_view>

#include "events/error.hpp"
#include "events/json.hpp"
#include "storage/kafka/client.hpp"

namespace reprise::actors {

class Secrets;

// `properties` is an object of names and texts. Secret ones must be references, as "${{ SECRETS.kafka.PASSWORD }}", and
// no other may hold one. Error: invalid, naming the property and what was expected.
Expected<void> check_source_properties(const Json& properties);

// With the values of secrets put in. Errors: not_found, naming the secret that has no value; invalid.
Expected<kafka::Properties> reveal_source_properties(const Json& properties, std::string_view workspace,
                                                     const Secrets& secrets);

}  // namespace reprise::actors
