// A variable that looks like a setting and is none is named, with the setting that was probably meant.
#include "cli/unknown_variables.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise::cli;

BOOST_AUTO_TEST_SUITE(unknown_variable)

BOOST_AUTO_TEST_CASE(each_is_named_with_the_nearest_setting) {
  const std::vector<std::string> expected{
      "REPRISE_ is no setting; `reprise config --json` lists them all",
      "REPRISE_KAFKA_BROKER is no setting; did you mean REPRISE_KAFKA_BROKERS?",
      "REPRISE_MAX_LIFE is no setting; did you mean REPRISE_MAX_LIVE?",
      "REPRISE_SHOE_SIZE is no setting; `reprise config --json` lists them all",
      "REPRISE_data is no setting; `reprise config --json` lists them all",
  };
  BOOST_TEST(unknown_variables({"REPRISE_SHOE_SIZE", "REPRISE_MAX_LIFE", "REPRISE_KAFKA_BROKER", "PATH", "REPRISE_data",
                                "REPRISE_", "REPRISE"},
                               {}) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_means_something_is_not) {
  std::vector<std::string> variables{"REPRISE_CONFIG", "REPRISE_SERVER", "REPRISE_TOKEN", "REPRISE_BINARY",
                                     "REPRISE_STEPS_SINCE"};
  for (const Setting& setting : settings_table()) variables.push_back(setting.environment());
  BOOST_TEST(unknown_variables(variables, {}).empty());

  Settings settings;
  BOOST_TEST(unknown_variables({"REPRISE_SECRET_mail__KEY"}, settings).size() == 1u);
  settings.secrets_environment_prefix = "REPRISE_SECRET_";
  BOOST_TEST(unknown_variables({"REPRISE_SECRET_mail__KEY"}, settings).empty());
}

BOOST_AUTO_TEST_SUITE_END()
