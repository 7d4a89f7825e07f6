// Every subscription of the store: its stream of events, what it is asked, and how it is shown. What it subscribes to
// is delivered elsewhere (actors/streams); this only keeps who wants what.
//
// As with schedules, the loader's thread orders the events of each. Its secrets and its place in the feed are written
// in the commit of the events that they belong to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery_rows.hpp"
#include "actors/engine_commit.hpp"
#include "actors/gateway.hpp"
#include "projections/subscription_rows.hpp"

namespace reprise::actors {

struct Services;

inline constexpr std::size_t kMostSubscriptions = 10'000;  // of a store

class Subscriptions {
 public:
  explicit Subscriptions(Services& services) : services_(services) {}

  // Loader's thread, both.
  void put(PutSubscriptionRequest request, Ticket ticket);
  void steer(SubscriptionRequest request, Ticket ticket);

  // Any thread that may read the store.
  Expected<std::string> json(const std::string& workspace, const std::string& name) const;
  Expected<NamedPage> list(const std::string& workspace, const std::string& after, std::size_t limit) const;

 private:
  using Key = std::pair<std::string, std::string>;  // workspace, name
  struct Entry {
    projections::SubscriptionRow row;
    std::vector<SigningSecret> secrets;
    events::Sha256 head{};
    std::uint64_t generation = 0;  // of the journal when it was read: otherwise read it again
    std::uint64_t read_next = 1;   // next_event_id of the row that was read
  };
  using Entries = std::map<Key, Entry>;
  // What is to happen, and what is written with it.
  struct Change {
    std::vector<events::Event> events;
    std::optional<projections::FeedCursor> from;  // the place in the feed where it begins to read
    std::optional<std::vector<SigningSecret>> secrets;
    std::string shown;  // a secret that the answer tells, this once
  };

  Expected<Entry*> entry(const Key& key);  // fresh; deleted where there never was one
  Expected<Entry> read(const Key& key) const;
  Expected<Change> change_of(const Entry& entry, const SubscriptionRequest& request) const;
  void make(const Key& key, Entry& entry, Change change, const events::Principal& principal, std::string causation,
            Answer answer, Ticket ticket);
  bool full() const;  // there are as many as there may be
  // Where it is deleted, and the events before `stored_next`, which are durable, are all of it.
  void forget_if_gone(const Key& key, std::uint64_t stored_next);
  // How it is shown: of one that is just put or moved with the place that it begins at.
  Expected<std::string> json_of(const projections::SubscriptionRow& row, const projections::FeedCursor* from) const;

  Services& services_;
  Entries entries_;
};

}  // namespace reprise::actors
