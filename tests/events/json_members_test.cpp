// Objects that are written member by member.
#include "events/json_members.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace reprise;

BOOST_AUTO_TEST_SUITE(json_members)

BOOST_AUTO_TEST_CASE(every_kind_of_member) {
  std::string out;
  JsonMembers members(out);
  members.text("text", "a\"b");
  members.text_or_null("some", "x");
  members.text_or_null("none", "");
  members.id("id", Uuid{});
  members.number("number", 18'446'744'073'709'551'615u);
  members.boolean("yes", true);
  members.null("null");
  members.time("time", from_millis(1'500));
  members.time("never", Time{});
  members.json("json", "[1]");
  members.json("nothing", "");
  JsonMembers inner(members.key("inner"));
  inner.end();
  members.end();
  BOOST_TEST(out ==
             R"({"text":"a\"b","some":"x","none":null,"id":"00000000-0000-0000-0000-000000000000",)"
             R"("number":18446744073709551615,"yes":true,"null":null,"time":"1970-01-01T00:00:01.500Z","never":null,)"
             R"("json":[1],"nothing":null,"inner":{}})");
  BOOST_TEST(check_json(out).has_value());
}

BOOST_AUTO_TEST_CASE(lists) {
  std::string out;
  const std::vector<int> numbers{1, 2, 3};
  const auto append = [&out](int number) { out += std::to_string(number); };
  append_json_list(out, std::vector<int>{}, append);
  append_json_list(out, numbers, append);
  append_json_list(out, numbers.rbegin(), numbers.rend(), append);
  BOOST_TEST(out == "[][1,2,3][3,2,1]");
}

BOOST_AUTO_TEST_SUITE_END()
