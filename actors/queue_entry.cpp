#include "actors/queue_entry.hpp"

namespace reprise::actors {

namespace {

void put_number(std::string& out, std::uint64_t v) {
  while (v >= 128) {
    out += static_cast<char>(v | 128);
    v >>= 7;
  }
  out += static_cast<char>(v);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return fail();
      const auto c = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      v |= static_cast<std::uint64_t>(c & 127) << shift;
      if (c < 128) return v;
    }
    return fail();
  }
  std::string text() {
    const auto size = number();
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    std::string out(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return out;
  }
  bool more() const { return good_ && !bytes_.empty(); }
  bool good() const { return good_ && bytes_.empty(); }

 private:
  std::uint64_t fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

std::string queue_row_value(const QueueEntry& entry) {
  std::string out;
  out.reserve(32 + entry.workflow_id.size() + entry.action.size() + entry.ref.size() + entry.args.size() +
              entry.item.size());
  put_number(out, entry.attempt);
  put_number(out, entry.delivery);
  put_number(out, static_cast<std::uint64_t>(entry.timeout.count()));
  put_number(out, static_cast<std::uint64_t>(to_millis(entry.deadline)));
  put_text(out, entry.workflow_id);
  put_text(out, entry.action);
  put_text(out, entry.ref);
  put_text(out, entry.args);
  // The last two are there only where they say something.
  if (!entry.item.empty() || entry.recorded) put_text(out, entry.item);
  if (entry.recorded) put_number(out, 1);
  return out;
}

std::optional<QueueEntry> parse_queue_row(std::string_view key, std::string_view value) {
  auto parsed = storage::parse_queue_key(key);
  if (!parsed) return std::nullopt;
  QueueEntry entry;
  entry.key = std::move(*parsed);
  Reader in(value);
  entry.attempt = static_cast<std::uint32_t>(in.number());
  entry.delivery = static_cast<std::uint32_t>(in.number());
  entry.timeout = Duration(static_cast<std::int64_t>(in.number()));
  entry.deadline = from_millis(static_cast<std::int64_t>(in.number()));
  entry.workflow_id = in.text();
  entry.action = in.text();
  entry.ref = in.text();
  entry.args = in.text();
  if (in.more()) entry.item = in.text();
  entry.recorded = in.more() && in.number() == 1;
  if (!in.good()) return std::nullopt;
  return entry;
}

std::string queue_name(std::string_view workspace, std::string_view queue) {
  std::string out(workspace);
  out += '\x1f';
  out += queue;
  return out;
}

}  // namespace reprise::actors
