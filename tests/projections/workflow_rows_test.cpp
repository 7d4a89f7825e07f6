#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;

namespace {

events::WorkflowRegistered registered(std::string id, std::uint32_t version) {
  events::WorkflowRegistered event;
  event.workflow_id = std::move(id);
  event.version = version;
  event.hash[0] = static_cast<std::uint8_t>(version);
  event.media_type = "application/yaml";
  event.source = "source of " + std::to_string(version);
  event.canonical.bytes = R"({"v":)" + std::to_string(version) + "}";
  return event;
}

std::vector<std::string> ids(const std::vector<projections::WorkflowRow>& rows) {
  std::vector<std::string> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.workflow_id + ":" + std::to_string(row.version));
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(workflow_rows, Rig)

BOOST_AUTO_TEST_CASE(the_newest_version_is_found_whole) {
  commit_workflow("acme", "alice", "orders", at(1), registered("orders", 1));
  commit_workflow("acme", "bob", "orders", at(2), registered("orders", 2));
  const auto row = queries->workflow("acme", "orders", 0);
  BOOST_REQUIRE(row);
  BOOST_TEST(row->workflow_id == "orders");
  BOOST_TEST(row->version == 2u);
  BOOST_TEST(row->hash[0] == 2);
  BOOST_TEST((row->registered_at == at(2)));
  BOOST_TEST(row->user == "bob");
  BOOST_TEST(row->media_type == "application/yaml");
  BOOST_TEST(row->source == "source of 2");
  BOOST_TEST(row->canonical == R"({"v":2})");
  BOOST_TEST(queries->workflow("acme", "orders", 1)->user == "alice");
  for (const auto& missing : {queries->workflow("acme", "orders", 3), queries->workflow("acme", "order", 0),
                              queries->workflow("acme", "orders2", 0), queries->workflow("default", "orders", 0)}) {
    BOOST_REQUIRE(!missing);
    BOOST_TEST((missing.error().code == errc::not_found_workflow));
  }
}

BOOST_AUTO_TEST_CASE(a_deleted_workflow_keeps_its_versions_and_counts_on) {
  commit_workflow("acme", "alice", "orders", at(1), registered("orders", 1));
  commit_workflow("acme", "alice", "orders", at(2), events::WorkflowDeleted{"orders"});
  BOOST_TEST((queries->workflow("acme", "orders", 0).error().code == errc::not_found_workflow));
  BOOST_TEST(queries->workflow("acme", "orders", 1)->version == 1u);
  BOOST_TEST(queries->workflows("acme", "", 10)->rows.empty());
  // What a later registration counts on from.
  BOOST_TEST(ids(*queries->versions("acme", "orders", 1, 0)) == std::vector<std::string>{"orders:1"});
  commit_workflow("acme", "alice", "orders", at(3), registered("orders", 2));
  BOOST_TEST(queries->workflow("acme", "orders", 0)->version == 2u);
  BOOST_TEST(ids(queries->workflows("acme", "", 10)->rows) == std::vector<std::string>{"orders:2"});
}

BOOST_AUTO_TEST_CASE(versions_come_newest_first_in_pages) {
  for (std::uint32_t version = 1; version <= 300; ++version) {
    commit_workflow("acme", "alice", "orders", at(version), registered("orders", version));
  }
  commit_workflow("acme", "alice", "orders-b", at(1), registered("orders-b", 7));
  const auto first = queries->versions("acme", "orders", 3, 0);
  BOOST_TEST(ids(*first) == (std::vector<std::string>{"orders:300", "orders:299", "orders:298"}));
  BOOST_TEST(first->front().source.empty());
  BOOST_TEST(ids(*queries->versions("acme", "orders", 2, 298)) ==
             (std::vector<std::string>{"orders:297", "orders:296"}));
  BOOST_TEST(ids(*queries->versions("acme", "orders", 5, 3)) == (std::vector<std::string>{"orders:2", "orders:1"}));
  BOOST_TEST(queries->versions("acme", "orders", 5, 1)->empty());
  BOOST_TEST(queries->versions("acme", "nothing", 5, 0)->empty());
}

BOOST_AUTO_TEST_CASE(workflows_come_by_id_each_with_its_newest_version) {
  for (const char* id : {"b", "a", "a-1", "c", "a.x"}) commit_workflow("acme", "alice", id, at(1), registered(id, 1));
  commit_workflow("acme", "alice", "b", at(2), registered("b", 2));
  commit_workflow("acme", "alice", "c", at(2), events::WorkflowDeleted{"c"});
  commit_workflow("acm", "alice", "z", at(2), registered("z", 1));
  BOOST_TEST(ids(queries->workflows("acme", "", 10)->rows) ==
             (std::vector<std::string>{"a:1", "a-1:1", "a.x:1", "b:2"}));
  BOOST_TEST(queries->workflows("acme", "", 3)->next == "a.x");
  BOOST_TEST(queries->workflows("acme", "", 4)->next.empty());
  BOOST_TEST(ids(queries->workflows("acme", "a", 2)->rows) == (std::vector<std::string>{"a-1:1", "a.x:1"}));
  BOOST_TEST(ids(queries->workflows("acme", "a.x", 2)->rows) == (std::vector<std::string>{"b:2"}));
  BOOST_TEST(queries->workflows("acme", "b", 2)->rows.empty());
}

BOOST_AUTO_TEST_CASE(a_page_of_workflows_looks_at_so_many_and_says_where_to_go_on) {
  storage::RowBatch rows;
  const auto write = [&](const std::string& id, events::Event event) {
    const events::Chunk chunk{workflow_uuid("acme", id), 1, at(1), {"alice", "acme"}, "", {std::move(event)}};
    projections::write_workflow_rows(chunk, rows);
  };
  for (std::size_t n = 0; n <= projections::kNamesLookedAt; ++n) {
    const std::string id = "old" + std::to_string(100'000 + n);
    write(id, events::WorkflowDeleted{id});
  }
  write("present", registered("present", 1));
  std::string bytes(12, '\0');
  bytes += rows.bytes();
  BOOST_REQUIRE(store->write(bytes, rows.rows()).has_value());
  const auto first = queries->workflows("acme", "", 10);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->rows.empty());
  BOOST_TEST(first->next == "old" + std::to_string(100'000 + projections::kNamesLookedAt - 1));
  const auto second = queries->workflows("acme", first->next, 10);
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(ids(second->rows) == std::vector<std::string>{"present:1"});
  BOOST_TEST(second->next.empty());
}

BOOST_AUTO_TEST_SUITE_END()
