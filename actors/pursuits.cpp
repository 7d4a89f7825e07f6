#include "actors/pursuits.hpp"

#include <memory>
#include <string>
#include <utility>

#include "actors/services.hpp"
#include "projections/execution_view.hpp"
#include "workflow/follow_up.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kMostOpen = 10'000;
constexpr std::size_t kAhead = 64;         // runs that come next; a chain makes one in the time of a write
constexpr std::size_t kRunsALook = 1'000;  // before other work of the loader gets its turn
constexpr Duration kPatience{30'000};

bool ended_as(Steer what, projections::Status status) {
  return status == (what == Steer::cancel ? projections::Status::cancelled_by_user : projections::Status::terminated);
}

}  // namespace

void Pursuits::begin(SteerRequest request, Ticket ticket) {
  auto pursuit = std::make_shared<Pursuit>();
  pursuit->at = request.id;
  pursuit->request = std::move(request);
  pursuit->ticket = ticket;
  pursuit->until = services_.now() + kPatience;
  const bool posted = services_.loader->post([this, pursuit] {
    if (open_.size() >= kMostOpen) {
      return Services::refuse(pursuit->ticket, errc::busy, "too many executions are being cancelled or terminated");
    }
    const auto number = ++last_;
    open_.emplace(number, std::move(*pursuit));
    follow(number);
  });
  if (!posted) Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
}

void Pursuits::send(std::uint64_t number, const Pursuit& pursuit) {
  auto envelope = std::make_shared<Envelope>();
  const SteerRequest& request = pursuit.request;
  envelope->id = pursuit.at;
  envelope->workspace = request.principal.workspace;
  envelope->principal = request.principal;
  envelope->causation = request.causation.empty() ? "request" : request.causation;
  envelope->ticket = {this, number};
  if (request.what == Steer::cancel) {
    envelope->command = workflow::Cancel{request.reason};
  } else {
    envelope->command = workflow::Terminate{request.reason};
  }
  services_.deliver(std::move(envelope));
}

void Pursuits::deliver(std::vector<Delivery>&& batch) noexcept {
  auto shared = std::make_shared<std::vector<Delivery>>(std::move(batch));
  services_.loader->post(
      [this, shared] {
        for (auto& delivery : *shared) heard(delivery.ticket, std::move(delivery.answer));
      },
      true);
}

void Pursuits::heard(std::uint64_t number, Answer&& answer) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  Pursuit& pursuit = found->second;
  const bool ahead = pursuit.at != pursuit.request.id;
  if (answer.error.code == errc::not_found_execution && ahead) return park(pursuit);
  if (answer.error.code != errc::wrong_state) return finish(number, std::move(answer));
  follow(number);
}

void Pursuits::park(Pursuit& pursuit) {
  if (!std::exchange(pursuit.parked, true)) ++parked_;
}

// To the newest run of the chain, and what becomes of that.
void Pursuits::follow(std::uint64_t number) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  Pursuit& pursuit = found->second;
  const auto& workspace = pursuit.request.principal.workspace;
  Answer answer;
  const auto refuse = [&](Error error) {
    answer.id = pursuit.at;
    answer.error = std::move(error);
    finish(number, std::move(answer));
  };
  auto bytes = services_.queries->status_row(pursuit.at, workspace, storage::Reach::disk);
  for (std::size_t looked = 0; bytes; ++looked) {
    if (looked == kRunsALook) {
      services_.loader->post([this, number] { follow(number); }, true);
      return;
    }
    const auto next = workflow::successor_id(pursuit.at);
    auto row = services_.queries->status_row(next, workspace, storage::Reach::disk);
    if (!row && row.error().code == errc::not_found_execution) break;
    bytes = std::move(row);
    pursuit.at = next;
  }
  if (!bytes) return refuse(bytes.error());
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return refuse(row.error());
  const bool goes_on = row->status == projections::Status::continued_as_new;
  if (row->final && !goes_on) {
    if (!expects(pursuit.at) || !ended_as(pursuit.request.what, row->status)) {
      answer.row = std::move(*bytes);
      return refuse({errc::wrong_state, "the execution has ended, so it cannot be stopped", {}});
    }
    answer.id = pursuit.at;
    answer.row = std::move(*bytes);
    answer.number = static_cast<std::uint64_t>(to_millis(services_.now()));
    return finish(number, std::move(answer));
  }
  if (services_.stopping.load()) return refuse({errc::shutting_down, "the server is shutting down", {}});
  const Time now = services_.now();
  if (now > pursuit.until || now + 2 * kPatience < pursuit.until) {  // or the clock was set back
    return refuse({errc::unavailable, "the run that goes on could not be reached in time", {}});
  }
  expect_after(pursuit);
  if (goes_on) return park(pursuit);
  send(number, pursuit);
}

void Pursuits::expect_after(Pursuit& pursuit) {
  std::lock_guard guard(mutex_);
  for (const auto& id : pursuit.unwanted) unwanted_.erase(id);
  pursuit.unwanted.clear();
  workflow::StopRun stop{pursuit.at, pursuit.request.what == Steer::terminate, pursuit.request.reason};
  for (std::size_t i = 0; i < kAhead; ++i) {
    stop.id = workflow::successor_id(stop.id);
    if (unwanted_.emplace(stop.id, stop).second) pursuit.unwanted.push_back(stop.id);
  }
}

bool Pursuits::expects(const ExecutionId& id) const {
  std::lock_guard guard(mutex_);
  return unwanted_.contains(id);
}

std::optional<workflow::StopRun> Pursuits::stop_for(const ExecutionId& id) const {
  std::lock_guard guard(mutex_);
  const auto known = unwanted_.find(id);
  return known == unwanted_.end() ? std::nullopt : std::optional(known->second);
}

void Pursuits::look_again() {
  if (parked_.load(std::memory_order_relaxed) == 0) return;
  services_.loader->post(
      [this] {
        std::vector<std::uint64_t> numbers;
        for (auto& [number, pursuit] : open_) {
          if (!std::exchange(pursuit.parked, false)) continue;
          --parked_;
          numbers.push_back(number);
        }
        for (const auto number : numbers) follow(number);
      },
      true);
}

void Pursuits::finish(std::uint64_t number, Answer&& answer) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  Pursuit& pursuit = found->second;
  {
    std::lock_guard guard(mutex_);
    for (const auto& id : pursuit.unwanted) unwanted_.erase(id);
  }
  if (pursuit.parked) --parked_;
  Services::answer(pursuit.ticket, std::move(answer));
  open_.erase(found);
}

}  // namespace reprise::actors
