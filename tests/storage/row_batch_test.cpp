#include "storage/row_batch.hpp"

#include <rocksdb/write_batch.h>

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace reprise::storage;

namespace {

struct Row {
  std::uint32_t family = 0;
  bool deleted = false;
  std::string key, value;
  bool operator==(const Row&) const = default;
};

// Reads a batch as RocksDB does.
class Reader : public rocksdb::WriteBatch::Handler {
 public:
  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    rows.push_back({family, false, key.ToString(), value.ToString()});
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t family, const rocksdb::Slice& key) override {
    rows.push_back({family, true, key.ToString(), {}});
    return rocksdb::Status::OK();
  }
  std::vector<Row> rows;
};

std::vector<Row> read(const RowBatch& batch) {
  std::string rep(12, '\0');
  for (std::size_t i = 0; i < 4; ++i) rep[8 + i] = static_cast<char>(batch.rows() >> (8 * i));
  rocksdb::WriteBatch rocks(rep + batch.bytes());
  Reader reader;
  const auto s = rocks.Iterate(&reader);
  BOOST_REQUIRE_MESSAGE(s.ok(), s.ToString());
  return reader.rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rocksdb_reads_what_was_put) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    RowBatch batch, second;
    std::vector<Row> expected;
    for (int i = 0; i < 20; ++i) {
      const auto family = static_cast<Family>(random() % kFamilies);
      const std::string key(random() % 300, static_cast<char>(random()));
      const std::string value(random() % 3 == 0 ? 0 : random() % 40'000, static_cast<char>(random()));
      RowBatch& target = i < 10 ? batch : second;
      if (random() % 4 == 0) {
        target.del(family, key);
        expected.push_back({static_cast<std::uint32_t>(family), true, key, {}});
      } else {
        const auto at = target.put_at(family, key, value);
        BOOST_REQUIRE(std::string_view(target.bytes()).substr(at, value.size()) == value);
        BOOST_REQUIRE_EQUAL(at + value.size(), target.bytes().size());
        expected.push_back({static_cast<std::uint32_t>(family), false, key, value});
      }
    }
    batch.append(second);
    BOOST_REQUIRE_EQUAL(batch.rows(), 20u);
    BOOST_REQUIRE(read(batch) == expected);
  }
}

BOOST_AUTO_TEST_CASE(a_cleared_batch_is_empty) {
  RowBatch batch;
  BOOST_TEST(batch.empty());
  batch.put(Family::meta, "k", "v");
  BOOST_TEST(!batch.empty());
  batch.clear();
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.bytes().empty());
}
