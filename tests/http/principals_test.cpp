// The principals file: tokens are given once, only their digests stay, and what the file says holds within a second.
#include "http/principals.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "fresh_file.hpp"

using namespace reprise;
using namespace reprise::http;
using reprise::testing::FreshFile;

BOOST_AUTO_TEST_SUITE(principals)

namespace {

// A time so far ahead that refresh() looks at the file again.
std::chrono::steady_clock::time_point later(int seconds) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_is_given_once_and_only_its_digest_is_kept) {
  const FreshFile file;
  const auto token = create_token(file.name(), "ada", "lab", {"operator", "viewer"}, "laptop", {"ops", "leads"});
  BOOST_REQUIRE(token.has_value());
  BOOST_TEST(token->size() == 47u);
  BOOST_TEST(token->starts_with("rpr_"));
  BOOST_TEST(token->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string::npos);
  BOOST_TEST(file.read().find(token->substr(4)) == std::string::npos);

  struct stat info {};
  BOOST_REQUIRE(::stat(file.name().c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600);

  const Principals principals(file.name());
  BOOST_TEST(!principals.open());
  const auto caller = principals.find(*token);
  BOOST_REQUIRE(caller);
  BOOST_TEST(caller->principal.user == "ada");
  BOOST_TEST(caller->principal.workspace == "lab");
  BOOST_TEST(names(caller->roles) == "operator, viewer");
  BOOST_TEST(caller->groups == (std::vector<std::string>{"ops", "leads"}), boost::test_tools::per_element());
  BOOST_TEST(!principals.find(*token + "x"));
  BOOST_TEST(!principals.find(token->substr(0, 46)));
  BOOST_TEST(!principals.find(""));
}

BOOST_AUTO_TEST_CASE(a_second_token_leaves_the_first) {
  const FreshFile file;
  const auto first = create_token(file.name(), "ada", "lab", {});
  const auto second = create_token(file.name(), "bob", "", {"worker"});
  BOOST_REQUIRE(first.has_value());
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(*first != *second);
  const Principals principals(file.name());
  BOOST_REQUIRE(principals.find(*first));
  BOOST_TEST(names(principals.find(*first)->roles) == "admin");
  BOOST_REQUIRE(principals.find(*second));
  BOOST_TEST(principals.find(*second)->principal.workspace == "default");
}

BOOST_AUTO_TEST_CASE(tokens_made_at_once_are_all_there) {
  const FreshFile file;
  constexpr int kThreads = 8;
  std::vector<std::string> tokens(kThreads);
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        tokens[static_cast<std::size_t>(i)] = create_token(file.name(), "u" + std::to_string(i), "w", {}).value_or("");
      });
    }
  }
  const Principals principals(file.name());
  for (int i = 0; i < kThreads; ++i) {
    const auto caller = principals.find(tokens[static_cast<std::size_t>(i)]);
    BOOST_REQUIRE(caller);
    BOOST_TEST(caller->principal.user == "u" + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_role_makes_no_token) {
  const FreshFile file;
  const auto token = create_token(file.name(), "ada", "lab", {"root"});
  BOOST_REQUIRE(!token);
  BOOST_TEST((token.error().code == errc::invalid));
  BOOST_TEST(token.error().detail.find("'root'") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(file.name()));
}

BOOST_AUTO_TEST_CASE(no_file_or_no_entries_is_open) {
  BOOST_TEST(Principals("").open());
  const FreshFile file;
  BOOST_TEST(Principals(file.name()).open());
  file.write("[]");
  BOOST_TEST(Principals(file.name()).open());
}

BOOST_AUTO_TEST_CASE(changes_of_the_file_hold_after_a_second) {
  const FreshFile file;
  Principals principals(file.name());
  BOOST_TEST(principals.open());
  principals.refresh(later(0));
  const auto token = create_token(file.name(), "ada", "lab", {});
  BOOST_REQUIRE(token.has_value());
  principals.refresh(later(5));
  BOOST_TEST(!principals.open());
  BOOST_TEST(principals.find(*token) != nullptr);

  file.write("[]");
  principals.refresh(later(10));
  BOOST_TEST(!principals.find(*token));
  BOOST_TEST(!principals.open(), "a server that had principals must not open up when they go");
  std::filesystem::remove(file.name());
  principals.refresh(later(15));
  BOOST_TEST(!principals.open());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_lets_nobody_in_or_changes_nothing) {
  const FreshFile file;
  file.write("[{\"user\": \"ada\"}]");
  Principals refused(file.name());
  BOOST_TEST(!refused.open());
  BOOST_REQUIRE(refused.error().has_value());
  BOOST_TEST(refused.error()->detail.find("token_sha256") != std::string::npos);

  std::filesystem::remove(file.name());
  const auto token = create_token(file.name(), "ada", "lab", {});
  BOOST_REQUIRE(token.has_value());
  Principals principals(file.name());
  file.write("[{");
  principals.refresh(later(5));
  BOOST_TEST(principals.error().has_value());
  BOOST_TEST(principals.find(*token) != nullptr);
}

BOOST_AUTO_TEST_CASE(the_log_has_when_the_file_became_unusable_and_when_it_is_usable_again) {
  const FreshFile file;
  BOOST_REQUIRE(create_token(file.name(), "ada", "lab", {}).has_value());
  const std::string good = file.read();
  std::vector<std::string> log;
  Principals principals(file.name(), [&](Severity severity, std::string_view line) {
    log.push_back((severity == Severity::error ? "error: " : "info: ") + std::string(line));
  });
  file.write("[{\"user\": \"ada\"}]");
  principals.refresh(later(5));
  file.write("[{");
  principals.refresh(later(10));
  file.write(good);
  principals.refresh(later(15));
  file.write(good + "\n");
  principals.refresh(later(20));
  std::filesystem::remove(file.name());
  principals.refresh(later(25));
  const std::vector<std::string> expected{
      "error: the principals file " + file.name() +
          " cannot be used: token_sha256 is missing (at /0); those it named before stay known",
      "info: the principals file " + file.name() + " can be used again",
      "error: the principals file " + file.name() + " has no principals any more: nobody is let in",
  };
  BOOST_TEST(log == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_fault_of_an_entry_is_named) {
  const std::string digest = "\"token_sha256\": \"" + std::string(64, 'a') + "\"";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{}", "list"},
      {"[1]", "object"},
      {"[{}]", "token_sha256"},
      {"[{\"token_sha256\": \"abc\"}]", "64"},
      {"[{" + digest + ", \"roles\": \"admin\"}]", "roles"},
      {"[{" + digest + ", \"roles\": [\"king\"]}]", "admin, operator"},
      {"[{" + digest + ", \"user\": 1}]", "user"},
      {"[{" + digest + ", \"created_at\": \"soon\"}]", "RFC 3339"},
      {"[{" + digest + ", \"workspace\": \"\"}]", "workspace"},
      {"[{" + digest + ", \"shoe_size\": \"44\"}]", "shoe_size"},
  };
  for (const auto& [text, named] : cases) {
    const FreshFile file;
    file.write(text);
    const auto entries = read_principals(file.name());
    BOOST_REQUIRE_MESSAGE(!entries, text);
    BOOST_TEST(entries.error().detail.find(named) != std::string::npos, text << ": " << entries.error().detail);
  }
}

BOOST_AUTO_TEST_CASE(an_entry_without_roles_may_do_nothing) {
  const FreshFile file;
  file.write("[{\"token_sha256\": \"" + std::string(64, '0') + "\", \"user\": \"ada\"}]");
  const auto entries = read_principals(file.name());
  BOOST_REQUIRE(entries.has_value());
  BOOST_REQUIRE(entries->size() == 1u);
  BOOST_TEST(entries->front().roles == 0);
}

BOOST_AUTO_TEST_SUITE_END()
