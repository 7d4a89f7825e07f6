// Rows that an actor's window is filled from and that cannot be read: who operates the server is told once, and it is
// tried again after a while, not at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/services.hpp"

namespace reprise::actors {

// One thread at a time.
class ReadTrouble {
 public:
  explicit ReadTrouble(std::string_view rows) : rows_(rows) {}  // "timers"

  // What a reading came to.
  void found(const Services& services, const std::optional<Error>& error) {
    const bool told = until_ != Time{};
    until_ = error ? services.now() + kPause : Time{};
    if (!error || told || !services.options.warn) return;
    services.options.warn("some " + std::string(rows_) + " cannot be read, and wait until they can: " + error->detail);
  }
  bool pauses(Time now) const { return now < until_; }
  Time until() const { return until_; }  // epoch: the last reading was good

 private:
  static constexpr Duration kPause{5'000};

  const std::string_view rows_;
  Time until_{};
};

}  // namespace reprise::actors
