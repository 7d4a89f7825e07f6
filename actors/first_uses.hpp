// Idempotency keys whose first start is not durable yet, and who asked with the same key meanwhile.
//
// The loader's thread alone begins a first use, and the use ends once its row is durable or never will be. So a key
// that this thread finds neither here nor, after that, among the rows is a new one. Nothing here waits for the disk: it
// is the journal's thread that ends them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/answer.hpp"
#include "events/json.hpp"
#include "events/time.hpp"
#include "events/uuid.hpp"
#include "workflow/plan.hpp"

namespace reprise::actors {

class FirstUses {
 public:
  struct Use {
    ExecutionId id;
    std::shared_ptr<const workflow::Plan> plan;
    Json inputs;  // as the run has them
  };
  using Followers = std::vector<std::pair<Ticket, Duration>>;  // with how long they wait for the end

  std::shared_ptr<const Use> find(const std::string& row_key) const;  // null: not under way
  void begin(std::string row_key, Use use);
  bool follow(const std::string& row_key, Ticket ticket, Duration wait);  // false: it has ended
  std::pair<ExecutionId, Followers> end(const std::string& row_key);

 private:
  struct UnderWay {
    std::shared_ptr<const Use> use;
    Followers followers;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, UnderWay> under_way_;
};

}  // namespace reprise::actors
