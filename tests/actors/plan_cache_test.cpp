// Which version of a workflow starts, however reading, registering and deleting fall together.
#include "actors/plan_cache.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using actors::PlanCache;

namespace {

PlanCache::PlanPtr version(std::uint32_t number, const std::string& workflow_id = "orders") {
  auto plan = std::make_shared<workflow::Plan>();
  plan->workflow_id = workflow_id;
  plan->version = number;
  return plan;
}

std::uint32_t newest(const PlanCache& plans, const char* workspace = "acme") {
  const auto plan = plans.find(workspace, "orders", 0);
  return plan ? plan->version : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_cache)

BOOST_AUTO_TEST_CASE(what_is_read_is_the_newest_while_nothing_changes) {
  PlanCache plans;
  plans.add_read("acme", version(3), plans.changes());
  BOOST_TEST(newest(plans) == 3u);
  BOOST_TEST(plans.find("acme", "orders", 3) == plans.find("acme", "orders", 0));
  BOOST_TEST(newest(plans, "other") == 0u);
  plans.add("acme", version(2));
  BOOST_TEST(newest(plans) == 3u);
  BOOST_TEST(plans.find("acme", "orders", 2)->version == 2u);
}

BOOST_AUTO_TEST_CASE(a_workflow_that_is_deleted_while_it_is_read_does_not_come_back) {
  PlanCache plans;
  const auto before = plans.changes();
  plans.forget_newest("acme", "orders");
  plans.add_read("acme", version(3), before);
  BOOST_TEST(newest(plans) == 0u);
  BOOST_TEST(plans.find("acme", "orders", 3)->version == 3u);  // what runs goes on with it
  plans.add_read("acme", version(3), plans.changes());
  plans.forget_newest("acme", "orders");
  BOOST_TEST(newest(plans) == 0u);
}

BOOST_AUTO_TEST_CASE(a_version_that_is_superseded_while_it_is_read_does_not_replace_the_newer_one) {
  PlanCache plans;
  const auto before = plans.changes();
  plans.put("acme", version(4));
  plans.add_read("acme", version(3), before);
  BOOST_TEST(newest(plans) == 4u);
  // Nor when the newer one has been put out of memory meanwhile.
  const auto again = plans.changes();
  plans.put("acme", version(5));
  for (int i = 0; i < 5'000; ++i) plans.put("acme", version(1, "filler" + std::to_string(i)));
  plans.add_read("acme", version(4), again);
  BOOST_TEST((newest(plans) == 0u || newest(plans) == 5u));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  PlanCache plans;
  int kept = 0;
  for (std::uint32_t i = 1; i <= 5'000; ++i) plans.add("acme", version(i));
  for (std::uint32_t i = 1; i <= 5'000; ++i) kept += plans.find("acme", "orders", i) ? 1 : 0;
  BOOST_TEST(kept == 4096);
  BOOST_TEST(plans.find("acme", "orders", 5'000)->version == 5'000u);
}

BOOST_AUTO_TEST_SUITE_END()
