// Where settings come from, and which wrong ones are refused with a sentence that names the place.
#include "cli/settings.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/kafka_settings.hpp"

using namespace reprise;
using namespace reprise::cli;

namespace {

class SettingsFile {
 public:
  explicit SettingsFile(const std::string& text)
      : path_((std::filesystem::temp_directory_path() / ("reprise-settings-" + std::to_string(::getpid()) + ".toml"))
                  .string()) {
    std::ofstream(path_) << text;
  }
  ~SettingsFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

Source source_of(const Effective& effective, std::string_view name) {
  return effective.sources[static_cast<std::size_t>(find_setting(name) - settings_table().data())];
}

std::string refusal(const Given& given, const Environment& environment) {
  const auto effective = resolve(given, environment);
  BOOST_REQUIRE(!effective);
  BOOST_TEST((effective.error().code == errc::invalid));
  return effective.error().detail;
}

std::string file_refusal(const std::string& text) {
  const SettingsFile file(text);
  std::string sentence = refusal({{}, file.path()}, environment_of({}));
  BOOST_TEST(sentence.starts_with(file.path() + ":"));
  return sentence.substr(file.path().size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(without_anything_given_the_defaults_hold) {
  const auto effective = resolve({}, environment_of({}));
  BOOST_REQUIRE(effective);
  BOOST_TEST(effective->values.listen == "127.0.0.1:8080");
  BOOST_TEST(effective->values.rate_limits == false);
  for (const Source source : effective->sources) BOOST_TEST((source == Source::fallback));
}

BOOST_AUTO_TEST_CASE(flag_beats_environment_beats_file_beats_default) {
  const SettingsFile file("data = \"from-file\"\npartitions = 2\nmax_live = 100\n");
  const Given given{{{"data", "from-flag"}}, file.path()};
  const auto effective = resolve(given, environment_of({{"REPRISE_DATA", "from-env"}, {"REPRISE_PARTITIONS", "4"}}));
  BOOST_REQUIRE(effective);
  BOOST_TEST(effective->values.data == "from-flag");
  BOOST_TEST(effective->values.partitions == 4u);
  BOOST_TEST(effective->values.max_live == 100u);
  BOOST_TEST(effective->values.loops == 1u);
  BOOST_TEST((source_of(*effective, "data") == Source::flag));
  BOOST_TEST((source_of(*effective, "partitions") == Source::environment));
  BOOST_TEST((source_of(*effective, "max_live") == Source::file));
  BOOST_TEST((source_of(*effective, "loops") == Source::fallback));
}

BOOST_AUTO_TEST_CASE(the_environment_names_the_file_and_the_flag_beats_it) {
  const SettingsFile file("partitions = 3\n");
  const auto effective = resolve({}, environment_of({{"REPRISE_CONFIG", file.path()}}));
  BOOST_REQUIRE(effective);
  BOOST_TEST(effective->values.partitions == 3u);
  BOOST_TEST(resolve({{}, file.path()}, environment_of({{"REPRISE_CONFIG", "/does/not/exist"}})).has_value());
}

BOOST_AUTO_TEST_CASE(lists_come_from_text_and_from_toml) {
  const SettingsFile file("outbound_allowed_hosts = [\"a:1\", \"b\"]\n");
  const auto from_file = resolve({{}, file.path()}, environment_of({}));
  const auto from_text = resolve({}, environment_of({{"REPRISE_OUTBOUND_ALLOWED_HOSTS", "a:1, b"}}));
  const std::vector<std::string> expected{"a:1", "b"};
  BOOST_REQUIRE(from_file && from_text);
  BOOST_TEST(from_file->values.outbound_allowed_hosts == expected, boost::test_tools::per_element());
  BOOST_TEST(from_text->values.outbound_allowed_hosts == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_faulty_file_is_refused_with_its_line) {
  BOOST_TEST(file_refusal("data = \"x\"\nprotocol = 1\n").starts_with(":2: unknown setting \"protocol\""));
  BOOST_TEST(file_refusal("\n\npartitions = \"many\"\n") == ":3: partitions must be a whole number");
  BOOST_TEST(file_refusal("rate_limits = 1\n") == ":1: rate_limits must be true or false");
  BOOST_TEST(file_refusal("outbound_allowed_hosts = [1]\n") == ":1: outbound_allowed_hosts must be a list of strings");
  BOOST_TEST(file_refusal("partitions = 0\n") == ":1: partitions must be a whole number from 1 to 1024, not \"0\"");
  BOOST_TEST(file_refusal("data = \"x\"\ndata = \n").starts_with(":2: "));
  BOOST_TEST(refusal({{}, "/does/not/exist.toml"}, environment_of({})) ==
             "cannot read the configuration file /does/not/exist.toml");
}

BOOST_AUTO_TEST_CASE(wrong_values_are_refused_by_the_name_they_were_given_under) {
  BOOST_TEST(refusal({{{"loops", "none"}}, {}}, environment_of({})) ==
             "--loops must be a whole number from 1 to 64, not \"none\"");
  BOOST_TEST(refusal({}, environment_of({{"REPRISE_RATE_LIMITS", "maybe"}})) ==
             "REPRISE_RATE_LIMITS must be true or false, not \"maybe\"");
  BOOST_TEST(refusal({{{"log_level", "loud"}}, {}}, environment_of({})).starts_with("--log-level must be trace"));
  BOOST_TEST(
      refusal({{{"listen", "everywhere"}}, {}}, environment_of({})).starts_with("--listen must be ADDRESS:PORT"));
  BOOST_TEST(refusal({{{"data", ""}}, {}}, environment_of({})) == "--data must not be empty");
  BOOST_TEST(refusal({{{"partitions", "-1"}}, {}}, environment_of({})).starts_with("--partitions must be"));
  BOOST_TEST(
      refusal({{{"partitions", "99999999999999999999"}}, {}}, environment_of({})).starts_with("--partitions must"));
}

BOOST_AUTO_TEST_CASE(every_setting_has_a_name_of_its_own_and_a_default_that_it_accepts) {
  std::set<std::string> flags;
  for (const Setting& setting : settings_table()) {
    BOOST_TEST(flags.insert(setting.flag()).second);
    BOOST_TEST(!setting.description.empty());
    const std::string text = std::string(setting.name) + " = " + toml_text(Settings{}, setting);
    const SettingsFile file(text + "\n");
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(resolve({{}, file.path()}, environment_of({})).has_value()); }
  }
  BOOST_TEST(find_setting("max_live")->flag() == "--max-live");
  BOOST_TEST(find_setting("max_live")->environment() == "REPRISE_MAX_LIVE");
}

BOOST_AUTO_TEST_CASE(secret_properties_of_kafka_are_neither_printed_nor_in_refusals) {
  const Given given{{{"kafka_property", "sasl.username=ada, sasl.password=word"}}, ""};
  const auto effective = resolve(given, environment_of({}));
  BOOST_REQUIRE(effective);
  BOOST_TEST(effective->values.kafka_property == (std::vector<std::string>{"sasl.username=ada", "sasl.password=word"}),
             boost::test_tools::per_element());
  BOOST_TEST(toml_text(effective->values, *find_setting("kafka_property")) ==
             "[\"sasl.username=ada\", \"sasl.password=********\"]");
  const std::string sentence = refusal({{{"kafka_property", "sasl.password=wo,rd"}}, ""}, environment_of({}));
  BOOST_TEST(sentence.find("must be key=value") != std::string::npos);
  BOOST_TEST(sentence.find("sasl.password=wo") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(properties_of_kafka_come_from_the_file_and_then_from_the_list) {
  const SettingsFile file("# of the broker\n\n sasl.password = a,b=c \r\nlinger.ms=5\n");
  Settings settings;
  settings.kafka_properties = file.path();
  settings.kafka_property = {"linger.ms=7"};
  const auto properties = kafka_properties(settings);
  BOOST_REQUIRE(properties);
  const kafka::Properties expected{{"sasl.password", "a,b=c"}, {"linger.ms", "5"}, {"linger.ms", "7"}};
  BOOST_TEST((*properties == expected));

  const SettingsFile broken("linger.ms=5\nno equals\n");
  settings.kafka_properties = broken.path();
  const auto refused = kafka_properties(settings);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().detail.starts_with(broken.path() + ":2: must be key=value"));
}

BOOST_AUTO_TEST_CASE(names_of_topics_are_kafkas) {
  for (const std::string_view good : {"reprise.events", "A_b-9", ""}) BOOST_TEST(check_kafka_topic(good).has_value());
  for (const std::string_view bad : {"a b", "a/b", ".", "..", "\xc3\xa4"})
    BOOST_TEST(!check_kafka_topic(bad).has_value());
  BOOST_TEST(!check_kafka_topic(std::string(250, 'a')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
