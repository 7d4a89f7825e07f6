// Templates: JSON values with expressions in them, and their canonical text.
#include <boost/test/unit_test.hpp>

#include "expression_scope.hpp"

using reprise::workflow::Fault;
using reprise::workflow::Template;
using reprise::workflow::test::fill;
using reprise::workflow::test::resolve;

namespace {

struct Case {
  const char* source;
  const char* result;
};

Template compile(std::string_view source, std::vector<Fault>& faults) {
  return Template::compile(reprise::parse_json(source)->root(), resolve, "/args", faults);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_templates)

BOOST_AUTO_TEST_CASE(results) {
  constexpr Case cases[] = {
      {R"("${{ TRIGGER.n }}")", "3"},
      {R"("${{TRIGGER.list}}")", "[1,2,3,4]"},
      {R"("n is ${{ TRIGGER.n }}")", "\"n is 3\""},
      {R"("${{ 1 }}${{ 2 }}")", "\"12\""},
      {R"(" ${{ 1 }}")", "\" 1\""},
      {R"("${{ None }} ${{ True }} ${{ 2.0 }} ${{ [1, 'x', None] }} ${{ {'k': 'v'} }}")",
       "\"None True 2.0 [1, 'x', None] {'k': 'v'}\""},
      {R"("${{ {'a': {'b': 1}} }}")", R"({"a":{"b":1}})"},
      {R"("${{ {'a': {'b': 1}}}}")", R"({"a":{"b":1}})"},
      {R"("${{ '}}' }}")", "\"}}\""},
      {R"("no expression { } $")", "\"no expression { } $\""},
      {R"("$ {{ 1 }} }}")", "\"$ {{ 1 }} }}\""},
      {R"({"a": ["${{ TRIGGER.n }}", {"b": "x${{ TRIGGER.name }}"}], "c": 1})", R"({"a":[3,{"b":"xAda"}],"c":1})"},
      {R"({"${{ TRIGGER.name }}": 1, "k_${{ 1 }}": 2})", R"({"Ada":1,"k_1":2})"},
      {R"({"Ada": 1, "${{ TRIGGER.name }}": 2})", R"({"Ada":2})"},
      {R"([1, 2.5, null, true, "x"])", R"([1,2.5,null,true,"x"])"},
      {R"("${{ FN.utcnow() }} ${{ FN.minutes(1) }}")", "\"2024-01-01 00:00:00.250000+00:00 0:01:00\""},
      {R"({"name": "${{ TRIGGER.customer.name }}"})", R"({"name":null})"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.source) { BOOST_TEST(fill(c.source) == c.result); }
  }
}

BOOST_AUTO_TEST_CASE(every_fault_has_its_pointer) {
  std::vector<Fault> faults;
  compile(
      R"({"a": "${{ }}", "b": ["ok", "${{ FN.nope() }} ${{ 1 + }} ${{ 2 }}"], "c/d": {"${{ x }}": 1}, "e": "${{ 1 "})",
      faults);
  std::vector<std::string> pointers;
  pointers.reserve(faults.size());
  for (const Fault& fault : faults) pointers.push_back(fault.pointer);
  const std::vector<std::string> expected = {"/args/a", "/args/b/1", "/args/b/1", "/args/c~1d/${{ x }}", "/args/e"};
  BOOST_TEST(pointers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(kinds) {
  std::vector<Fault> faults;
  BOOST_TEST(compile(R"({"a": [1, "x"]})", faults).constant());
  BOOST_TEST(!compile(R"("x${{ 1 }}")", faults).constant());
  BOOST_TEST(!compile(R"("x${{ 1 }}")", faults).single_expression());
  BOOST_TEST(compile(R"("${{ 1 }}")", faults).single_expression());
  BOOST_TEST(!compile(R"(["${{ 1 }}"])", faults).single_expression());
  BOOST_TEST(Template().constant());
  BOOST_TEST(faults.empty());
}

BOOST_AUTO_TEST_CASE(print_is_canonical) {
  constexpr Case cases[] = {
      {R"("${{((1+2))*3}}")", R"("${{ (1 + 2) * 3 }}")"},
      {R"("${{1+(2*3)}}")", R"("${{ 1 + 2 * 3 }}")"},
      {R"("${{1-(2-3)}}")", R"("${{ 1 - (2 - 3) }}")"},
      {R"("${{not  TRIGGER['a'].'b c'}}")", R"("${{ !TRIGGER.a['b c'] }}")"},
      {R"("${{1 if(2 if 3 else 4)else 5 if 6 else 7}}")", R"("${{ 1 if (2 if 3 else 4) else 5 if 6 else 7 }}")"},
      {R"("${{ 1 + 2 -> str }}")", R"("${{ str(1 + 2) }}")"},
      {R"("${{ TRIGGER.a[?b=1&c>2|d][*]..x[1:2] }}")",
       R"("${{ TRIGGER.a[?((@.b == 1 & @.c > 2) | @.d)][*]..x[1:2] }}")"},
      {R"("a ${{true}} b")", R"("a ${{ True }} b")"},
      {R"({"k": ["${{ -1 }}", 2.0]})", R"({"k":["${{ -1 }}",2.0]})"},
      {R"("${{ ACTIONS['done'].result.x && ACTIONS.bad.error }}")",
       R"("${{ ACTIONS.done.result.x && ACTIONS.bad.error }}")"},
      {R"("${{ FN.add.map( [1,] ,{'a':1} ) }}")", R"("${{ FN.add.map([1], {'a': 1}) }}")"},
      {R"("${{ 1 not  in [\"it's\"] }}")", R"("${{ 1 not in [\"it's\"] }}")"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.source) {
      std::vector<Fault> faults;
      const std::string once = compile(c.source, faults).print();
      BOOST_TEST(once == c.result);
      BOOST_TEST(compile(once, faults).print() == once);
      BOOST_TEST(faults.empty());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
