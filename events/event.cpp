#include "events/event.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "events/event_fields.hpp"

namespace reprise::events {
namespace {

constexpr std::size_t kCount = std::variant_size_v<Event>;

constexpr auto kTypes = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{Described<std::variant_alternative_t<I, Event>>::type...};
}
(std::make_index_sequence<kCount>{});

constexpr bool one_byte_and_distinct() {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (kTypes[i].number == 0 || kTypes[i].number > 127) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (kTypes[i].number == kTypes[j].number || kTypes[i].name == kTypes[j].name) return false;
    }
  }
  return true;
}
static_assert(one_byte_and_distinct(), "each event type has a number of its own in 1-127, and a name of its own");

// A stand-in for any member, to count how many an aggregate takes.
struct Anything {
  template <class T>
  operator T() const;
};
template <class S, class... Members>
consteval std::size_t members() {
  if constexpr (requires { S{Members{}..., Anything{}}; }) {
    return members<S, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}
template <class S>
constexpr bool kWhole = std::tuple_size_v<std::remove_cvref_t<decltype(Described<S>::fields)>> == members<S>();

constexpr bool kAllWhole = []<std::size_t... I>(std::index_sequence<I...>) {
  return (kWhole<std::variant_alternative_t<I, Event>> && ...);
}
(std::make_index_sequence<kCount>{});
static_assert(kAllWhole && kWhole<LogLine>, "event_fields.hpp lists every member of every struct");

template <class E>
std::string_view name_in_list(E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < Names<E>::list.size() ? Names<E>::list[index] : std::string_view("unknown");
}

}  // namespace

const TypeInfo& type_of(const Event& event) { return kTypes[event.index()]; }

const TypeInfo* type_of_number(std::uint16_t number) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeInfo& t) { return t.number == number; });
  return found == kTypes.end() ? nullptr : &*found;
}

StreamKind stream_kind(const Event& event) {
  const std::uint16_t number = type_of(event).number;
  if (number < 64) return StreamKind::execution;
  if (number < 80) return StreamKind::workflow;
  if (number < 96) return StreamKind::schedule;
  return number < 112 ? StreamKind::subscription : StreamKind::source;
}

std::string_view source_prefix(StreamKind kind) {
  switch (kind) {
    case StreamKind::execution: return "/executions/";
    case StreamKind::workflow: return "/workflows/";
    case StreamKind::schedule: return "/schedules/";
    case StreamKind::subscription: return "/subscriptions/";
    case StreamKind::source: return "/sources/";
  }
  return "/";
}

std::string_view name(Trigger value) { return name_in_list(value); }
std::string_view name(DelayReason value) { return name_in_list(value); }
std::string_view name(SkipReason value) { return name_in_list(value); }
std::string_view name(RequeueReason value) { return name_in_list(value); }
std::string_view name(OriginKind value) { return name_in_list(value); }
std::string_view name(InteractionKind value) { return name_in_list(value); }
std::string_view name(Overlap value) { return name_in_list(value); }
std::string_view name(FiringOutcome value) { return name_in_list(value); }
std::string_view name(LoopStrategy value) { return name_in_list(value); }
std::string_view name(LogLevel value) { return name_in_list(value); }

std::optional<LogLevel> parse_log_level(std::string_view upper_case) {
  const auto& list = Names<LogLevel>::list;
  const auto found = std::find(list.begin(), list.end(), upper_case);
  if (found == list.end()) return std::nullopt;
  return static_cast<LogLevel>(found - list.begin());
}

}  // namespace reprise::events
