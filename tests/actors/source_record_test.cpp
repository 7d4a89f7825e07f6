// What a record of a topic becomes: the inputs of a run, an answer, or a refusal that says why.
#include "actors/streams/source_record.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "actors/source_positions.hpp"
#include "actors/streams/source_properties.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::actors;
using events::SourceInputs;

namespace {

kafka::Record record(std::optional<std::string> value) {
  kafka::Record out;
  out.topic = "orders";
  out.partition = 3;
  out.offset = 42;
  out.value = std::move(value);
  return out;
}

std::string inputs(const kafka::Record& of, SourceInputs form) {
  const auto made = inputs_of_record(of, form);
  return made ? made->bytes : "refused: " + made.error().detail;
}

std::string refusal(std::optional<std::string> value) {
  const auto answer = answer_of_record(record(std::move(value)));
  return answer ? "taken" : answer.error().detail;
}

std::string property_refusal(const std::string& properties) {
  const auto checked = check_source_properties(Json{properties});
  return checked ? "allowed" : checked.error().detail;
}

constexpr auto kId = "0190b5a2-7c00-7000-8000-000000000001";

// Rows as the journal writes them.
void write(testing::Rig& rig, storage::RowBatch rows) {
  auto commit = std::make_unique<storage::Commit>();
  commit->generation = rig.journal->generation();
  commit->rows = std::move(rows);
  BOOST_REQUIRE(rig.journal->submit(commit));
  rig.flush();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(source_record)

BOOST_AUTO_TEST_CASE(the_value_is_the_inputs) {
  BOOST_TEST(inputs(record(" {\"a\": 1.50, \"b\":\"\\u00e4\"}\n"), SourceInputs::value) ==
             "{\"a\": 1.50, \"b\":\"\\u00e4\"}");
  BOOST_TEST(inputs(record("[1]"), SourceInputs::value) == "refused: the record's value must be a JSON object");
  BOOST_TEST(inputs(record(std::nullopt), SourceInputs::value) == "refused: the record has no value");
  BOOST_TEST(inputs(record(""), SourceInputs::value).starts_with("refused: the record's value is not JSON: "));
  BOOST_TEST(inputs(record("{\"a\":\"\xff\"}"), SourceInputs::value).starts_with("refused: the record's value is not"));
  BOOST_TEST(inputs(record("{\"a\":1,\"a\":2}"), SourceInputs::value).starts_with("refused: "));
  const std::string large = "{\"a\":\"" + std::string(kMostRecordBytes, 'x') + "\"}";
  BOOST_TEST(inputs(record(large), SourceInputs::value) ==
             "refused: the record's value has 4194312 bytes, at most 4194304 are taken");
  const std::string deep = "{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}";
  BOOST_TEST(inputs(record(deep), SourceInputs::value).starts_with("refused: "));
}

BOOST_AUTO_TEST_CASE(the_whole_record_is_the_inputs) {
  auto of = record("[1, 2]");
  BOOST_TEST(inputs(of, SourceInputs::record) ==
             R"({"topic":"orders","partition":3,"offset":42,"key":null,"headers":{},"timestamp":null,"value":[1, 2]})");
  of.key = "k";
  of.timestamp = from_millis(1'770'000'000'123);
  of.headers = {{"h", "one"}, {"empty", ""}, {"none", std::nullopt}, {"h", "two"}, {"raw", "\xff"}, {"\xff", "lost"}};
  of.value = std::nullopt;
  BOOST_TEST(inputs(of, SourceInputs::record) ==
             R"({"topic":"orders","partition":3,"offset":42,"key":"k","headers":{"empty":"","none":null,"h":"two",)"
             R"("raw":{"base64":"/w=="}},"timestamp":"2026-02-02T02:40:00.123Z","value":null})");
  of.value = "nonsense";
  BOOST_TEST(inputs(of, SourceInputs::record).starts_with("refused: the record's value is not JSON: "));
  BOOST_TEST(place_of(of) == "orders/3/42");
}

BOOST_AUTO_TEST_CASE(bytes_are_base64) {
  std::mt19937_64 random(7);
  for (std::size_t size = 1; size < 40; ++size) {
    auto of = record("1");
    of.key = std::string(size, '\0');
    for (char& c : *of.key) c = static_cast<char>(random());
    (*of.key)[0] = '\xff';  // no UTF-8
    const auto made = inputs_of_record(of, SourceInputs::record);
    BOOST_REQUIRE(made.has_value());
    const auto parsed = parse_json(made->bytes);
    BOOST_REQUIRE(parsed.has_value());
    const auto text = text_of(*find(*find(parsed->root(), "key"), "base64"));
    BOOST_TEST(text.size() == (size + 2) / 3 * 4);
    BOOST_TEST(static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')) == (3 - size % 3) % 3);
  }
}

BOOST_AUTO_TEST_CASE(answers) {
  const auto whole = answer_of_record(record(std::string(R"({"interaction_id":")") + kId + R"(","execution_id":")" +
                                             kId + R"(","data": {"ok": true},"user":"ada"})"));
  BOOST_REQUIRE(whole.has_value());
  BOOST_TEST(to_string(whole->interaction_id) == kId);
  BOOST_TEST((whole->execution_id == whole->interaction_id));
  BOOST_TEST(whole->data.bytes == "{\"ok\": true}");
  BOOST_TEST(whole->user == "ada");
  const auto least = answer_of_record(record(std::string(R"({"interaction_id":")") + kId + R"(","data":null})"));
  BOOST_REQUIRE(least.has_value());
  BOOST_TEST((!least->execution_id && least->user.empty() && least->data.bytes == "null"));
  const std::string id = std::string("\"interaction_id\":\"") + kId + "\"";
  BOOST_TEST(refusal("{" + id + "}") == "data is missing");
  BOOST_TEST(refusal("{\"data\":1}") == "interaction_id must be a UUID");
  BOOST_TEST(refusal("{\"interaction_id\":5,\"data\":1}") == "interaction_id must be a string");
  BOOST_TEST(refusal("{" + id + ",\"data\":1,\"execution_id\":\"x\"}") == "execution_id must be a UUID");
  BOOST_TEST(refusal("{" + id + ",\"data\":1,\"user\":\"" + std::string(300, 'u') + "\"}") ==
             "user must have at most 256 bytes");
  BOOST_TEST(refusal("{" + id + ",\"data\":1,\"groups\":[]}").starts_with("'groups' is not a known member"));
  BOOST_TEST(refusal("[]") == "the record's value must be a JSON object");
  BOOST_TEST(refusal("nonsense").starts_with("the record's value is not JSON: "));
  BOOST_TEST(refusal(std::nullopt) == "the record has no value");
}

BOOST_AUTO_TEST_CASE(properties) {
  BOOST_TEST(property_refusal("{}") == "allowed");
  BOOST_TEST(property_refusal(R"({"security.protocol":"sasl_ssl","sasl.username":"u"})") == "allowed");
  BOOST_TEST(property_refusal(R"({"sasl.password":"${{ SECRETS.kafka.PASSWORD }}"})") == "allowed");
  BOOST_TEST(property_refusal(R"({"sasl.password":"${{SECRETS.kafka.PASSWORD}}"})") == "allowed");
  for (const char* text : {"secret", "", "${{ SECRETS.kafka }}", "x${{ SECRETS.a.B }}", "${{ SECRETS.a.B }}x", "${{}}",
                           "${{ ENV.a.B }}", "${{ SECRETS.a.B.C }}"}) {
    BOOST_TEST(property_refusal(std::string(R"({"sasl.password":")") + text + "\"}")
                   .starts_with("kafka/properties/sasl.password must be a reference"),
               text);
  }
  for (const char* name :
       {"plugin.library.paths", "sasl.kerberos.kinit.cmd", "ssl.ca.location", "ssl.keystore.location", "group.id",
        "bootstrap.servers", "auto.offset.reset", "enable.auto.commit", "debug", "nonsense", "ssl.engine.location",
        "sasl.oauthbearer.config"}) {
    BOOST_TEST(property_refusal(std::string("{\"") + name + "\":\"x\"}").find("is none that a source may set") !=
                   std::string::npos,
               name);
  }
  BOOST_TEST(property_refusal(R"({"client.id":5})") == "kafka/properties/client.id must be a string");
  BOOST_TEST(property_refusal(R"({"security.protocol":"morse"})").starts_with("kafka/properties: "));
  BOOST_TEST(property_refusal(R"({"client.id":"${{ SECRETS.a.B }}"})").find("must not be a template") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(positions_there_and_back) {
  testing::Rig rig;
  const Uuid source = uuid_v4(1, 2), other = uuid_v4(3, 4);
  SourcePositions wanted;
  wanted.next_item = 700;
  wanted.partitions[0] = {12, 10, 1, from_millis(1'770'000'000'123)};
  wanted.partitions[65'536] = {1ull << 60, 1, 0, Time{}};
  storage::RowBatch rows;
  for (const auto& [partition, position] : wanted.partitions) put_source_position(rows, source, 9, partition, position);
  put_source_next_item(rows, source, wanted.next_item);
  put_source_position(rows, other, 9, 1, {99, 0, 0, {}});
  write(rig, rows);
  const auto read = read_source_positions(*rig.store, source, 9);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == wanted));
  // Of another epoch nothing counts but the number of the next item.
  const auto later = read_source_positions(*rig.store, source, 10);
  BOOST_REQUIRE(later.has_value());
  BOOST_TEST((later->partitions.empty() && later->next_item == 700u));
  storage::RowBatch gone;
  BOOST_REQUIRE(delete_source_positions(*rig.store, gone, source).has_value());
  write(rig, gone);
  const auto left = read_source_positions(*rig.store, source, 9);
  BOOST_REQUIRE(left.has_value());
  BOOST_TEST((left->partitions.empty() && left->next_item == 700u));
  BOOST_TEST(read_source_positions(*rig.store, other, 9)->partitions.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
