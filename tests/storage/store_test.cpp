#include "storage/store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "storage/keys.hpp"
#include "tests/storage/store_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(a_store_is_created_and_keeps_its_identity) {
  const FreshFolder folder;
  std::string identity, secret;
  {
    const auto store = opened(options_for(folder, 7));
    BOOST_TEST(store->partitions() == 7u);
    BOOST_TEST(store->opened() == 1u);
    identity = store->identity();
    secret = store->secret();
    BOOST_TEST(parse_uuid(identity).has_value());
    BOOST_TEST(secret.size() == 32u);
    RowBatch rows;
    rows.put(Family::status, "one", "1");
    rows.put(Family::index, "empty", "");
    rows.put(Family::meta, "mine", "m");
    BOOST_TEST(write(*store, rows).has_value());
  }
  const auto store = opened(options_for(folder, 16));
  BOOST_TEST(store->partitions() == 7u);  // of the store, not of the options
  BOOST_TEST(store->opened() == 2u);
  BOOST_TEST(store->identity() == identity);
  BOOST_TEST(store->secret() == secret);
  BOOST_TEST(store->get(Family::status, "one").value() == "1");
  BOOST_TEST(store->get(Family::index, "empty").value().empty());
  BOOST_TEST(store->get(Family::meta, "mine").value() == "m");
  BOOST_TEST((store->get(Family::status, "two").error().code == errc::not_found));
  std::string out = "kept";
  BOOST_TEST(store->get(Family::status, "one", out).value());
  BOOST_TEST(out == "kept1");
  BOOST_TEST(!store->get(Family::status, "two", out).value());
  BOOST_TEST(store->bytes_on_disk() > 0u);
  BOOST_TEST(store->statistics().find("chunks") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cached_read_makes_up_nothing_of_files_that_are_not_open) {
  const FreshFolder folder;
  // More files than RocksDB opens at once.
  for (int i = 0; i < 6; ++i) {
    const auto store = opened(options_for(folder));
    RowBatch rows;
    for (std::size_t f = 1; f < kFamilies; ++f) {
      rows.put(static_cast<Family>(f), "row " + std::to_string(i), "value");
    }
    BOOST_REQUIRE(write(*store, rows).has_value());
  }
  auto store = opened(options_for(folder));
  std::size_t blocked = 0;
  for (int i = 0; i < 6; ++i) {
    for (std::size_t f = 1; f < kFamilies; ++f) {
      const auto family = static_cast<Family>(f);
      const std::string key = "row " + std::to_string(i);
      std::string value;
      const auto found = store->get(family, key, value, Reach::cached);
      if (!found) {
        BOOST_TEST((found.error().code == errc::would_block));
        ++blocked;
      } else {
        BOOST_TEST(*found);
        BOOST_TEST(value == "value");
      }
      BOOST_TEST(store->get(family, key).value() == "value");
    }
  }
  BOOST_TEST(blocked > 0u, "the test is about files that are not open");

  store.reset();
  store = opened(options_for(folder));
  for (std::size_t f = 1; f < kFamilies; ++f) {
    auto cursor = store->cursor(static_cast<Family>(f), Reach::cached);
    int rows = 0;
    for (cursor.seek("row"); cursor.valid(); cursor.next()) rows += cursor.value() == "value" ? 1 : 100;
    const auto read = cursor.status();
    BOOST_TEST((read ? rows == 6 : read.error().code == errc::would_block), "family " << f << ": " << rows << " rows");
  }
}

BOOST_AUTO_TEST_CASE(the_same_path_with_missing_parents_and_a_slash_at_its_end) {
  const FreshFolder folder;
  auto options = options_for(folder);
  options.path = (folder.path() / "a" / "b" / "store").string() + "/";
  { opened(options); }
  BOOST_TEST(opened(options)->opened() == 2u);
}

BOOST_AUTO_TEST_CASE(without_leave_to_create_nothing_is_created) {
  const FreshFolder folder;
  auto options = options_for(folder);
  options.create_if_missing = false;
  BOOST_TEST((refusal(options) == errc::not_found));
  BOOST_TEST(!fs::exists(folder.store()));
  fs::create_directory(folder.store());
  BOOST_TEST((refusal(options) == errc::not_found));
  BOOST_TEST(fs::is_empty(folder.store()));
}

BOOST_AUTO_TEST_CASE(a_clean_stop_leaves_nothing_to_replay) {
  const FreshFolder folder;
  {
    const auto store = opened(options_for(folder));
    RowBatch rows;
    rows.put(Family::chunks, "key", std::string(100'000, 'x'));
    BOOST_TEST(write(*store, rows).has_value());
  }
  for (const auto& entry : fs::directory_iterator(folder.store() + "/db"))
    if (entry.path().extension() == ".log") BOOST_TEST(fs::file_size(entry.path()) == 0u);
}

BOOST_AUTO_TEST_CASE(one_process_at_a_time) {
  const FreshFolder folder;
  auto store = opened(options_for(folder));
  BOOST_TEST((refusal(options_for(folder)) == errc::store_in_use));  // within the process
  store.reset();

  int ready[2], done[2];
  BOOST_REQUIRE(pipe(ready) == 0 && pipe(done) == 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    const auto held = Store::open(options_for(folder));
    byte = held.has_value() ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) _exit(2);
    _exit(0);
  }
  char byte = 0;
  BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
  BOOST_TEST(byte == 'y');
  const auto refused = Store::open(options_for(folder));
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::store_in_use));
  BOOST_TEST(refused.error().detail.find(folder.store()) != std::string::npos);
  BOOST_REQUIRE(::write(done[1], "x", 1) == 1);
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST(opened(options_for(folder))->opened() == 3u);  // a dead process holds nothing
}

// As on a read-only file system, or where somebody else owns it.
BOOST_AUTO_TEST_CASE(a_lock_file_that_cannot_be_opened_is_held_by_nobody) {
  const FreshFolder folder;
  opened(options_for(folder)).reset();
  fs::remove(folder.store() + "/LOCK");
  fs::create_directory(folder.store() + "/LOCK");
  BOOST_TEST((refusal(options_for(folder)) == errc::io));
}

BOOST_AUTO_TEST_CASE(a_folder_of_somebody_else_is_refused_and_left_alone) {
  const FreshFolder folder;
  fs::create_directory(folder.store());
  std::ofstream(folder.store() + "/letter.txt") << "dear";
  BOOST_TEST((refusal(options_for(folder)) == errc::unsupported_version));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.store())) ++files;
  BOOST_TEST(files == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_the_folder_is_refused) {
  const FreshFolder folder;
  std::ofstream(folder.store()) << "not a folder";
  const auto code = refusal(options_for(folder));
  BOOST_TEST((code == errc::io));
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused) {
  const FreshFolder folder;
  { opened(options_for(folder)); }
  const std::string label = folder.store() + "/REPRISE";
  std::string text((std::istreambuf_iterator<char>(std::ifstream(label).rdbuf())), {});
  const auto at = text.find("format: 1");
  BOOST_REQUIRE(at != std::string::npos);
  std::ofstream(label) << text.replace(at, 9, "format: 9");
  BOOST_TEST((refusal(options_for(folder)) == errc::unsupported_version));
}

BOOST_AUTO_TEST_CASE(an_interrupted_creation_is_done_again) {
  const FreshFolder folder;
  { opened(options_for(folder)); }
  fs::rename(folder.store() + "/REPRISE", folder.store() + "/REPRISE.new");
  const auto store = opened(options_for(folder));
  BOOST_TEST(store->opened() == 1u);
}

BOOST_AUTO_TEST_CASE(cursors_walk_both_ways_over_a_consistent_view) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  RowBatch rows;
  for (const char c : {'b', 'd', 'f'}) rows.put(Family::queue, std::string(1, c), std::string(1, c));
  BOOST_TEST(write(*store, rows).has_value());
  auto cursor = store->cursor(Family::queue);
  rows.clear();
  rows.put(Family::queue, "e", "later");
  rows.del(Family::queue, "b");
  BOOST_TEST(write(*store, rows).has_value());

  cursor.seek("c");
  BOOST_TEST(cursor.key() == "d");
  cursor.next();
  BOOST_TEST(cursor.key() == "f");
  cursor.next();
  BOOST_TEST(!cursor.valid());
  cursor.next();
  BOOST_TEST(!cursor.valid());
  BOOST_TEST(cursor.status().has_value());
  cursor.seek_before("d");
  BOOST_TEST(cursor.key() == "b");
  cursor.previous();
  BOOST_TEST(!cursor.valid());
  cursor.seek_before("e");
  BOOST_TEST(cursor.key() == "d");
  cursor.seek_before("b");
  BOOST_TEST(!cursor.valid());
  auto moved = std::move(cursor);
  moved.seek("");
  BOOST_TEST(moved.value() == "b");
}

BOOST_AUTO_TEST_CASE(a_cursor_may_outlive_its_store) {
  const FreshFolder folder;
  auto store = opened(options_for(folder));
  RowBatch rows;
  rows.put(Family::queue, "a", "1");
  BOOST_TEST(write(*store, rows).has_value());
  {
    auto cursor = store->cursor(Family::queue);
    store.reset();
    cursor.seek("");
    BOOST_TEST(cursor.value() == "1");
    BOOST_TEST((refusal(options_for(folder)) == errc::store_in_use));  // until the last reader is done
  }
  BOOST_TEST(opened(options_for(folder))->opened() == 2u);
}

BOOST_AUTO_TEST_CASE(multi_get_answers_each_key) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  RowBatch rows;
  rows.put(Family::status, "a", "1");
  rows.put(Family::status, "c", "3");
  BOOST_TEST(write(*store, rows).has_value());
  const auto values = store->multi_get(Family::status, {"a", "b", "c", "a"});
  BOOST_REQUIRE(values.has_value());
  BOOST_REQUIRE_EQUAL(values->size(), 4u);
  BOOST_TEST((*values)[0].value() == "1");
  BOOST_TEST(!(*values)[1].has_value());
  BOOST_TEST((*values)[2].value() == "3");
  BOOST_TEST((*values)[3].value() == "1");
  BOOST_TEST(store->multi_get(Family::status, {}).value().empty());
}

BOOST_AUTO_TEST_CASE(a_cached_read_does_not_wait_for_the_disk) {
  const FreshFolder folder;
  {
    const auto store = opened(options_for(folder));
    RowBatch rows;
    for (int i = 0; i < 1000; ++i) rows.put(Family::status, "key" + std::to_string(i), std::string(200, 'v'));
    BOOST_TEST(write(*store, rows).has_value());
    BOOST_TEST(store->get(Family::status, "key5", Reach::cached).has_value());  // in the write buffer
  }
  const auto store = opened(options_for(folder));
  BOOST_TEST((store->get(Family::status, "key5", Reach::cached).error().code == errc::would_block));
  BOOST_TEST((store->multi_get(Family::status, {"key5", "key6"}, Reach::cached).error().code == errc::would_block));
  auto cursor = store->cursor(Family::status, Reach::cached);
  cursor.seek("key5");
  BOOST_TEST(!cursor.valid());
  BOOST_TEST((cursor.status().error().code == errc::would_block));
  BOOST_TEST(store->get(Family::status, "key5").has_value());
  BOOST_TEST(store->get(Family::status, "key5", Reach::cached).value() == std::string(200, 'v'));
}

BOOST_AUTO_TEST_CASE(clear_drops_a_family_and_spares_the_truth) {
  const FreshFolder folder;
  {
    const auto store = opened(options_for(folder));
    RowBatch rows;
    for (int i = 0; i < 5000; ++i) {
      std::string key;
      append_be32(key, static_cast<std::uint32_t>(i) * 858993u);
      rows.put(Family::index, key, "");
      rows.put(Family::status, key, "s");
    }
    BOOST_TEST(write(*store, rows).has_value());
    BOOST_TEST(store->clear(Family::index).has_value());
    BOOST_TEST(store->clear(Family::index).has_value());  // of nothing
    auto cursor = store->cursor(Family::index);
    cursor.seek("");
    BOOST_TEST(!cursor.valid());
    BOOST_TEST(cursor.status().has_value());
    BOOST_TEST((store->clear(Family::chunks).error().code == errc::invalid));
    BOOST_TEST((store->clear(Family::meta).error().code == errc::invalid));
    rows.clear();
    rows.put(Family::index, "again", "");
    BOOST_TEST(write(*store, rows).has_value());
    BOOST_TEST(store->compact().has_value());
  }
  const auto store = opened(options_for(folder));
  auto cursor = store->cursor(Family::index);
  cursor.seek("");
  BOOST_REQUIRE(cursor.valid());
  BOOST_TEST(cursor.key() == "again");
  cursor.next();
  BOOST_TEST(!cursor.valid());
  std::string key;
  append_be32(key, 858993u);
  BOOST_TEST(store->get(Family::status, key).value() == "s");
}

BOOST_AUTO_TEST_CASE(write_gives_its_buffer_back) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  RowBatch batch;
  batch.put(Family::status, "key", std::string(100'000, 'x'));
  std::string rows(12, '\0');
  rows += batch.bytes();
  BOOST_TEST(store->write(rows, 1).has_value());
  BOOST_TEST(rows.empty());
  BOOST_TEST(rows.capacity() >= 100'000u);
}

BOOST_AUTO_TEST_CASE(a_wrong_count_or_damaged_rows_do_not_end_the_process) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  std::string rows(12, '\0');
  rows +=
      "\x05\x03\x7f"
      "cut";
  BOOST_TEST(!store->write(rows, 1).has_value());
}
