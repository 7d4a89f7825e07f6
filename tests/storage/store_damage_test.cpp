// What becomes of a store whose files were damaged: it is refused, or reads answer with errc::corrupt. It never answers
// with less than what was acknowledged.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "storage/journal.hpp"
#include "storage/log_end.hpp"
#include "tests/storage/journal_rig.hpp"
#include "tests/storage/store_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kCommits = 300;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string seal_of(std::uint64_t number) {  // docs/formats.md
  std::string slot;
  append_be64(slot, number);
  append_be64(slot, (number ^ 0x5245505249534531ull) * 0x9E3779B97F4A7C15ull);
  std::string bytes = slot;
  bytes.resize(512, '\0');
  return bytes + slot;
}

// How much of a log is written; the rest was allocated ahead.
std::size_t written(const fs::path& log) { return read_log(read_file(log)).end; }

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Every file of a store, but for the lock.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path() != folder / "LOCK") files[entry.path()] = read_file(entry.path());
  return files;
}

// A store as a killed process leaves it (all in the log) or as a clean stop does (all in tables), to be copied and
// hurt.
struct Sample {
  explicit Sample(bool killed) {
    auto store = opened(options_for(folder));
    Remembering listener;
    Journal journal(*store, listener);
    for (std::uint64_t i = 0; i < kCommits; ++i) {
      BOOST_REQUIRE(give(journal, commit_of(test_id(i), static_cast<std::uint16_t>(i % 4), 1, 2, i, 300)));
      if (i % 3 == 0) journal.step();
    }
    while (journal.step()) {
    }
    if (killed) {
      copy(original());
      // Most of what was allocated ahead would only make the copies slow.
      for (const auto& entry : fs::directory_iterator(original() / "db"))
        if (entry.path().extension() == ".log") fs::resize_file(entry.path(), written(entry.path()) + (64u << 10));
    }
    store.reset();
    if (!killed) copy(original());
  }
  fs::path original() const { return folder.path() / "original"; }
  fs::path hurt() const { return folder.path() / "hurt"; }
  void copy(const fs::path& to) const {
    fs::remove_all(to);
    fs::copy(folder.store(), to, fs::copy_options::recursive);
  }
  StoreOptions fresh() const {
    fs::remove_all(hurt());
    fs::copy(original(), hurt(), fs::copy_options::recursive);
    auto options = options_for(folder);
    options.path = hurt().string();
    return options;
  }
  fs::path largest(const std::string& extension) const {
    fs::path found;
    std::uintmax_t size = 0;
    for (const auto& entry : fs::directory_iterator(hurt() / "db"))
      if (entry.path().extension() == extension && entry.file_size() >= size) {
        size = entry.file_size();
        found = entry.path();
      }
    BOOST_REQUIRE(!found.empty());
    return found;
  }
  FreshFolder folder;
};

// Everything that was acknowledged, read in every way: true when all is there; false when an error said that it is not.
bool all_there(const Store& store) {
  std::size_t rows = 0;
  for (const auto family : {Family::chunks, Family::status, Family::feed}) {
    auto cursor = store.cursor(family);
    std::size_t here = 0;
    for (cursor.seek(""); cursor.valid(); cursor.next()) ++here;
    if (const auto s = cursor.status(); !s) {
      BOOST_TEST((s.error().code == errc::corrupt));
      BOOST_TEST(s.error().detail.find('\'') != std::string::npos);
      return false;
    }
    rows += here;
  }
  BOOST_REQUIRE_EQUAL(rows, 3 * kCommits);
  for (std::uint64_t i = 0; i < kCommits; ++i) {
    const auto row = store.get(Family::status, test_id(i).view());
    if (!row) {
      BOOST_TEST((row.error().code == errc::corrupt));
      return false;
    }
    BOOST_REQUIRE_EQUAL(read_be64(*row), i);
  }
  return true;
}

void refused_as_damaged(const StoreOptions& options, const std::string& what) {
  const auto store = Store::open(options);
  if (store) BOOST_FAIL(what << ": opened, and all there: " << all_there(**store));
  BOOST_TEST((store.error().code == errc::corrupt), what << ": " << store.error().detail);
  BOOST_TEST(store.error().detail.find("backup") != std::string::npos, what << ": " << store.error().detail);
}

// Refused, and with nothing changed, so that it is enough to put the file back.
void unchanged_and_healed(const Sample& sample, const StoreOptions& options, const fs::path& file,
                          const std::string& whole, const std::string& what) {
  const auto before = files_of(sample.hurt());
  refused_as_damaged(options, what);
  BOOST_TEST((files_of(sample.hurt()) == before), what);
  write_file(file, whole);
  const auto store = Store::open(options);
  BOOST_TEST((store && all_there(**store)), what);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_samples_are_whole) {
  for (const bool killed : {true, false}) {
    const Sample sample(killed);
    const auto store = opened(sample.fresh());
    BOOST_TEST(all_there(*store));
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_anywhere_in_the_log_is_noticed) {
  const Sample sample(true);
  std::mt19937_64 dice(42);
  for (int i = 0; i < 60; ++i) {
    const auto options = sample.fresh();
    const auto log = sample.largest(".log");
    auto bytes = read_file(log);
    const std::size_t size = written(log);
    const std::size_t at = i == 0 ? size - 1 : i < 10 ? dice() % 14 : dice() % size;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (dice() % 8)));
    write_file(log, bytes);
    refused_as_damaged(options, "bit at byte " + std::to_string(at) + " of " + std::to_string(size));
  }
}

BOOST_AUTO_TEST_CASE(a_log_cut_short_emptied_or_gone_is_noticed) {
  const Sample sample(true);
  std::mt19937_64 dice(43);
  for (int i = 0; i < 20; ++i) {
    const auto options = sample.fresh();
    const auto log = sample.largest(".log");
    const auto size = written(log);
    const auto whole = read_file(log);
    fs::resize_file(log, i == 0 ? 0 : i == 1 ? size - 1 : dice() % size);
    const auto what = "cut to " + std::to_string(fs::file_size(log)) + " of " + std::to_string(size);
    unchanged_and_healed(sample, options, log, whole, what);
  }
  const auto options = sample.fresh();
  const auto log = sample.largest(".log");
  const auto whole = read_file(log);
  fs::remove(log);
  unchanged_and_healed(sample, options, log, whole, "gone");
}

// As a whole store that is put together of a backup's tables and another log.
BOOST_AUTO_TEST_CASE(tables_that_are_older_than_the_seal_are_noticed_before_anything_is_changed) {
  const Sample sample(false);
  const auto options = sample.fresh();
  write_file(sample.hurt() / "SEAL", seal_of(kCommits + 1'000));
  const auto before = files_of(sample.hurt());
  refused_as_damaged(options, "an older store");
  BOOST_TEST((files_of(sample.hurt()) == before));
}

BOOST_AUTO_TEST_CASE(zeros_in_the_log_are_noticed) {
  const Sample sample(true);
  std::mt19937_64 dice(44);
  for (int i = 0; i < 20; ++i) {
    const auto options = sample.fresh();
    const auto log = sample.largest(".log");
    auto bytes = read_file(log);
    const std::size_t end = written(log);
    const std::size_t from = i == 0 ? 0 : dice() % end;
    const std::size_t size = i % 2 == 0 ? end - from : std::min<std::size_t>(end - from, 512);
    bytes.replace(from, size, std::string(size, '\0'));
    const auto whole = read_file(log);
    write_file(log, bytes);
    unchanged_and_healed(sample, options, log, whole, std::to_string(size) + " zeros at " + std::to_string(from));
  }
}

// Not even where the SEAL is older than the writes, as a power cut may leave it; and the file is left to be looked at.
BOOST_AUTO_TEST_CASE(a_flipped_bit_in_the_last_write_is_no_torn_end) {
  const Sample sample(true);
  const auto options = sample.fresh();
  const auto log = sample.largest(".log");
  auto bytes = read_file(log);
  bytes[written(log) - 20] ^= 1;
  write_file(log, bytes);
  write_file(sample.hurt() / "SEAL", seal_of(3));
  refused_as_damaged(options, "a bit of the last write");
  BOOST_TEST((read_file(log) == bytes));
}

// A file of the log cannot be torn where a newer one holds anything; and nothing is changed where that is found.
BOOST_AUTO_TEST_CASE(a_torn_write_in_an_older_log_is_damage) {
  const Sample sample(true);
  const auto options = sample.fresh();
  const auto log = sample.largest(".log");
  const auto whole = read_file(log);
  auto torn = whole;
  const auto end = written(log);
  torn.replace(end - 600, 600, 600, '\0');
  write_file(log.parent_path() / "009998.log", torn);
  write_file(log.parent_path() / "009999.log", torn);
  refused_as_damaged(options, "two torn files");
  BOOST_TEST((read_file(log.parent_path() / "009999.log") == torn));
}

BOOST_AUTO_TEST_CASE(a_torn_write_that_was_not_acknowledged_is_dropped) {
  const Sample sample(true);
  const auto options = sample.fresh();
  const auto log = sample.largest(".log");
  auto bytes = read_file(log);
  const std::size_t sector = written(log) / 512 * 512 - 512;
  bytes.replace(sector, 512, 512, '\0');
  write_file(log, bytes);
  refused_as_damaged(options, "acknowledged and torn");  // by its SEAL
  BOOST_TEST((read_file(log) == bytes));

  sample.fresh();
  write_file(log, bytes);
  write_file(sample.hurt() / "SEAL", seal_of(3));
  BOOST_TEST(Store::open(options).has_value());
  BOOST_TEST(read_file(sample.hurt() / "TORN").size() > 512u);
}

BOOST_AUTO_TEST_CASE(a_damaged_table_is_noticed_at_opening_or_by_reading) {
  const Sample sample(false);
  std::mt19937_64 dice(45);
  int noticed = 0;
  for (int i = 0; i < 60; ++i) {
    const auto options = sample.fresh();
    std::vector<fs::path> tables;
    for (const auto& entry : fs::directory_iterator(sample.hurt() / "db"))
      if (entry.path().extension() == ".sst") tables.push_back(entry.path());
    std::sort(tables.begin(), tables.end());
    const auto table = tables[dice() % tables.size()];
    auto bytes = read_file(table);
    const std::size_t at = dice() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (dice() % 8)));
    write_file(table, bytes);
    const auto store = Store::open(options);
    if (!store) {
      BOOST_TEST((store.error().code == errc::corrupt), store.error().detail);
      ++noticed;
    } else if (!all_there(**store)) {  // some bytes of a table are not needed to read it
      ++noticed;
    }
  }
  BOOST_TEST_MESSAGE(noticed << " of 60 flips noticed");
  BOOST_TEST(noticed > 20);
}

BOOST_AUTO_TEST_CASE(missing_files_are_noticed) {
  const Sample sample(false);
  {
    const auto options = sample.fresh();
    fs::remove(sample.largest(".sst"));
    refused_as_damaged(options, "a table is gone");
  }
  {
    const auto options = sample.fresh();
    fs::remove(sample.hurt() / "db" / "CURRENT");
    refused_as_damaged(options, "CURRENT is gone");
  }
  {
    const auto options = sample.fresh();
    for (const auto& entry : fs::directory_iterator(sample.hurt() / "db"))
      if (entry.path().filename().string().rfind("MANIFEST", 0) == 0) fs::remove(entry.path());
    refused_as_damaged(options, "the manifest is gone");
  }
  {
    const auto options = sample.fresh();
    fs::remove_all(sample.hurt() / "db");
    refused_as_damaged(options, "the database is gone");
    BOOST_TEST(!fs::exists(sample.hurt() / "db" / "CURRENT"));  // and was not made anew
  }
  {
    const auto options = sample.fresh();
    fs::remove(sample.hurt() / "REPRISE");
    refused_as_damaged(options, "REPRISE is gone");
  }
  {
    const auto options = sample.fresh();
    fs::remove(sample.hurt() / "SEAL");
    refused_as_damaged(options, "SEAL is gone");
  }
}

BOOST_AUTO_TEST_CASE(damaged_small_files_are_noticed) {
  const Sample sample(false);
  {
    const auto options = sample.fresh();
    auto text = read_file(sample.hurt() / "REPRISE");
    const auto at = text.find("identity: ") + 12;
    text[at] = text[at] == 'a' ? 'b' : 'a';
    write_file(sample.hurt() / "REPRISE", text);
    refused_as_damaged(options, "another identity");
  }
  {
    const auto options = sample.fresh();
    write_file(sample.hurt() / "REPRISE", "");
    refused_as_damaged(options, "an empty REPRISE");
  }
  {
    const auto options = sample.fresh();
    auto seal = read_file(sample.hurt() / "SEAL");
    seal[3] = 'x';
    seal[515] = 'x';
    write_file(sample.hurt() / "SEAL", seal);
    refused_as_damaged(options, "both slots of SEAL");
  }
  {
    const auto options = sample.fresh();  // one torn slot is what a power cut may leave
    auto seal = read_file(sample.hurt() / "SEAL");
    seal[3] = 'x';
    write_file(sample.hurt() / "SEAL", seal);
    BOOST_TEST((refusal(options) == errc::ok));
  }
}

BOOST_AUTO_TEST_CASE(a_manifest_with_a_flipped_bit_is_noticed_or_harmless) {
  const Sample sample(false);
  std::mt19937_64 dice(46);
  int noticed = 0;
  for (int i = 0; i < 40; ++i) {
    const auto options = sample.fresh();
    for (const auto& entry : fs::directory_iterator(sample.hurt() / "db")) {
      if (entry.path().filename().string().rfind("MANIFEST", 0) != 0) continue;
      auto bytes = read_file(entry.path());
      const std::size_t at = dice() % bytes.size();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (dice() % 8)));
      write_file(entry.path(), bytes);
    }
    const auto store = Store::open(options);
    if (!store) {
      BOOST_TEST((store.error().code == errc::corrupt), store.error().detail);
      ++noticed;
    } else {
      BOOST_TEST(all_there(**store));
    }
  }
  BOOST_TEST_MESSAGE(noticed << " of 40 flips noticed");
  BOOST_TEST(noticed > 30);
}

BOOST_AUTO_TEST_CASE(a_lost_feed_row_is_noticed) {
  const Sample sample(false);
  const auto options = sample.fresh();
  {
    const auto store = opened(options);
    RowBatch rows;
    rows.del(Family::feed, feed_key(2, kCommits / 4 * 2 - 1));
    BOOST_TEST(write(*store, rows).has_value());
  }
  refused_as_damaged(options, "the newest feed row of partition 2");
}
