// The webhooks file: secrets are shown once, rotate with grace, and an unknown workflow looks like a wrong secret.
#include "http/webhook_secrets.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "fresh_file.hpp"
#include "http/printed_ids.hpp"
#include "http/secret_file.hpp"

using namespace reprise;
using namespace reprise::http;
using reprise::testing::FreshFile;

namespace {

const Time kNow = from_millis(1'800'000'000'000);

std::string found(const WebhookSecrets& secrets, std::string_view workflow, std::string_view secret, Time now = kNow) {
  const auto webhook = secrets.find(workflow, secret, now);
  return webhook ? webhook->workspace + "/" + webhook->workflow_id : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_secrets)

BOOST_AUTO_TEST_CASE(a_secret_is_given_once_and_only_its_digest_is_kept) {
  const FreshFile file;
  const auto secret = create_webhook_secret(file.name(), "acme", "orders", "shop", kNow);
  BOOST_REQUIRE(secret.has_value());
  BOOST_TEST(secret->starts_with("whk_"));
  BOOST_TEST(secret->size() == 47u);
  BOOST_TEST(file.read().find(secret->substr(4)) == std::string::npos);
  struct stat info {};
  BOOST_REQUIRE(::stat(file.name().c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600);

  const WebhookSecrets secrets(file.name());
  const Uuid id = workflow_uuid("acme", "orders");
  std::string printed;
  append_workflow_id(printed, id);
  for (const std::string& name : {std::string("orders"), to_string(id), printed}) {
    BOOST_TEST(found(secrets, name, *secret) == "acme/orders");
    BOOST_TEST(found(secrets, name, *secret + "x") == "none");
    BOOST_TEST(found(secrets, name, "") == "none");
  }
  BOOST_TEST(found(secrets, "other", *secret) == "none");
  BOOST_TEST(found(secrets, to_string(workflow_uuid("default", "orders")), *secret) == "none");
  BOOST_TEST((create_webhook_secret(file.name(), "acme", "orders", "", kNow).error().code == errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(one_name_in_two_workspaces) {
  const FreshFile file;
  const auto acme = create_webhook_secret(file.name(), "acme", "orders", "", kNow);
  const auto lab = create_webhook_secret(file.name(), "lab", "orders", "", kNow);
  BOOST_REQUIRE(acme && lab);
  const WebhookSecrets secrets(file.name());
  BOOST_TEST(found(secrets, "orders", *acme) == "acme/orders");
  BOOST_TEST(found(secrets, "orders", *lab) == "lab/orders");
  BOOST_TEST(found(secrets, to_string(workflow_uuid("lab", "orders")), *acme) == "none");
}

BOOST_AUTO_TEST_CASE(rotation_keeps_the_old_one_for_a_while) {
  const FreshFile file;
  using std::chrono::seconds;
  BOOST_TEST((rotate_webhook_secret(file.name(), "acme", "orders", seconds(60), kNow).error().code == errc::not_found));
  const auto first = create_webhook_secret(file.name(), "acme", "orders", "shop", kNow);
  const auto second = rotate_webhook_secret(file.name(), "acme", "orders", seconds(60), kNow);
  BOOST_REQUIRE(first && second);
  WebhookSecrets secrets(file.name());
  BOOST_TEST(found(secrets, "orders", *first, kNow + seconds(59)) == "acme/orders");
  BOOST_TEST(found(secrets, "orders", *first, kNow + seconds(60)) == "none");
  BOOST_TEST(found(secrets, "orders", *second, kNow + seconds(600)) == "acme/orders");
  // A grace that runs is not made longer by the next rotation, nor does one of nothing leave anything.
  const auto third = rotate_webhook_secret(file.name(), "acme", "orders", Duration(0), kNow + seconds(10));
  BOOST_REQUIRE(third.has_value());
  const auto entries = read_webhook_secrets(file.name());
  BOOST_REQUIRE(entries.has_value());
  BOOST_TEST(entries->size() == 2u);
  BOOST_TEST(entries->back().name == "shop");
  secrets.refresh(std::chrono::steady_clock::now() + seconds(5));
  BOOST_TEST(found(secrets, "orders", *first, kNow + seconds(11)) == "acme/orders");
  BOOST_TEST(found(secrets, "orders", *second, kNow + seconds(11)) == "none");
  BOOST_TEST(found(secrets, "orders", *third, kNow + seconds(11)) == "acme/orders");
  BOOST_TEST(delete_webhook_secrets(file.name(), "acme", "orders", kNow + seconds(11)).value_or(0) == 2u);
  BOOST_TEST((delete_webhook_secrets(file.name(), "acme", "orders", kNow).error().code == errc::not_found));
  secrets.refresh(std::chrono::steady_clock::now() + seconds(10));
  BOOST_TEST(found(secrets, "orders", *third, kNow + seconds(11)) == "none");
}

BOOST_AUTO_TEST_CASE(a_damaged_file_lets_nobody_in_and_leaves_what_was_read) {
  const FreshFile file;
  for (const char* bad : {"", "{}", "[1]", R"([{"workflow_id":"a"}])", R"([{"secret_sha256":"00"}])",
                          R"([{"secret_sha256":"","x":"y"}])", "[{]"}) {
    file.write(bad);
    const WebhookSecrets secrets(file.name());
    BOOST_TEST(found(secrets, "a", "whk_x") == "none");
    BOOST_TEST_CONTEXT(bad) { BOOST_TEST(!read_webhook_secrets(file.name()).has_value()); }
    BOOST_TEST(!create_webhook_secret(file.name(), "default", "a", "", kNow).has_value());
    BOOST_TEST(file.read() == bad);
  }
  file.write("[]");
  const auto secret = create_webhook_secret(file.name(), "default", "a", "", kNow);
  BOOST_REQUIRE(secret.has_value());
  WebhookSecrets secrets(file.name());
  file.write("[{");
  secrets.refresh(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  BOOST_TEST(found(secrets, "a", *secret) == "default/a");
  BOOST_TEST(found(WebhookSecrets(""), "a", *secret) == "none");
}

BOOST_AUTO_TEST_CASE(a_file_that_another_may_not_read_any_more_is_read_again) {
  const FreshFile file;
  file.write("[]");
  int read = 0;
  FileWatch watch(file.name());
  watch.first([&] { ++read; });
  const auto later = [](int seconds) { return std::chrono::steady_clock::now() + std::chrono::seconds(seconds); };
  watch.refresh(later(5), [&] { ++read; });
  BOOST_TEST(read == 1);
  // For kernels whose file times are as coarse as their ticks.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  BOOST_REQUIRE(::chmod(file.name().c_str(), 0) == 0);
  watch.refresh(later(10), [&] { ++read; });
  BOOST_TEST(read == 2);
}

BOOST_AUTO_TEST_CASE(the_log_has_when_the_file_became_unusable_and_when_it_is_usable_again) {
  const FreshFile file;
  std::vector<std::string> log;
  const ServerLog to_log = [&](Severity severity, std::string_view line) {
    log.push_back((severity == Severity::error ? "error: " : "info: ") + std::string(line));
  };
  file.write("{}");
  WebhookSecrets secrets(file.name(), to_log);
  file.write("[]");
  secrets.refresh(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  file.write("[1]");
  secrets.refresh(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  const std::string name = "the webhooks file " + file.name();
  const std::vector<std::string> expected{
      "error: " + name + " cannot be used: The webhooks file must hold a list of entries; there are no webhooks",
      "info: " + name + " can be used again",
      "error: " + name +
          " cannot be used: Each entry of the webhooks file must be an object (at /0); the webhooks it named before "
          "stay known",
  };
  BOOST_TEST(log == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
