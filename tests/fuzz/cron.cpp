// Cron expressions from arbitrary bytes: no crash, a reason for every refusal, and firings that go forward and are
// shown by the clock.
#include "workflow/cron.hpp"

#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "workflow/timetable.hpp"

using namespace reprise;
using namespace reprise::workflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ZoneId zone = (load_time_zones(), find_zone("Europe/Berlin"));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto span = parse_span(text)) require(*span >= Duration{0} && *span <= kLongestSpan);
  const auto cron = Cron::parse(text);
  if (!cron) {
    require(!cron.error().detail.empty());
    return 0;
  }
  require(*Cron::parse(text) == *cron);
  Time at = from_millis(1'774'700'000'000);  // the day before a clock change
  for (int n = 0; n < 50; ++n) {
    const auto due = cron->next(at, zone);
    if (!due) break;
    require(*due > at);
    const auto again = cron->next(*due - Duration{1}, zone);
    require(again && *again == *due);
    at = *due;
  }
  return 0;
}
