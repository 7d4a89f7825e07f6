// The thread that reads a source's topic and hands over what its records want, a batch at a time.
//
// It begins where the source stands and takes no more before the batch is stored, and never more than the source may
// have in flight. A record that cannot be used goes to the dead-letter topic, and only then is it passed. Whatever is
// in the way (no broker, no topic, no workflow) is said in the source's status and tried again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actors/streams/source_batch.hpp"
#include "actors/streams/source_status.hpp"
#include "storage/kafka/topic_reader.hpp"

namespace reprise::actors {

class DeadLetters;
struct Services;

class SourceReader {
 public:
  SourceReader(Services& services, SourceKey key, std::shared_ptr<SourceStatus> status);
  ~SourceReader();  // end(), and waits for it

  void end();  // any thread; does not wait
  bool has_ended() const { return ended_.load(); }

 private:
  // Of one go: from a handle to where it has to begin anew.
  struct Go;

  void run();
  // Why it has to wait before it begins anew; empty: it need not.
  std::string read(SourceSetting& setting);
  std::string begin(Go& go);
  std::string go_on(Go& go);
  std::string deal_with(Go& go, const std::vector<kafka::Record>& records);
  std::string step_over(Go& go, std::uint32_t partition);
  std::string look_around(Go& go);
  bool rest(kafka::Milliseconds time);  // false: it is to end

  Services& services_;
  const SourceKey key_;
  const std::shared_ptr<SourceStatus> status_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> ending_{false}, ended_{false};
  std::thread thread_;
};

}  // namespace reprise::actors
