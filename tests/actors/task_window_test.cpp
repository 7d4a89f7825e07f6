// The window of a queue's tasks: whatever order tasks come, are handed out, given back, withdrawn and read in, polls
// get every one that waits, nobody gets one twice, and memory stays bounded.
#include "actors/task_window.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "storage/keys.hpp"

using namespace reprise;
using namespace reprise::actors;

BOOST_AUTO_TEST_SUITE(task_window)

namespace {

const std::string kQueue = "default\x1fq";
using Patterns = std::vector<std::string>;

QueueEntry task(std::int64_t offered_at, std::uint32_t number, std::string action = "x.a", std::size_t bytes = 0) {
  QueueEntry entry;
  Uuid id{};
  id.bytes[15] = static_cast<std::uint8_t>(number);
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[13] = static_cast<std::uint8_t>(number >> 16);
  entry.key = {kQueue, from_millis(offered_at), id, 0};
  entry.action = std::move(action);
  entry.args = std::string(bytes, 'a');
  return entry;
}

// The rows of the queue, as the store holds them.
struct Rows {
  std::map<std::string, QueueEntry> rows;

  void put(const QueueEntry& entry) { rows[storage::queue_key(entry.key)] = entry; }
  void remove(const QueueEntry& entry) { rows.erase(storage::queue_key(entry.key)); }

  struct Read {
    std::vector<QueueEntry> entries;
    std::string last_key;
    bool end = true;
    std::set<std::string> rows;  // that there were
  };
  Read read(const TaskWindow::Reading& reading) const {
    Read out;
    out.last_key = reading.after;
    for (const auto& [key, entry] : rows) out.rows.insert(key);
    std::size_t looked = 0, bytes = 0;
    for (auto row = rows.upper_bound(reading.after); row != rows.end(); ++row) {
      if (out.entries.size() >= reading.tasks || bytes >= reading.bytes || ++looked > reading.rows) {
        out.end = false;
        break;
      }
      out.last_key = row->first;
      if (!matches(reading.patterns, row->second.action)) continue;
      bytes += row->second.args.size();
      out.entries.push_back(row->second);
    }
    return out;
  }
};

void load(TaskWindow& window, Rows::Read read) { window.loaded(std::move(read.entries), read.last_key, read.end); }

// As a poll of these actions does it: what is in memory, else what reading finds.
std::shared_ptr<QueueEntry> poll(TaskWindow& window, const Rows& rows, const Patterns& patterns,
                                 std::size_t* looks = nullptr) {
  for (int reads = 0; reads < 10'000; ++reads) {
    auto entry = window.take(patterns);
    window.shrink();
    if (entry) return entry;
    if (looks != nullptr) ++*looks;
    const auto reading = window.read_on(patterns);
    if (!reading) return nullptr;
    load(window, rows.read(*reading));
  }
  BOOST_FAIL("it reads for ever");
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_that_comes_late_is_kept_though_the_window_is_full) {
  TaskWindow window(kQueue, {.held = 4, .read = 2, .found = 2, .looked = 5});
  Rows rows;
  load(window, rows.read(*window.read_on({})));
  BOOST_TEST(window.complete());
  for (std::uint32_t n = 0; n < 20; ++n) {
    const auto entry = task(100 + n, n);
    rows.put(entry);
    window.offer(entry, false);
    window.shrink();
  }
  BOOST_TEST(!window.complete());
  BOOST_TEST(window.size() <= 6u);
  const auto late = task(50, 99);
  rows.put(late);
  BOOST_TEST(window.offer(late, false));
  std::vector<std::int64_t> order;
  while (const auto entry = poll(window, rows, {})) {
    rows.remove(*entry);
    order.push_back(to_millis(entry->key.offered_at));
  }
  BOOST_TEST(order.size() == 21u);
  BOOST_TEST(std::is_sorted(order.begin(), order.end()));
  BOOST_TEST(window.complete());
}

BOOST_AUTO_TEST_CASE(a_poll_of_few_actions_goes_on_where_the_last_look_ended) {
  TaskWindow window(kQueue, {.held = 4, .read = 2, .found = 2, .looked = 5});
  Rows rows;
  for (std::uint32_t n = 0; n < 1'000; ++n) rows.put(task(n, n));
  for (std::uint32_t n = 0; n < 3; ++n) rows.put(task(5'000 + n, n, "x.b"));
  std::size_t reads = 0;
  for (std::uint32_t n = 0; n < 3; ++n) {
    const auto found = poll(window, rows, {"x.b"}, &reads);
    BOOST_REQUIRE(found);
    BOOST_TEST(to_millis(found->key.offered_at) == 5'000 + n);
    rows.remove(*found);
  }
  BOOST_TEST(reads < 400u);  // 5 rows each
  BOOST_TEST(window.take({"x.b"}) == nullptr);
  BOOST_TEST(poll(window, rows, {"x.b"}) == nullptr);
  BOOST_TEST(window.complete({"x.b"}));
  // One that comes behind what was looked at is read, one before it is kept.
  const auto behind = task(9'000, 7, "x.b"), before = task(500, 8, "x.b");
  rows.put(behind);
  BOOST_TEST(!window.offer(behind, false));
  BOOST_TEST(!window.complete({"x.b"}));
  rows.put(before);
  BOOST_TEST(window.offer(before, false));
  BOOST_TEST(to_millis(poll(window, rows, {"x.*"})->key.offered_at) == 0);
  BOOST_TEST(to_millis(poll(window, rows, {"x.b"})->key.offered_at) == 500);
  BOOST_TEST(to_millis(poll(window, rows, {"x.b"})->key.offered_at) == 9'000);
}

BOOST_AUTO_TEST_CASE(large_tasks_are_held_by_their_bytes) {
  TaskWindow window(kQueue, {.held = 1'000, .bytes = 100'000, .read = 100, .found = 10, .looked = 100});
  Rows rows;
  load(window, rows.read(*window.read_on({})));
  for (std::uint32_t n = 0; n < 50; ++n) {
    const auto entry = task(n, n, "x.a", 30'000);
    rows.put(entry);
    window.offer(entry, false);
    window.shrink();
    BOOST_TEST(window.size() <= 5u);
  }
  for (std::uint32_t n = 0; n < 50; ++n) {
    const auto entry = poll(window, rows, {});
    BOOST_REQUIRE(entry);
    BOOST_TEST(to_millis(entry->key.offered_at) == n);
    rows.remove(*entry);
    BOOST_TEST(window.size() <= 5u);
  }
  const auto huge = task(99, 99, "x.a", 1'000'000);
  rows.put(huge);
  window.offer(huge, false);
  BOOST_TEST(poll(window, rows, {}) != nullptr);
}

BOOST_AUTO_TEST_CASE(every_task_is_handed_out_once_whatever_happens_in_which_order) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937 chance(seed);
    const auto below = [&](unsigned n) { return chance() % n; };
    TaskWindow window(
        kQueue,
        {.held = 1 + below(6), .bytes = 100'000, .read = 1 + below(4), .found = 1 + below(3), .looked = 1 + below(8)});
    Rows rows;                                      // durable
    std::vector<QueueEntry> on_the_way;             // durable, and their offers are not there yet
    std::vector<std::shared_ptr<QueueEntry>> held;  // handed out, their rows still there
    std::set<std::string> waiting, done;            // keys
    std::optional<TaskWindow::Reading> reading;
    std::optional<Rows::Read> read;
    std::uint32_t made = 0;
    const std::vector<Patterns> patterns{{}, {"x.a"}, {"x.b"}, {"x.*"}, {"y.c"}, {"x.b", "y.c"}};
    const char* actions[] = {"x.a", "x.a", "x.a", "x.b", "y.c"};
    const auto have = [&](const std::shared_ptr<QueueEntry>& entry) {
      BOOST_REQUIRE_MESSAGE(waiting.erase(storage::queue_key(entry->key)) == 1, "seed " << seed);
      held.push_back(entry);
    };
    for (int step = 0; step < 400; ++step) {
      switch (below(9)) {
        case 0:
        case 1: {  // two actors submit: what is durable is not offered in order
          const auto entry = task(step + static_cast<int>(below(20)), made++, actions[below(5)], below(3) * 10'000);
          rows.put(entry);
          waiting.insert(storage::queue_key(entry.key));
          on_the_way.push_back(entry);
          break;
        }
        case 2:
          if (!on_the_way.empty()) {
            const auto which = on_the_way.begin() + below(static_cast<unsigned>(on_the_way.size()));
            window.offer(*which, below(4) == 0);
            on_the_way.erase(which);
          }
          break;
        case 3:
        case 4:
          if (const auto entry = window.take(patterns[below(6)])) have(entry);
          break;
        case 5:  // its lease is stored
          if (!held.empty()) {
            const auto which = held.begin() + below(static_cast<unsigned>(held.size()));
            rows.remove(**which);
            done.insert(storage::queue_key((*which)->key));
            held.erase(which);
          }
          break;
        case 6:  // it is given back
          if (!held.empty()) {
            const auto which = held.begin() + below(static_cast<unsigned>(held.size()));
            waiting.insert(storage::queue_key((*which)->key));
            window.offer(**which, false);
            held.erase(which);
          }
          break;
        case 7:
          if (!reading) {
            if ((reading = window.read_on(patterns[below(6)]))) read.reset();
          } else if (!read) {
            read = rows.read(*reading);  // on the loader's thread, at some time in between
          }
          break;
        default:
          // The offer of a row is sent when it is durable, and is there before whatever a read has found.
          if (reading && read) {
            for (const auto& entry : on_the_way) {
              if (read->rows.contains(storage::queue_key(entry.key))) window.offer(entry, false);
            }
            std::erase_if(on_the_way,
                          [&](const auto& each) { return read->rows.contains(storage::queue_key(each.key)); });
            load(window, std::move(*read));
            reading.reset();
          }
      }
      window.shrink();
      if (!reading) BOOST_REQUIRE(window.size() <= 10u);
    }
    for (const auto& entry : on_the_way) window.offer(entry, false);
    if (reading) load(window, read ? std::move(*read) : rows.read(*reading));
    for (const auto& entry : held) {
      rows.remove(*entry);
      done.insert(storage::queue_key(entry->key));
    }
    held.clear();
    for (const Patterns& wanted : {Patterns{"x.b"}, Patterns{"y.c"}, Patterns{}}) {
      while (const auto entry = poll(window, rows, wanted)) {
        BOOST_REQUIRE_MESSAGE(waiting.erase(storage::queue_key(entry->key)) == 1, "seed " << seed);
        rows.remove(*entry);
        done.insert(storage::queue_key(entry->key));
      }
      for (const auto& [key, entry] : rows.rows) {
        BOOST_REQUIRE_MESSAGE(!matches(wanted, entry.action), "seed " << seed << ": a task is never handed out");
      }
    }
    BOOST_TEST(waiting.empty());
    BOOST_TEST(done.size() == made);
  }
}

BOOST_AUTO_TEST_SUITE_END()
