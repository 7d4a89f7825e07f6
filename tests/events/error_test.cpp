#include "events/error.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace reprise;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(every_code_has_a_name_and_a_sentence) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(errc::internal); ++code) {
    names.insert(name(static_cast<errc>(code)));
    const auto text = sentence(static_cast<errc>(code));
    BOOST_TEST(text.size() > 10);
    BOOST_TEST(text.back() == '.');
  }
  BOOST_TEST(names.size() == static_cast<std::size_t>(errc::internal) + 1);
  BOOST_TEST(name(errc::not_found_execution) == "NOT_FOUND_EXECUTION");
  BOOST_TEST(name(static_cast<errc>(200)) == "INTERNAL");
}

BOOST_AUTO_TEST_CASE(failing_carries_all_three_parts) {
  const Expected<int> failed = fail(errc::busy, "full", "/queue");
  BOOST_TEST((failed.error().code == errc::busy));
  BOOST_TEST(failed.error().detail == "full");
  BOOST_TEST(failed.error().where == "/queue");
}

BOOST_AUTO_TEST_SUITE_END()
