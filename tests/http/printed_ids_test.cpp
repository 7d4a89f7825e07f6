// The ids of /workflow-executions.
#include "http/printed_ids.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "events/base62.hpp"

using namespace reprise;
using namespace reprise::http;

BOOST_AUTO_TEST_SUITE(printed_ids)

namespace {

constexpr std::uint64_t kSeed = 20'260'203;

std::string base62(const Uuid& id) {
  std::string out;
  append_base62(out, id);
  return out;
}
Uuid uuid(std::string_view text) { return parse_uuid(text).value(); }

Uuid any_uuid(std::mt19937_64& random) {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
  // Small numbers and zeros in front are the places where digits get lost.
  const std::size_t zeros = random() % 17;
  for (std::size_t i = 0; random() % 2 == 0 && i < zeros; ++i) id.bytes[i] = 0;
  return id;
}

}  // namespace

BOOST_AUTO_TEST_CASE(known_numbers) {
  BOOST_TEST(base62(Uuid{}) == "0");
  BOOST_TEST(base62(uuid("00000000-0000-0000-0000-00000000000a")) == "a");
  BOOST_TEST(base62(uuid("00000000-0000-0000-0000-000000000024")) == "A");
  BOOST_TEST(base62(uuid("00000000-0000-0000-0000-00000000003d")) == "Z");
  BOOST_TEST(base62(uuid("00000000-0000-0000-0000-00000000003e")) == "10");
  BOOST_TEST(base62(uuid("ffffffff-ffff-ffff-ffff-ffffffffffff")) == "7N42dgm5tFLK9N8MT7fHC7");
}

BOOST_AUTO_TEST_CASE(every_uuid_comes_back) {
  BOOST_TEST_MESSAGE("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const Uuid id = any_uuid(random);
    const std::string text = base62(id);
    BOOST_TEST_REQUIRE((parse_base62(text) == id), to_string(id));
    BOOST_TEST_REQUIRE(text.size() <= kMostBase62);
    BOOST_TEST_REQUIRE((text.size() == 1 || text.front() != '0'), text);
    BOOST_TEST_REQUIRE((parse_base62(std::string(kMostBase62 - text.size(), '0') + text) == id));
  }
}

BOOST_AUTO_TEST_CASE(order_is_kept_among_texts_of_one_length) {
  std::mt19937_64 random(kSeed + 1);
  // 0-9 a-z A-Z is not the order of ASCII: compared digit by digit.
  const auto rank = [](const std::string& text) {
    std::string ranks;
    for (const char c : text) {
      ranks += static_cast<char>(c <= '9' ? c - '0' : c >= 'a' ? c - 'a' + 10 : c - 'A' + 36);
    }
    return ranks;
  };
  for (int i = 0; i < 5'000; ++i) {
    const Uuid a = any_uuid(random), b = any_uuid(random);
    const std::string x = base62(a), y = base62(b);
    if (x.size() == y.size()) {
      BOOST_TEST_REQUIRE((rank(x) < rank(y)) == (a < b));
    } else {
      BOOST_TEST_REQUIRE((x.size() < y.size()) == (a < b));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_refused) {
  for (const char* text : {"", "-1", "a b", "a_b", "ä", "7N42dgm5tFLK9N8MT7fHC8", "ZZZZZZZZZZZZZZZZZZZZZZ",
                           "00000000000000000000000", "1/"}) {
    BOOST_TEST(!parse_base62(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(random_text_is_read_or_refused) {
  std::mt19937_64 random(kSeed + 2);
  constexpr std::string_view alphabet = "wf_exec/%250123456789aAzZ-F2 ";
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = random() % 2 == 0 ? "wf_" : "";
    const std::size_t size = random() % 40;
    for (std::size_t at = 0; at < size; ++at) text += alphabet[random() % alphabet.size()];
    if (random() % 2 == 0) text += "/exec_1";
    const auto name = parse_run_name(text);
    if (!name) continue;
    ++read;
    std::string again;
    append_run_id(again, name->workflow.value(), name->id);
    const auto same = parse_run_name(again);
    BOOST_TEST_REQUIRE(same.has_value());
    BOOST_TEST_REQUIRE((same->id == name->id && same->workflow == name->workflow), text);
  }
  BOOST_TEST(read > 100);
}

BOOST_AUTO_TEST_CASE(a_run_in_all_its_forms) {
  const Uuid workflow = uuid("e35896d0-47fb-5ec5-b87e-9bef5b97e1b4");
  const ExecutionId execution = uuid("019c8b56-13bb-7fff-bfff-ffffffffffff");
  std::string id;
  append_run_id(id, workflow, execution);
  const std::size_t slash = id.find('/');
  BOOST_TEST(id.substr(0, 3) == "wf_");
  BOOST_TEST(id.substr(slash, 6) == "/exec_");
  for (const char* between : {"/", "%2F", "%2f", "%252F", "%252f", "%25252F"}) {
    const auto name = parse_run_name(id.substr(0, slash) + between + id.substr(slash + 1));
    BOOST_REQUIRE_MESSAGE(name.has_value(), between);
    BOOST_TEST((name->id == execution));
    BOOST_TEST((name->workflow == workflow));
  }
  const auto plain = parse_run_name("019c8b56-13bb-7fff-bfff-ffffffffffff");
  BOOST_REQUIRE(plain.has_value());
  BOOST_TEST((plain->id == execution));
  BOOST_TEST(!plain->workflow.has_value());

  const std::string long_text = id.substr(0, slash) + "/" + std::string(500, '0');
  for (const std::string& text :
       {std::string(), std::string("/"), id.substr(0, slash), id.substr(slash + 1),
        id.substr(0, slash) + "//" + id.substr(slash + 1), id + "/", id.substr(0, slash) + "%2G" + id.substr(slash + 1),
        id.substr(0, slash) + ":" + id.substr(slash + 1), std::string("wf_1/wf_1"), std::string("exec_1/wf_1"),
        std::string("wf_/exec_"), long_text}) {
    BOOST_TEST(!parse_run_name(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_workflow_by_its_printed_id_or_uuid) {
  const Uuid workflow = workflow_uuid("default", "hello");
  std::string id;
  append_workflow_id(id, workflow);
  BOOST_TEST((parse_workflow_uuid(id) == workflow));
  BOOST_TEST((parse_workflow_uuid(to_string(workflow)) == workflow));
  for (const char* text : {"", "hello", "wf_", "wf_hello-world", "WF_1"}) {
    BOOST_TEST(!parse_workflow_uuid(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(people_have_uuids_of_version_four) {
  const auto version = [](const Uuid& id) { return id.bytes[6] >> 4; };
  BOOST_TEST(version(workspace_uuid("default")) == 4);
  BOOST_TEST(version(user_uuid("default", "alice")) == 4);
  BOOST_TEST((user_uuid("default", "alice").bytes[8] & 0xC0) == 0x80);
  BOOST_TEST((workspace_uuid("default") == workspace_uuid("default")));
  BOOST_TEST((workspace_uuid("default") != workspace_uuid("other")));
  BOOST_TEST((user_uuid("default", "alice") != user_uuid("other", "alice")));
  BOOST_TEST((user_uuid("default", "alice") != user_uuid("default", "bob")));
  BOOST_TEST(to_string(user_uuid("default", "3c90c3cc-0d44-4b50-8888-8dd25736052a")) ==
             "3c90c3cc-0d44-4b50-8888-8dd25736052a");
}

BOOST_AUTO_TEST_SUITE_END()
