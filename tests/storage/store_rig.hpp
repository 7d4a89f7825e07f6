// What store tests share: opening, and writing a few rows at once.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "storage/store.hpp"
#include "tests/storage/fresh_folder.hpp"

namespace reprise::testing {

inline storage::StoreOptions options_for(const FreshFolder& folder, std::uint16_t partitions = 4) {
  storage::StoreOptions options;
  options.path = folder.store();
  options.partitions = partitions;
  options.memory_budget = 24u << 20;
  return options;
}

inline std::unique_ptr<storage::Store> opened(const storage::StoreOptions& options) {
  auto store = storage::Store::open(options);
  BOOST_REQUIRE_MESSAGE(store.has_value(), (store ? std::string() : store.error().detail));
  return std::move(*store);
}

inline errc refusal(const storage::StoreOptions& options) {
  const auto store = storage::Store::open(options);
  if (store) return errc::ok;
  BOOST_TEST_MESSAGE(name(store.error().code) << ": " << store.error().detail);
  return store.error().code;
}

inline Expected<void> write(storage::Store& store, const storage::RowBatch& batch) {
  std::string rows(12, '\0');
  rows += batch.bytes();
  return store.write(rows, batch.rows());
}

}  // namespace reprise::testing
