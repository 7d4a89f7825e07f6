#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include "events/event_fields.hpp"
#include "events/record.hpp"
#include "events/wire.hpp"

namespace reprise::events {
namespace wire {
namespace {

using GetPayload = bool (*)(Reader&, Event&);

template <class S>
bool get_payload(Reader& in, Event& event) {
  return in.get(event.emplace<S>());
}

// By type number; null where this build knows no type.
constexpr auto kPayloads = []<std::size_t... I>(std::index_sequence<I...>) {
  std::array<GetPayload, 128> table{};
  ((table[Described<std::variant_alternative_t<I, Event>>::type.number] =
        &get_payload<std::variant_alternative_t<I, Event>>),
   ...);
  return table;
}
(std::make_index_sequence<std::variant_size_v<Event>>{});

}  // namespace

bool Reader::refuse(std::string what, std::size_t at, errc code) {
  fault_.code = code;
  fault_.detail = std::move(what);
  fault_.where = "byte " + std::to_string(at);
  return false;
}

bool Reader::get_long(std::uint64_t& value) {
  const std::size_t start = offset();
  value = 0;
  for (std::size_t i = 0; i < kMaxVarint; ++i) {
    if (at_ == end_) return cut();
    const auto byte = static_cast<std::uint8_t>(*at_++);
    // The tenth byte holds the 64th bit alone.
    if (i == kMaxVarint - 1 && byte > 1) return refuse("a number is larger than 64 bits", start);
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) return byte != 0 || i == 0 || refuse("a number is not in its shortest form", start);
  }
  return refuse("a number is larger than 64 bits", start);
}

std::size_t size_of_event(const Event& event) {
  const TypeInfo& type = type_of(event);
  const std::size_t payload = std::visit([](const auto& e) { return size_of(e); }, event);
  return size_of(std::uint32_t{type.number}) + size_of(std::uint32_t{type.version}) + size_of(std::uint64_t{payload}) +
         payload;
}

void put_event(Writer& out, const Event& event) {
  const TypeInfo& type = type_of(event);
  out.put(std::uint32_t{type.number});
  out.put(std::uint32_t{type.version});
  std::visit(
      [&](const auto& e) {
        out.put(std::uint64_t{size_of(e)});
        out.put(e);
      },
      event);
}

bool get_event(Reader& in, Event& event) {
  const std::size_t start = in.offset();
  std::uint64_t number = 0, version = 0, length = 0;
  if (!in.get(number)) return false;
  const std::size_t version_at = in.offset();
  if (!in.get(version)) return false;
  const std::size_t length_at = in.offset();
  if (!in.get(length)) return false;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint16_t>::max();
  if (number == 0 || number > kMost) return in.refuse("there is no event type " + std::to_string(number), start);
  if (version == 0 || version > kMost) {
    return in.refuse("there is no version " + std::to_string(version) + " of an event type", version_at);
  }
  if (length > in.left()) return in.refuse("an event is longer than what holds it", length_at);

  const GetPayload get_payload = number < kPayloads.size() ? kPayloads[number] : nullptr;
  if (get_payload == nullptr) {
    return in.refuse("event type " + std::to_string(number) + " is unknown to this build of Reprise", start,
                     errc::unsupported_version);
  }
  const TypeInfo& type = *type_of_number(static_cast<std::uint16_t>(number));
  if (version > type.version) {
    return in.refuse("version " + std::to_string(version) + " of " + std::string(type.name) +
                         " is newer than version " + std::to_string(type.version) +
                         ", the newest that this build of Reprise knows",
                     version_at, errc::unsupported_version);
  }
  const char* const outer_end = in.narrow(static_cast<std::size_t>(length));
  if (!get_payload(in, event)) return false;
  if (in.left() != 0) return in.refuse("a " + std::string(type.name) + " has bytes after its last field");
  in.widen(outer_end);
  return true;
}

}  // namespace wire

void encode_event(std::string& out, const Event& event) {
  const std::size_t start = out.size();
  out.resize(start + wire::size_of_event(event));
  wire::Writer writer(out.data() + start);
  wire::put_event(writer, event);
}

Expected<Event> decode_event(std::string_view bytes) {
  wire::Reader in(bytes, 0, bytes.size());
  Event event;
  if (!wire::get_event(in, event)) return tl::unexpected(in.fault());
  if (in.left() != 0) {
    in.refuse("bytes follow the event");
    return tl::unexpected(in.fault());
  }
  return event;
}

}  // namespace reprise::events
