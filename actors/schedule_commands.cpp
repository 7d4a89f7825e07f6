// What schedules are asked: put, pause, resume, trigger, delete; and how they are shown.
#include <utility>

#include "actors/schedules.hpp"
#include "actors/services.hpp"
#include "events/json_members.hpp"

namespace reprise::actors {

namespace {

constexpr Duration kRunExists{10'000};  // how long a trigger by hand waits for its run to be there
constexpr Duration kUsualWindow{60'000};

Expected<events::SchedulePut> put_of(PutScheduleRequest& request) {
  events::SchedulePut put;
  put.name = std::move(request.name);
  put.workflow_id = std::move(request.workflow_id);
  put.cron = std::move(request.cron);
  put.timezone = request.timezone.empty() ? "UTC" : std::move(request.timezone);
  put.inputs = std::move(request.inputs);
  if (put.inputs.bytes.empty()) put.inputs.bytes = "{}";
  put.overlap = request.overlap;
  put.catchup_window = kUsualWindow;
  constexpr auto form = " must be a span such as \"90s\", \"1h30m\" or \"PT5M\", of ten years at most";
  if (put.cron.empty() == request.every.empty()) return fail(errc::invalid, "either cron or every must be given");
  if (!request.every.empty()) {
    const auto every = workflow::parse_span(request.every);
    if (!every) return fail(errc::invalid, std::string("every") + form);
    put.every = *every;
  }
  if (!request.catchup_window.empty()) {
    const auto window = workflow::parse_span(request.catchup_window);
    if (!window) return fail(errc::invalid, std::string("catchup_window") + form);
    put.catchup_window = *window;
  }
  if (put.inputs.bytes.size() > kMostScheduleInputs) {
    return fail(errc::too_large, "the inputs of a schedule have at most 256 KiB");
  }
  return put;
}

void append_seconds(std::string& out, Duration time) {
  out += std::to_string(time.count() / 1000);
  const auto fraction = static_cast<unsigned>(time.count() % 1000);
  if (fraction != 0) out.append(".").append(std::to_string(1000 + fraction).substr(1));
}

void append_firing(std::string& out, const projections::ScheduleRow::Firing& firing) {
  JsonMembers members(out);
  members.number("event_id", firing.event_id);
  members.time("due_at", firing.fired.due);
  members.time("fired_at", firing.at);
  members.boolean("manual", firing.fired.manual);
  members.text("outcome", name(firing.fired.outcome));
  members.text_or_null("execution_id", firing.fired.execution_id);
  members.text_or_null("message", firing.fired.message);
  members.end();
}

}  // namespace

std::string Schedules::json_of(const projections::ScheduleRow& row, const Json& inputs) const {
  std::string out;
  JsonMembers members(out);
  members.text("name", row.put.name);
  members.id("schedule_id", projections::schedule_uuid(row.workspace, row.put.name));
  members.text("workflow_id", row.put.workflow_id);
  members.text_or_null("cron", row.put.cron);
  if (row.put.cron.empty()) {
    append_seconds(members.key("every"), row.put.every);
  } else {
    members.null("every");
  }
  members.text("timezone", row.put.timezone);
  members.json("inputs", inputs.bytes.empty() ? std::string_view("{}") : inputs.bytes);
  members.text("overlap", name(row.put.overlap));
  append_seconds(members.key("catchup_window"), row.put.catchup_window);
  members.boolean("paused", row.paused);
  members.text_or_null("pause_reason", row.pause_reason);
  members.time("created_at", row.made_at);
  members.time("updated_at", row.put_at);
  std::optional<Time> next;
  if (!row.paused) {
    if (const auto table = workflow::Timetable::make(row.put, row.put_at)) next = table->next(row.dealt_with);
  }
  members.time("next_due_at", next.value_or(Time{}));
  members.time("buffered_at", row.buffered.value_or(Time{}));
  JsonMembers counts(members.key("counts"));
  for (std::size_t i = 0; i < row.counts.size(); ++i) {
    counts.number(name(static_cast<events::FiringOutcome>(i)), row.counts[i]);
  }
  counts.end();
  append_json_list(members.key("recent_firings"), row.firings.rbegin(), row.firings.rend(),
                   [&out](const auto& firing) { append_firing(out, firing); });
  members.end();
  return out;
}

Expected<std::string> Schedules::json(const std::string& workspace, const std::string& name) const {
  const auto row = projections::read_schedule(services_.store, workspace, name);
  if (!row) return tl::unexpected(row.error());
  const auto inputs = projections::read_schedule_inputs(services_.store, workspace, name);
  if (!inputs) return tl::unexpected(inputs.error());
  return json_of(*row, *inputs);
}

Expected<NamedPage> Schedules::list(const std::string& workspace, const std::string& after, std::size_t limit) const {
  auto found = projections::read_schedules(services_.store, workspace, after, limit);
  if (!found) return tl::unexpected(found.error());
  NamedPage page{{}, std::move(found->next)};
  for (const auto& row : found->rows) {
    const auto inputs = projections::read_schedule_inputs(services_.store, workspace, row.put.name);
    if (!inputs) return tl::unexpected(inputs.error());
    page.rows.push_back({row.put.name, json_of(row, *inputs)});
  }
  return page;
}

void Schedules::put(PutScheduleRequest request, Ticket ticket) {
  const Key key{request.principal.workspace, request.name};
  auto put = put_of(request);
  if (!put) return Services::refuse(ticket, put.error().code, put.error().detail);
  const Time now = services_.now();
  auto table = workflow::Timetable::make(*put, now);
  if (!table) return Services::refuse(ticket, table.error().code, table.error().detail);
  const auto inputs = startable(*put, key.first, put->inputs);
  if (!inputs) return Services::refuse(ticket, inputs.error().code, inputs.error().detail);
  auto known = entry(key);
  if (!known) return Services::refuse(ticket, known.error().code, known.error().detail);
  Entry& entry = **known;
  const bool made = entry.row.deleted;
  if (made && full()) {
    forget_if_gone(key);
    return Services::refuse(ticket, errc::busy, "the server has 10000 schedules, which is the most");
  }
  Answer answer;
  if (!made) {
    // Its own last put may still be on its way to the store: then it counts as changed, which is true of one of the
    // two.
    auto same = *put;
    same.inputs.bytes.clear();
    const auto stored = projections::read_schedule_inputs(services_.store, key.first, key.second);
    if (same == entry.row.put && stored && *stored == put->inputs) {
      answer.body = json_of(entry.row, put->inputs);
      return services_.answer_in_turn(entry.generation, std::move(answer), ticket);
    }
  }
  auto after = entry.row;
  events::Chunk chunk;
  chunk.time = now;
  chunk.principal = request.principal;
  chunk.events.emplace_back(*put);
  after.fold(chunk);
  answer.flag = true;
  answer.number = made ? 1 : 0;
  answer.body = json_of(after, put->inputs);
  auto commit = std::make_unique<EngineCommit>();
  commit->replies.push_back({ticket, std::move(answer)});
  if (!submit(key, entry, now, std::move(chunk.events), request.principal, std::move(request.causation),
              std::move(commit))) {
    return;
  }
  entry.table = *table;
  plan(key, entry);
  set_clock();
}

void Schedules::steer(ScheduleRequest request, Ticket ticket) {
  const Key key{request.principal.workspace, request.name};
  auto known = entry(key);
  if (!known) return Services::refuse(ticket, known.error().code, known.error().detail);
  Entry& entry = **known;
  if (entry.row.deleted) {
    forget_if_gone(key);
    return Services::refuse(ticket, errc::not_found, "no schedule " + request.name);
  }
  if (request.what == ScheduleCommand::trigger) return trigger(key, entry, request, ticket);
  const auto inputs = projections::read_schedule_inputs(services_.store, key.first, key.second);
  std::vector<events::Event> happened;
  switch (request.what) {
    case ScheduleCommand::pause:
      if (!entry.row.paused) happened.emplace_back(events::SchedulePaused{std::move(request.reason)});
      break;
    case ScheduleCommand::resume:
      if (entry.row.paused) happened.emplace_back(events::ScheduleResumed{});
      break;
    default: happened.emplace_back(events::ScheduleDeleted{request.name}); break;
  }
  Answer answer;
  answer.flag = !happened.empty();
  auto after = entry.row;
  events::Chunk chunk;
  chunk.time = services_.now();
  chunk.principal = request.principal;
  chunk.events = happened;
  after.fold(chunk);
  answer.body = json_of(after, inputs ? *inputs : Json{});
  if (happened.empty()) return services_.answer_in_turn(entry.generation, std::move(answer), ticket);
  auto commit = std::make_unique<EngineCommit>();
  commit->replies.push_back({ticket, std::move(answer)});
  submit(key, entry, chunk.time, std::move(happened), request.principal, std::move(request.causation),
         std::move(commit));
  plan(key, entry);
  set_clock();
}

// Starts a run now, whatever the overlap says and although it is paused. Answered when the run exists.
void Schedules::trigger(const Key& key, Entry& entry, const ScheduleRequest& request, Ticket ticket) {
  const auto stored = projections::read_schedule_inputs(services_.store, key.first, key.second);
  const auto inputs = stored ? startable(entry.row.put, key.first, *stored) : stored;
  if (!inputs) return Services::refuse(ticket, inputs.error().code, inputs.error().detail);
  const std::uint64_t event_id = entry.row.next_event_id;
  events::ScheduleFired fired;
  fired.due = services_.now();
  fired.manual = true;
  const auto run = uuid_derived(projections::schedule_uuid(key.first, key.second), "event/" + std::to_string(event_id));
  fired.execution_id = to_string(run);
  Pending pending;
  pending.ticket = ticket;
  pending.answer.id = run;
  pending.answer.flag = true;
  pending.until = fired.due + kRunExists;
  auto after = entry.row;
  events::Chunk chunk;
  chunk.time = fired.due;
  chunk.events.emplace_back(fired);
  after.fold(chunk);
  pending.answer.body = json_of(after, *inputs);

  const std::uint64_t number = ++tickets_;
  auto commit = std::make_unique<EngineCommit>();
  owe(*commit, entry, event_id, run, *inputs);
  commit->then = [this, number](storage::CommitOutcome outcome, const Error& error) {
    if (outcome == storage::CommitOutcome::durable) return;
    Answer failed;
    failed.error = {
        outcome == storage::CommitOutcome::unknown ? errc::outcome_unknown : errc::unavailable, error.detail, {}};
    deliver({Delivery{number, std::move(failed)}});
  };
  pending_[number] = std::move(pending);
  services_.audience.watch(run, Ticket{this, number});
  if (!submit(key, entry, fired.due, std::move(chunk.events), request.principal, request.causation,
              std::move(commit))) {
    services_.audience.leave(Ticket{this, number});
    pending_.erase(number);
    return Services::refuse(ticket, errc::unavailable, "the store does not take writes at the moment");
  }
  plan(key, entry);
  set_clock();
}

}  // namespace reprise::actors
