#include "cli/console.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise::cli;

BOOST_AUTO_TEST_SUITE(console)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell) {
  Table table({"ID", "WHAT"});
  table.add({{"1"}, {"first"}});
  table.add({{"größer"}, {""}});
  BOOST_TEST(table.text(Console{}) ==
             "ID      WHAT\n"
             "1       first\n"
             "größer\n");
}

BOOST_AUTO_TEST_CASE(the_last_column_is_cut_at_the_terminal_and_coloured_there_only) {
  Table table({"A", "TEXT"});
  table.add({{"1", Colour::red}, {"abcdefghijklmnop"}});
  BOOST_TEST(table.text(Console{true, false, 13}).ends_with("1  abcdefghi…\n"));
  BOOST_TEST(table.text(Console{true, true, 80}).find("\x1b[31m1\x1b[0m") != std::string::npos);
  BOOST_TEST(table.text(Console{true, false, 80}).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_would_steer_a_terminal_is_taken_out) {
  BOOST_TEST(printable("a\x1b[31mb\r\nc\x7f") == "a [31mb  c ");
  BOOST_TEST(printable("\xC2\x9B"
                       "2J ü") == "  2J ü");
}

BOOST_AUTO_TEST_CASE(durations_read_well) {
  BOOST_TEST(duration_text(-5) == "0 ms");
  BOOST_TEST(duration_text(999) == "999 ms");
  BOOST_TEST(duration_text(2'400) == "2.4 s");
  BOOST_TEST(duration_text(185'000) == "3m05s");
  BOOST_TEST(duration_text(7'800'000) == "2h10m");
}

BOOST_AUTO_TEST_SUITE_END()
