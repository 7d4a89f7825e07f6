#include "actors/streams/record_answers.hpp"

#include <chrono>
#include <utility>

#include "actors/interaction_answer.hpp"
#include "actors/services.hpp"
#include "projections/interactions.hpp"

namespace reprise::actors {

namespace {

constexpr std::chrono::seconds kPatience{30};

// What will be the same however often it is tried.
bool is_final(errc code) {
  switch (code) {
    case errc::not_found:
    case errc::not_found_execution:
    case errc::wrong_state:
    case errc::duplicate:
    case errc::forbidden:
    case errc::invalid: return true;
    default: return false;
  }
}

}  // namespace

Expected<bool> RecordAnswers::is_given(const std::string& workspace, const Given& given) const {
  const auto bytes = services_.queries->interaction_row(given.answer.interaction_id, workspace, storage::Reach::disk);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto row = projections::parse_interaction_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  bool found = false;
  const auto read = services_.queries->chunks(row->execution_id, [&](const events::Chunk& chunk, std::string_view) {
    found = chunk.causation == given.causation;
    return !found;
  });
  if (!read) return tl::unexpected(read.error());
  return found;
}

Error RecordAnswers::ask(const std::string& workspace, const Given& given) {
  AnswerRequest request;
  request.interaction_id = given.answer.interaction_id;
  request.execution_id = given.answer.execution_id;
  request.data = given.answer.data;
  request.groups.emplace();  // a record proves no group: what is bound to one is not answered by records
  request.principal = {given.user, workspace};
  request.causation = given.causation;
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = ++tickets_;
    waiting_[ticket];
  }
  answer_interaction(services_, std::move(request), Ticket{this, ticket});
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, kPatience, [&] { return waiting_[ticket].outcome.has_value(); });
  const auto outcome = std::move(waiting_[ticket].outcome);
  waiting_.erase(ticket);
  return outcome ? *outcome : Error{errc::unavailable, "the run has not taken the answer in time", {}};
}

Expected<std::vector<std::optional<Error>>> RecordAnswers::give(const std::string& workspace,
                                                                const std::vector<Given>& all) {
  std::vector<std::optional<Error>> outcomes;
  for (const Given& given : all) {
    std::optional<Error> refusal;
    const auto before = is_given(workspace, given);
    if (!before) {
      if (!is_final(before.error().code)) return tl::unexpected(before.error());
      refusal = before.error();
    } else if (!*before) {
      if (Error said = ask(workspace, given); said.code != errc::ok) {
        if (!is_final(said.code)) return tl::unexpected(std::move(said));
        refusal = std::move(said);
      }
    }
    outcomes.push_back(std::move(refusal));
  }
  return outcomes;
}

void RecordAnswers::deliver(std::vector<Delivery>&& batch) noexcept {
  const std::lock_guard lock(mutex_);
  for (auto& delivery : batch) {
    const auto found = waiting_.find(delivery.ticket);
    if (found != waiting_.end()) found->second.outcome = std::move(delivery.answer.error);
  }
  came_.notify_all();
}

}  // namespace reprise::actors
