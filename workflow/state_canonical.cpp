// The form whose SHA-256 is the state's hash: every member of the state's identity, in the order of the header. Numbers
// are LEB128, texts have their length before them, so that no two states share bytes.
#include "workflow/state.hpp"

namespace reprise::workflow {

namespace {

constexpr char kForm = 2;  // of these bytes; a state hash is only compared with one of the same form

void put(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>((number & 0x7F) | 0x80));
  out.push_back(static_cast<char>(number));
}
void put(std::string& out, Time time) {
  const auto ms = static_cast<std::uint64_t>(to_millis(time));
  put(out, (ms << 1) ^ (ms >> 63 != 0 ? ~std::uint64_t{0} : 0));
}
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint64_t>(text.size()));
  out.append(text);
}

// What the tasks ask people: nothing where nobody is asked, so that such a state has the bytes that it always had.
void put_interaction(std::string& out, std::uint64_t task, const InteractionState& asks) {
  put(out, task);
  put(out, static_cast<std::uint64_t>(asks.status));
  put(out, asks.given.size());
  for (const InteractionState::Given& answer : asks.given) {
    put(out, answer.user);
    put(out, answer.data.bytes);
    put(out, answer.at);
  }
  put(out, asks.message.bytes);
  put(out, asks.data.bytes);
  put(out, asks.user);
  put(out, static_cast<std::uint64_t>(asks.approved));
  put(out, asks.created_at);
  put(out, asks.requested_at);
  put(out, asks.until);
  put(out, asks.ended_at);
}

void put_loop(std::string& out, const LoopState& loop);

void put_task(std::string& out, const TaskState& task) {
  put(out, static_cast<std::uint64_t>(task.status));
  put(out, task.attempt);
  put(out, task.delivery);
  put(out, task.failures);
  put(out, task.unresolved_in);
  put(out, task.last_attempt);
  put(out, task.last_delivery);
  put(out, task.scheduled_event);
  put(out, task.started_event);
  put(out, task.order);
  put(out, task.since);
  put(out, task.delay_until);
  put(out, static_cast<std::uint64_t>(task.delay_reason));
  put(out, task.deadline);
  put(out, task.offered_at);
  put(out, task.lease_until);
  put(out, task.worker);
  put(out, task.args.bytes);
  put(out, task.result.bytes);
  put(out, task.error_message);
  put(out, task.error_type);
  put(out, static_cast<std::uint64_t>(task.unreachable));
  put(out, std::uint64_t{task.child != nullptr});
  if (task.child) {
    out.append(task.child->id.view());
    put(out, std::string_view(task.child->workflow_id));
    put(out, std::uint64_t{task.child->workflow_version});
  }
  put(out, std::uint64_t{task.loop ? 1u : 0u});
  if (task.loop) put_loop(out, *task.loop);
}

void put_loop(std::string& out, const LoopState& loop) {
  put(out, loop.total);
  put(out, loop.next);
  put(out, loop.ended);
  if (loop.policy) {
    put(out, std::uint64_t{static_cast<std::uint8_t>(loop.policy->strategy)});
    put(out, loop.policy->batch_size);
    put(out, std::uint64_t{loop.policy->isolated});
  }
  put(out, std::string_view(loop.items.bytes()));
  for (std::uint32_t i = 0; i < loop.total; ++i) put(out, loop.results.at(i));
  put(out, loop.records.size());
  for (const LoopState::Record& record : loop.records) {
    put(out, record.attempt);
    put(out, record.delivery);
  }
  put(out, loop.iterations.size());
  for (const auto& [iteration, task] : loop.iterations) {
    put(out, iteration);
    put_task(out, task);
  }
}

}  // namespace

void State::append_canonical(std::string& out) const {
  out.push_back(kForm);
  out.append(id.view());
  put(out, std::string_view(plan->workflow_id));
  out.append(reinterpret_cast<const char*>(plan->hash.data()), plan->hash.size());
  put(out, static_cast<std::uint64_t>(status));
  put(out, next_event_id);
  put(out, started_at);
  put(out, ended_at);
  put(out, timeout_at);
  put(out, seed);
  put(out, order);
  put(out, unresolved);
  put(out, static_cast<std::uint64_t>(trigger_type));
  put(out, trigger.bytes);
  put(out, result.bytes);
  put(out, error_message);
  put(out, error_type);
  put(out, error_ref);
  put(out, tasks.size());
  for (const TaskState& task : tasks) put_task(out, task);
  put(out, std::uint64_t{origin != nullptr});
  if (origin != nullptr) {
    put(out, static_cast<std::uint64_t>(origin->kind));
    put(out, origin->execution_id);
    put(out, origin->ref);
    put(out, std::uint64_t{origin->attempt});
    put(out, std::uint64_t{origin->reports});
    put(out, origin->name);
    put(out, origin->environment);
    put(out, origin->continues);
  }
  put(out, successor);
  if (successor_version) put(out, *successor_version);
  put(out, edges.size());
  for (const EdgeStatus edge : edges) out.push_back(static_cast<char>(edge));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].interaction) put_interaction(out, i, *tasks[i].interaction);
  }
}

}  // namespace reprise::workflow
