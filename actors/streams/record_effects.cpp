#include "actors/streams/record_effects.hpp"

#include <utility>

#include "actors/services.hpp"
#include "actors/streams/record_answers.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kMostReason = 1'000;

// Of any error text: what a header and an event can hold.
std::string reason_of(const Error& error) {
  std::string out = error.where.empty() ? error.detail : error.where + ": " + error.detail;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  if (out.size() > kMostReason) {
    std::size_t end = kMostReason;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;  // not inside a character
    out.resize(end);
  }
  return out;
}

Expected<workflow::StartRun> start_of(const projections::SourceRow& row, const workflow::Plan& plan,
                                      const kafka::Record& record) {
  auto inputs = inputs_of_record(record, row.put.inputs);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto parsed = parse_json(inputs->bytes);
  if (!parsed) return tl::unexpected(parsed.error());
  if (const auto admitted = workflow::admit_inputs(plan, &parsed->root(), inputs->bytes); !admitted) {
    return tl::unexpected(admitted.error());
  }
  workflow::StartRun start;
  start.id = run_of_record(row, record);
  start.workflow_id = row.put.workflow_id;
  // The version that its inputs were checked against: a later one might refuse them, and then nobody would be told.
  start.workflow_version = plan.version;
  start.inputs = std::move(*inputs);
  start.trigger = events::Trigger::kafka;
  start.origin.emplace();
  start.origin->kind = events::OriginKind::kafka;
  start.origin->name = row.put.name;
  start.origin->ref = place_of(record);
  return start;
}

Expected<RecordEffects> starts_of(Services& services, const projections::SourceRow& row,
                                  const std::vector<kafka::Record>& records) {
  const auto plan = services.definitions->load(row.workspace, row.put.workflow_id, 0);
  if (!plan) return tl::unexpected(plan.error());
  RecordEffects out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto start = start_of(row, **plan, records[i]);
    if (start) {
      out.starts.push_back(std::move(*start));
    } else {
      out.refused.push_back({i, reason_of(start.error())});
    }
  }
  return out;
}

Expected<RecordEffects> answers_of(Services& services, const projections::SourceRow& row,
                                   const std::vector<kafka::Record>& records) {
  RecordEffects out;
  std::vector<RecordAnswers::Given> all;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto answer = answer_of_record(records[i]);
    if (!answer) {
      out.refused.push_back({i, reason_of(answer.error())});
      continue;
    }
    std::string user = answer->user.empty() ? "source/" + row.put.name : answer->user;
    all.push_back({std::move(*answer), std::move(user), "kafka/" + place_of(records[i])});
    places.push_back(i);
  }
  const auto outcomes = services.sources->answers().give(row.workspace, all);
  if (!outcomes) return tl::unexpected(outcomes.error());
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    if ((*outcomes)[i]) {
      out.refused.push_back({places[i], reason_of(*(*outcomes)[i])});
    } else {
      ++out.answers;
    }
  }
  return out;
}

}  // namespace

ExecutionId run_of_record(const projections::SourceRow& row, const kafka::Record& record) {
  return uuid_derived(projections::source_uuid(row.workspace, row.put.name),
                      "record/" + std::to_string(row.epoch) + "/" + place_of(record));
}

Expected<RecordEffects> effects_of(Services& services, const projections::SourceRow& row,
                                   const std::vector<kafka::Record>& records) {
  if (row.put.workflow_id.empty()) return answers_of(services, row, records);
  return starts_of(services, row, records);
}

}  // namespace reprise::actors
