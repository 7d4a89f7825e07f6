// Every source of the store: its stream of events, what it is asked, and what its records start.
//
// All of it happens on the loader's thread, which is what orders the events of a source. A thread of the source's own
// (streams/source_reader.hpp) reads the topic and hands over batches; a batch is one commit: the new positions, the
// outbox messages that start its runs, and the events that it came to. So a record has its effect once, whatever ends
// the server when: either its position is stored, and then its run is owed, or it is read again. A batch that does not
// begin where the source stands is refused, so two readers of one source, or one that outlived a change, do no harm.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/engine_commit.hpp"
#include "actors/gateway.hpp"
#include "actors/streams/source_batch.hpp"
#include "actors/streams/source_status.hpp"

namespace reprise::actors {

struct Services;
class RecordAnswers;
class SourceReader;

inline constexpr std::size_t kMostSources = 64;  // of a store: each has threads and connections of its own

class Sources {
 public:
  explicit Sources(Services& services);
  ~Sources();

  // Loader's thread.
  void load();  // once, before all else: begins to read
  void put(PutSourceRequest request, Ticket ticket);
  void steer(SourceRequest request, Ticket ticket);

  // A reader's thread; wait for the loader or the journal. Nothing: the server ends, or the source is to be left alone.
  std::optional<SourceSetting> setting(const SourceKey& key);
  Stored store(const SourceKey& key, SourceBatch batch);
  // How many runs of the source are still owed, counted up to `most`. Reads the store.
  std::uint64_t owed(const Uuid& source, std::uint64_t most) const;

  RecordAnswers& answers() { return *answers_; }

  // Any thread.
  void begin_stop();  // readers stop reading
  void stop();        // they have ended. Before the loader does

  // Any thread that may read the store.
  Expected<std::string> json(const std::string& workspace, const std::string& name) const;
  Expected<NamedPage> list(const std::string& workspace, const std::string& after, std::size_t limit) const;
  std::vector<SourceNumbers> numbers() const;

 private:
  struct Entry {
    projections::SourceRow row;
    SourcePositions positions;
    events::Sha256 head{};
    std::uint64_t generation = 0;  // of the journal when it was read: otherwise read it again
  };
  struct Reading {
    std::uint64_t epoch = 0;
    std::shared_ptr<SourceStatus> status;  // of what is read since then
    std::unique_ptr<SourceReader> reader;  // none while it is paused
  };

  Expected<Entry*> entry(const SourceKey& key);  // fresh; of a name that was never used a deleted one
  Expected<Entry> read(const SourceKey& key) const;
  Expected<void> check(const events::SourcePut& put, const std::string& workspace) const;
  void store_now(const SourceKey& key, SourceBatch& batch, const std::function<void(Stored)>& done);
  // Gives the events to the stream and the commit to the journal; false: it was refused, and who waits was told.
  bool submit(Entry& entry, Time now, std::vector<events::Event> happened, const events::Principal& principal,
              std::string causation, std::unique_ptr<EngineCommit> commit);
  // One event of a person's, and the reader that follows from it.
  void change(const SourceKey& key, Entry& entry, events::Event event, const events::Principal& principal,
              std::string causation, std::uint64_t number, Ticket ticket);
  void read_anew(const SourceKey& key, const Entry& entry);  // as it is from now on
  std::shared_ptr<SourceStatus> status_of(const SourceKey& key) const;
  std::string json_of(const projections::SourceRow& row, const SourcePositions& positions) const;

  Services& services_;
  const std::unique_ptr<RecordAnswers> answers_;
  std::map<SourceKey, Entry> entries_;
  std::map<SourceKey, std::uint64_t> changes_;  // by people, since the server started
  mutable std::mutex mutex_;                    // of what is below
  std::map<SourceKey, Reading> readings_;
  std::vector<std::unique_ptr<SourceReader>> ending_;  // told to end, not joined yet
  bool stopping_ = false;
};

}  // namespace reprise::actors
