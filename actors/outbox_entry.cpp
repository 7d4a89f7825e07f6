#include "actors/outbox_entry.hpp"

#include <utility>

#include "projections/row_bytes.hpp"

namespace reprise::actors {

namespace {

using projections::append_signed;
using projections::append_text;
using projections::append_varint;
using projections::RowReader;

constexpr char kFormat = 1;

struct Writer {
  std::string& out;

  void operator()(const workflow::TellStarted& told) const {
    out.append(told.parent.view());
    append_text(out, told.ref);
    append_varint(out, told.attempt);
    append_text(out, told.workflow_id);
    append_varint(out, told.workflow_version);
    out.push_back(static_cast<char>(told.reports));
  }
  void operator()(const workflow::StartRun& run) const {
    out.append(run.id.view());
    append_text(out, run.workflow_id);
    append_varint(out, run.workflow_version);
    append_text(out, run.inputs.bytes);
    out.push_back(static_cast<char>(run.trigger));
    append_signed(out, run.timeout.count());
    out.push_back(static_cast<char>(run.origin.has_value()));
    if (!run.origin) return;
    out.push_back(static_cast<char>(run.origin->kind));
    append_text(out, run.origin->execution_id);
    append_text(out, run.origin->ref);
    append_varint(out, run.origin->attempt);
    out.push_back(static_cast<char>(run.origin->reports));
    append_text(out, run.origin->name);
    append_text(out, run.origin->environment);
    append_text(out, run.origin->continues);
  }
  void operator()(const workflow::StopRun& stop) const {
    out.append(stop.id.view());
    out.push_back(static_cast<char>(stop.terminate));
    append_text(out, stop.reason);
  }
  void operator()(const workflow::TellEnded& told) const {
    out.append(told.parent.view());
    append_text(out, told.ref);
    append_varint(out, told.attempt);
    out.push_back(static_cast<char>(told.completed));
    append_text(out, told.result.bytes);
    append_text(out, told.message);
    append_text(out, told.type);
    out.push_back(static_cast<char>(told.retryable));
  }
};

// Reads what Writer wrote. Whether it was whole is the row reader's to say, and `sound`'s.
struct Parser {
  RowReader& in;
  bool sound = true;

  std::string text() { return std::string(in.text()); }
  std::uint32_t number() {
    const std::uint64_t value = in.varint();
    if (value > 0xFFFF'FFFF) sound = false;
    return static_cast<std::uint32_t>(value);
  }
  ExecutionId id() {
    const auto bytes = in.raw(16);
    return bytes.size() == 16 ? Uuid::from_view(bytes) : Uuid{};
  }
  template <class E>
  E enumeration(E last) {
    const auto value = in.byte();
    if (value > static_cast<std::uint8_t>(last)) sound = false;
    return static_cast<E>(value);
  }
  bool truth() {
    const auto value = in.byte();
    if (value > 1) sound = false;
    return value == 1;
  }

  void operator()(workflow::TellStarted& told) {
    told.parent = id();
    told.ref = text();
    told.attempt = number();
    told.workflow_id = text();
    told.workflow_version = number();
    told.reports = truth();
  }
  void operator()(workflow::StartRun& run) {
    run.id = id();
    run.workflow_id = text();
    run.workflow_version = number();
    run.inputs.bytes = text();
    run.trigger = enumeration(events::Trigger::kafka);
    run.timeout = Duration(in.signed_number());
    if (!truth()) return;
    auto& origin = run.origin.emplace();
    origin.kind = enumeration(events::OriginKind::kafka);
    origin.execution_id = text();
    origin.ref = text();
    origin.attempt = number();
    origin.reports = truth();
    origin.name = text();
    origin.environment = text();
    origin.continues = text();
  }
  void operator()(workflow::StopRun& stop) {
    stop.id = id();
    stop.terminate = truth();
    stop.reason = text();
  }
  void operator()(workflow::TellEnded& told) {
    told.parent = id();
    told.ref = text();
    told.attempt = number();
    told.completed = truth();
    told.result.bytes = text();
    told.message = text();
    told.type = text();
    told.retryable = truth();
  }
};

// A message of the kind that the key says.
std::optional<workflow::OwedMessage> of_kind(std::uint8_t kind) {
  switch (kind) {
    case 0: return workflow::TellStarted{};
    case 1: return workflow::StartRun{};
    case 2: return workflow::StopRun{};
    case 3: return workflow::TellEnded{};
    default: return std::nullopt;
  }
}

}  // namespace

OutboxEntry outbox_entry(const Uuid& sender, std::uint64_t item, const workflow::OwedMessage& message,
                         const events::Principal& principal) {
  std::string value(1, kFormat);
  append_text(value, principal.user);
  append_text(value, principal.workspace);
  std::visit(Writer{value}, message);
  return {{sender, item, static_cast<std::uint8_t>(message.index())},
          std::make_shared<const std::string>(std::move(value))};
}

OutboxEntry outbox_entry(const ExecutionId& sender, const workflow::Owed& owed, const events::Principal& principal) {
  return outbox_entry(sender, std::uint64_t{owed.task} << 32 | owed.attempt, owed.message, principal);
}

void put_row(storage::RowBatch& rows, const OutboxEntry& entry) {
  rows.put(storage::Family::outbox, storage::outbox_key(entry.key), *entry.value);
}

std::optional<OutboxMessage> parse_outbox_row(const storage::OutboxKey& key, std::string_view value) {
  auto message = of_kind(key.kind);
  if (!message) return std::nullopt;
  RowReader in(value);
  if (in.byte() != kFormat) return std::nullopt;
  OutboxMessage out;
  out.principal.user = in.text();
  out.principal.workspace = in.text();
  Parser parser{in};
  std::visit(parser, *message);
  if (!in.ok() || !in.rest().empty() || !parser.sound) return std::nullopt;
  out.message = std::move(*message);
  return out;
}

}  // namespace reprise::actors
