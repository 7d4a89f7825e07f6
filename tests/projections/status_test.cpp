#include "projections/status.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

using namespace reprise::projections;

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(the_workflow_api_spells_each_status_as_the_contract_has_it) {
  const std::pair<Status, std::string_view> table[] = {{Status::received, "pending"},
                                                       {Status::rejected, "failed"},
                                                       {Status::scheduled, "pending"},
                                                       {Status::running, "running"},
                                                       {Status::stopping, "running"},
                                                       {Status::paused, "paused"},
                                                       {Status::interrupted, "paused"},
                                                       {Status::resuming, "running"},
                                                       {Status::completed, "completed"},
                                                       {Status::completed_with_error, "completed"},
                                                       {Status::failed, "failed"},
                                                       {Status::crashed, "failed"},
                                                       {Status::cancelled_by_user, "cancelled"},
                                                       {Status::cancelled_by_system, "cancelled"},
                                                       {Status::terminated, "cancelled"},
                                                       {Status::timed_out, "failed"},
                                                       {Status::continued_as_new, "completed"}};
  BOOST_REQUIRE_EQUAL(std::size(table), std::size_t{kStatuses});
  for (const auto& [status, name] : table) {
    BOOST_TEST(workflow_api_name(status) == name);
    BOOST_TEST((*statuses_of_workflow_api(name) >> static_cast<unsigned>(status) & 1) == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_sets_behind_the_names_share_no_status_and_leave_none_out) {
  std::uint32_t all = 0;
  for (const char* name : {"pending", "running", "paused", "completed", "failed", "cancelled"}) {
    const auto set = statuses_of_workflow_api(name);
    BOOST_REQUIRE(set);
    BOOST_TEST((all & *set) == 0u);
    all |= *set;
  }
  BOOST_TEST(all == (1u << kStatuses) - 1);
  for (const char* name : {"", "Running", "scheduled", "timed_out"}) BOOST_TEST(!statuses_of_workflow_api(name));
}

BOOST_AUTO_TEST_CASE(final_ones_are_those_that_nothing_follows) {
  std::set<std::string_view> names;
  for (std::uint8_t number = 0; number < kStatuses; ++number) {
    const auto status = static_cast<Status>(number);
    names.insert(canonical_name(status));
    const auto name = workflow_api_name(status);
    BOOST_TEST(final(status) == (name == "completed" || name == "failed" || name == "cancelled"));
  }
  BOOST_TEST(names.size() == std::size_t{kStatuses});
}

BOOST_AUTO_TEST_SUITE_END()
