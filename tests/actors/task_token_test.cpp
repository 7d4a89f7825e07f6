#include "actors/task_token.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using namespace reprise::actors;

BOOST_AUTO_TEST_SUITE(task_tokens)

BOOST_AUTO_TEST_CASE(come_back_as_they_were) {
  const TokenSigner signer(std::string(32, 'k'));
  const TaskToken token{uuid_v4(1, 2), 70'000, 3, 4'000'000'000u};
  std::string text;
  signer.append(text, token);
  const auto back = signer.parse(text);
  BOOST_REQUIRE(back);
  BOOST_TEST((back->id == token.id));
  BOOST_TEST(back->task == token.task);
  BOOST_TEST(back->attempt == token.attempt);
  BOOST_TEST(back->delivery == token.delivery);
}

BOOST_AUTO_TEST_CASE(no_change_goes_unnoticed) {
  const TokenSigner signer(std::string(32, 'k'));
  std::string text;
  signer.append(text, {uuid_v4(1, 2), 1, 1, 1});
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!signer.parse(changed));
  }
  BOOST_TEST(!signer.parse(""));
  BOOST_TEST(!signer.parse(text + "A"));
  BOOST_TEST(!signer.parse(std::string(48, '!')));
}

BOOST_AUTO_TEST_CASE(another_store_does_not_take_them) {
  std::string text;
  TokenSigner(std::string(32, 'a')).append(text, {uuid_v4(1, 2), 1, 1, 1});
  BOOST_TEST(!TokenSigner(std::string(32, 'b')).parse(text));
}

BOOST_AUTO_TEST_SUITE_END()
