// What the records of a batch come to: runs that are to exist, answers given, and records that cannot be used.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/streams/source_record.hpp"
#include "projections/source_rows.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

struct Services;

struct RecordEffects {
  struct Refusal {
    std::size_t record = 0;  // in the batch
    std::string reason;      // UTF-8, one line
  };
  std::vector<workflow::StartRun> starts;  // owed with the positions
  std::size_t answers = 0;                 // given already
  std::vector<Refusal> refused;
};

// Of all records, for the source as `row` has it. Errors, which pass: not_found_workflow, unavailable, io. Reads the
// store, and waits for answers to be taken: on a reader's thread.
Expected<RecordEffects> effects_of(Services& services, const projections::SourceRow& row,
                                   const std::vector<kafka::Record>& records);

// The run that a record starts. It follows from the source and the record's place: wanted twice, it is one.
ExecutionId run_of_record(const projections::SourceRow& row, const kafka::Record& record);

}  // namespace reprise::actors
