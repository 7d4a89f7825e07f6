#include "events/uuid.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace reprise;

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(text_comes_back) {
  const std::string text = "01890a5d-ac96-774b-bcce-b302099a8057";
  BOOST_TEST(to_string(*parse_uuid(text)) == text);
  BOOST_TEST(to_string(*parse_uuid("01890A5D-AC96-774B-BCCE-B302099A8057")) == text);
  BOOST_TEST(parse_uuid("00000000-0000-0000-0000-000000000000")->nil());
  BOOST_TEST((Uuid::from_view(parse_uuid(text)->view()) == *parse_uuid(text)));
}

BOOST_AUTO_TEST_CASE(other_forms_are_refused) {
  for (const auto* text : {"", "01890a5dac96774bbcceb302099a8057", "{01890a5d-ac96-774b-bcce-b302099a8057}",
                           "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80570",
                           "01890a5d-ac96-774b-bcceb-302099a8057", "01890a5g-ac96-774b-bcce-b302099a8057",
                           "01890a5d-ac96-774b-bcce-b302099a805 ", "01890a5d_ac96-774b-bcce-b302099a8057",
                           "urn:uuid:01890a5d-ac96-774b-bcce-b30"}) {
    BOOST_TEST(!parse_uuid(text).has_value(), text);
  }
}

// Ids of runs are made so: they are found again after every restart.
BOOST_AUTO_TEST_CASE(derived_ids_never_change) {
  const Uuid from = *parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  BOOST_TEST(to_string(uuid_derived(from, "child/call/1")) == "0a433fde-f595-4c17-85f5-9e157ebcb545");
  BOOST_TEST((uuid_derived(from, "child/call/1") != uuid_derived(from, "child/call/2")));
}

// RFC 9562, appendix A.
BOOST_AUTO_TEST_CASE(versions_are_as_the_rfc_has_them) {
  const Uuid dns = *parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  BOOST_TEST(to_string(uuid_v5(dns, "www.example.com")) == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  BOOST_TEST(to_string(uuid_v7(from_millis(0x017F22E279B0), 0xCC3, 0x18C4DC0C0C07398F)) ==
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  BOOST_TEST(to_string(uuid_v4(0x919108F752D1F320, 0x5BACF847DB4148A8)) == "919108f7-52d1-4320-9bac-f847db4148a8");
}

BOOST_AUTO_TEST_CASE(a_run_has_a_second_id_of_version_four) {
  for (const std::uint64_t seed : {0ull, 1ull, ~0ull}) {
    const std::string text = to_string(run_uuid(seed));
    BOOST_TEST(text[14] == '4');
    BOOST_TEST((text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b'));
    BOOST_TEST((run_uuid(seed) == run_uuid(seed)));
    BOOST_TEST((run_uuid(seed) != run_uuid(seed + 1)));
  }
}

BOOST_AUTO_TEST_CASE(version_seven_sorts_by_time) {
  BOOST_TEST((uuid_v7(from_millis(1000), ~0ull, ~0ull) < uuid_v7(from_millis(1001), 0, 0)));
  const Uuid id = uuid_v7(from_millis(1771864200123), ~0ull, ~0ull);
  BOOST_TEST(to_string(id) == "019c8b56-13bb-7fff-bfff-ffffffffffff");
}

BOOST_AUTO_TEST_CASE(a_workflow_has_one_uuid_per_workspace) {
  BOOST_TEST(to_string(workflow_uuid("default", "01890A5D-AC96-774B-BCCE-B302099A8057")) ==
             "01890a5d-ac96-774b-bcce-b302099a8057");
  const Uuid one = workflow_uuid("default", "hello");
  BOOST_TEST((one == workflow_uuid("default", "hello")));
  BOOST_TEST((one != workflow_uuid("other", "hello")));
  BOOST_TEST((one != workflow_uuid("default", "hello2")));
  BOOST_TEST(to_string(one) == "e35896d0-47fb-5ec5-b87e-9bef5b97e1b4");
}

BOOST_AUTO_TEST_SUITE_END()
