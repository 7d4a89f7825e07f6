#include "actors/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "actors/chunk_commit.hpp"
#include "actors/consumer_rows.hpp"
#include "actors/outbound.hpp"
#include "actors/services.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

Expected<Subscriptions::Entry> Subscriptions::read(const Key& key) const {
  Entry entry;
  entry.generation = services_.journal->generation();
  const auto value =
      services_.store.get(storage::Family::subscriptions, projections::subscription_key(key.first, key.second));
  if (!value) {
    if (value.error().code != errc::not_found) return tl::unexpected(value.error());
    entry.row.workspace = key.first;
    entry.row.put.name = key.second;
    entry.row.deleted = true;
    entry.head = events::genesis(subscription_uuid(entry.row));
    return entry;
  }
  auto row = projections::parse_subscription_row(*value);
  if (!row) return tl::unexpected(row.error());
  entry.row = std::move(*row);
  entry.read_next = entry.row.next_event_id;
  const Uuid id = subscription_uuid(entry.row);
  auto secrets = read_secrets(services_.store, id);
  if (!secrets) return tl::unexpected(secrets.error());
  entry.secrets = std::move(*secrets);
  const auto head = head_before(services_.store, id, entry.row.next_event_id, "subscription " + key.second);
  if (!head) return tl::unexpected(head.error());
  entry.head = *head;
  return entry;
}

Expected<Subscriptions::Entry*> Subscriptions::entry(const Key& key) {
  // While the store recovers, what is read may not be what is stored.
  if (services_.journal->failing()) return fail(errc::unavailable, "the store does not take writes at the moment");
  auto found = entries_.find(key);
  if (found != entries_.end() && found->second.generation == services_.journal->generation()) return &found->second;
  auto fresh = read(key);
  if (!fresh) return tl::unexpected(fresh.error());
  return &entries_.insert_or_assign(key, std::move(*fresh)).first->second;
}

bool Subscriptions::full() const {
  if (entries_.size() < kMostSubscriptions) return false;
  const auto there =
      std::count_if(entries_.begin(), entries_.end(), [](const auto& e) { return !e.second.row.deleted; });
  return static_cast<std::size_t>(there) >= kMostSubscriptions;
}

void Subscriptions::forget_if_gone(const Key& key, std::uint64_t stored_next) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  const auto& row = found->second.row;
  if (row.deleted && row.next_event_id == stored_next) entries_.erase(found);
}

void Subscriptions::put(PutSubscriptionRequest request, Ticket ticket) {
  const auto refuse = [ticket](const Error& error) { Services::refuse(ticket, error.code, error.detail); };
  events::SubscriptionPut put;
  put.name = std::move(request.name);
  put.workflow_id = std::move(request.workflow_id);
  put.url = std::move(request.url);
  put.types = std::move(request.types);
  if (const auto url = check_receiver_url(put.url); !url) return refuse(url.error());
  if (const auto types = projections::types_of(put); !types) return refuse(types.error());
  std::string secret;
  if (!request.secret.empty()) {
    auto given = parse_signing_secret(request.secret);
    if (!given) return refuse(given.error());
    secret = std::move(*given);
  }
  auto from = services_.feed->end();
  if (request.from == "begin") {
    from = services_.feed->begin();
  } else if (!request.from.empty()) {
    const auto given = services_.feed->parse(request.from);
    if (!given) return Services::refuse(ticket, given.error().code, "from: " + given.error().detail);
    from = *given;
  }
  const Key key{request.principal.workspace, put.name};
  auto known = entry(key);
  if (!known) return refuse(known.error());
  Entry& entry = **known;
  Change change;
  Answer answer;
  if (entry.row.deleted) {
    if (full()) {
      forget_if_gone(key, entry.read_next);
      return Services::refuse(ticket, errc::busy, "the server has 10000 subscriptions, which is the most");
    }
    if (secret.empty()) {
      auto drawn = draw_signing_secret();
      if (!drawn) return refuse(drawn.error());
      secret = std::move(*drawn);
      change.shown = signing_secret_text(secret);
    }
    answer.number = 1;
    change.from = std::move(from);
    change.secrets = std::vector<SigningSecret>{{std::move(secret), Time{}}};
    change.events.emplace_back(std::move(put));
  } else {
    if (put != entry.row.put) change.events.emplace_back(std::move(put));
    if (!secret.empty() && (entry.secrets.empty() || entry.secrets.front().bytes != secret)) {
      change.events.emplace_back(events::SubscriptionRotated{services_.now() + kOldSecretSigns});
      change.secrets = rotated(entry.secrets, std::move(secret), services_.now());
    }
  }
  make(key, entry, std::move(change), request.principal, std::move(request.causation), std::move(answer), ticket);
}

Expected<Subscriptions::Change> Subscriptions::change_of(const Entry& entry, const SubscriptionRequest& request) const {
  Change change;
  switch (request.what) {
    case SubscriptionCommand::pause:
      if (entry.row.active()) change.events.emplace_back(events::SubscriptionPaused{request.reason});
      break;
    case SubscriptionCommand::resume:
      if (!entry.row.active()) change.events.emplace_back(events::SubscriptionResumed{});
      break;
    case SubscriptionCommand::rotate: {
      auto secret = request.secret.empty() ? draw_signing_secret() : parse_signing_secret(request.secret);
      if (!secret) return tl::unexpected(secret.error());
      if (request.secret.empty()) change.shown = signing_secret_text(*secret);
      if (!entry.secrets.empty() && entry.secrets.front().bytes == *secret) break;
      change.events.emplace_back(events::SubscriptionRotated{services_.now() + kOldSecretSigns});
      change.secrets = rotated(entry.secrets, std::move(*secret), services_.now());
      break;
    }
    case SubscriptionCommand::replay: {
      auto from = request.cursor == "begin" ? services_.feed->begin() : services_.feed->parse(request.cursor);
      if (!from) return tl::unexpected(from.error());
      change.events.emplace_back(events::SubscriptionReplayed{services_.feed->text(*from)});
      change.from = std::move(*from);
      break;
    }
    case SubscriptionCommand::disable:
      if (entry.row.active() && entry.row.epoch == request.epoch) {
        change.events.emplace_back(events::SubscriptionDisabled{request.reason, request.failing_since});
      }
      break;
    case SubscriptionCommand::remove: change.events.emplace_back(events::SubscriptionDeleted{request.name}); break;
  }
  return change;
}

void Subscriptions::steer(SubscriptionRequest request, Ticket ticket) {
  const Key key{request.principal.workspace, request.name};
  auto known = entry(key);
  if (!known) return Services::refuse(ticket, known.error().code, known.error().detail);
  Entry& entry = **known;
  if (entry.row.deleted) {
    forget_if_gone(key, entry.read_next);
    return Services::refuse(ticket, errc::not_found, "no subscription " + request.name);
  }
  auto change = change_of(entry, request);
  if (!change) return Services::refuse(ticket, change.error().code, change.error().detail);
  make(key, entry, std::move(*change), request.principal, std::move(request.causation), Answer{}, ticket);
}

// Commits the change, if it is one, and answers with the subscription as it is then.
void Subscriptions::make(const Key& key, Entry& entry, Change change, const events::Principal& principal,
                         std::string causation, Answer answer, Ticket ticket) {
  auto commit = std::make_unique<EngineCommit>();
  const Entry before = entry;
  answer.flag = !change.events.empty();
  if (answer.flag) {
    events::Chunk chunk;
    const Uuid id = chunk.execution_id = projections::subscription_uuid(key.first, key.second);
    chunk.first_event_id = entry.row.next_event_id;
    chunk.time = services_.now();
    chunk.principal = principal;
    chunk.causation = std::move(causation);
    chunk.events = std::move(change.events);
    commit_chunk(chunk, entry.head, services_.store, *commit);
    entry.row.fold(chunk);
    projections::write_subscription_row(entry.row, commit->rows);
    const std::uint16_t partitions = services_.store.partitions();
    if (entry.row.deleted) {
      delete_deliveries(commit->rows, id, before.row.epoch, partitions);
      entry.secrets.clear();
    }
    if (change.from) {
      for (std::uint16_t p = 0; p < partitions; ++p) delete_lane(commit->rows, id, before.row.epoch, p);
      put_lanes(commit->rows, id, entry.row.epoch, *change.from);
    }
    if (change.secrets) {
      put_secrets(commit->rows, id, *change.secrets);
      entry.secrets = std::move(*change.secrets);
    }
    commit->then = [this, key, gone = entry.row.deleted, next = entry.row.next_event_id](storage::CommitOutcome outcome,
                                                                                         const Error&) {
      if (outcome != storage::CommitOutcome::durable) return;
      services_.subscription_board.changed(key);
      if (gone) services_.loader->post([this, key, next] { forget_if_gone(key, next); }, true);
    };
  }
  auto body = json_of(entry.row, change.from ? &*change.from : nullptr);
  if (!body) {
    entry = before;
    return Services::refuse(ticket, body.error().code, body.error().detail);
  }
  answer.body = std::move(*body);
  if (!change.shown.empty()) {
    answer.body.back() = ',';
    answer.body.append("\"secret\":\"").append(change.shown).append("\"}");
  }
  commit->generation = entry.generation;
  commit->replies.push_back({ticket, std::move(answer)});
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (services_.journal->submit(base)) return;
  entry = before;
  Services::refuse(ticket, errc::unavailable, "the store does not take writes at the moment");
}

}  // namespace reprise::actors
