#include "workflow/timetable.hpp"

#include <charconv>
#include <string>

#include "workflow/date_time.hpp"

namespace reprise::workflow {
namespace {

const Time kLast = from_millis(253'402'300'799'000);

std::optional<std::int64_t> unit(std::string_view text) {
  if (text == "ms") return 1;
  if (text == "s") return 1'000;
  if (text == "m") return 60'000;
  if (text == "h") return 3'600'000;
  if (text == "d") return 86'400'000;
  if (text == "w") return 7 * 86'400'000;
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_span(std::string_view text) {
  if (text.empty() || text.size() > 100) return std::nullopt;
  if (text.front() == 'P' || text.find(':') != std::string_view::npos) {
    const auto span = parse_duration(text);
    return span && *span >= Duration{0} && *span <= kLongestSpan ? span : std::nullopt;
  }
  constexpr std::int64_t kMostOfOne = 1'000'000'000;
  Duration sum{0};
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0 || count > kMostOfOne || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    const auto length = unit(text.substr(0, letters));
    if (!length) return std::nullopt;
    text.remove_prefix(letters);
    sum += Duration{count * *length};
    if (sum > kLongestSpan) return std::nullopt;
  }
  return sum;
}

Expected<Timetable> Timetable::make(const events::SchedulePut& put, Time put_at) {
  Timetable table;
  if (put.cron.empty()) {
    if (put.every < kShortestEvery || put.every > kLongestSpan) {
      return fail(errc::invalid, "every must be a span from one second to ten years", "every");
    }
    table.every_ = put.every;
    table.from_ = put_at;
    return table;
  }
  if (put.every != Duration{0}) return fail(errc::invalid, "cron and every cannot stand together", "every");
  auto cron = Cron::parse(put.cron);
  if (!cron) return fail(errc::invalid, "cron: " + cron.error().detail, "cron");
  table.cron_ = *cron;
  if (put.timezone.empty() || put.timezone == "UTC") return table;
  load_time_zones();
  table.zone_ = find_zone(put.timezone);
  if (table.zone_ == 0) {
    return fail(errc::invalid, "timezone must be a name of the system's database such as Europe/Berlin", "timezone");
  }
  return table;
}

std::optional<Time> Timetable::next(Time after) const {
  if (cron_) return cron_->next(after, zone_);
  if (after < from_) return from_ + every_;
  const Time at = from_ + ((after - from_) / every_ + 1) * every_;
  if (at > kLast) return std::nullopt;
  return at;
}

}  // namespace reprise::workflow
