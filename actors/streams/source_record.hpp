// One record of a topic, and what a source makes of it. Pure: no Kafka in here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "events/error.hpp"
#include "events/event.hpp"
#include "events/json.hpp"
#include "events/uuid.hpp"
#include "storage/kafka/record.hpp"

namespace reprise::actors {

inline constexpr std::size_t kMostRecordBytes = 4u << 20;  // of a record's value; a larger one is refused

// "topic/partition/offset": what it is called in origins and causations.
std::string place_of(const kafka::Record& record);

// The inputs of the run that the record starts, an object:
//   value   the record's value, which must be one;
//   record  {topic, partition, offset, key, headers, timestamp, value}. Keys and headers are texts, or
//           {"base64": text} where they are not UTF-8; of headers with the same name the last one counts.
// Error: invalid, with what is wrong with the record.
Expected<Json> inputs_of_record(const kafka::Record& record, events::SourceInputs form);

// What a record says that answers an interaction: {interaction_id, execution_id?, data, user?}.
struct RecordAnswer {
  Uuid interaction_id;
  std::optional<ExecutionId> execution_id;
  std::string user;  // empty: none is named
  Json data;
};
// Error: invalid, as above.
Expected<RecordAnswer> answer_of_record(const kafka::Record& record);

}  // namespace reprise::actors
