// Webhooks out: signatures, secrets, when to try again, where they may go, and what is stored of them.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

#include "actors/delivery_rows.hpp"
#include "actors/outbound.hpp"
#include "actors/streams/webhook_backoff.hpp"
#include "actors/streams/webhook_index.hpp"
#include "actors/streams/webhook_signature.hpp"
#include "actors/streams/webhook_subscriber.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using namespace reprise::actors;
using namespace reprise::actors::streams;

namespace {

std::string bytes_of(std::string_view text) { return parse_signing_secret(text).value(); }

std::shared_ptr<const WebhookMessage> message(std::string body) {
  auto out = std::make_shared<WebhookMessage>();
  out->body = std::move(body);
  return out;
}

WebhookSubscriber subscriber() {
  projections::SubscriptionRow row;
  row.workspace = "acme";
  row.put.name = "hook";
  row.epoch = 3;
  return WebhookSubscriber(row);
}

void write(Rig& rig, const storage::RowBatch& batch) {
  std::string bytes(12, '\0');
  bytes += batch.bytes();
  BOOST_REQUIRE(rig.store->write(bytes, batch.rows()).has_value());
}

bool connects(const OutboundPolicy& policy, const std::string& url, const char* address, bool redirected = false) {
  sockaddr_storage storage{};
  if (std::string_view(address).find(':') == std::string_view::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    BOOST_REQUIRE(inet_pton(AF_INET, address, &v4.sin_addr) == 1);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    BOOST_REQUIRE(inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
  }
  return may_connect(policy, outbound_target(url), reinterpret_cast<const sockaddr&>(storage), redirected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streams)

// The vector that the libraries of Standard Webhooks are tested with.
BOOST_AUTO_TEST_CASE(signature_of_the_standard) {
  const std::string secret = bytes_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  constexpr auto kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  constexpr auto kBody = R"({"test": 2432232314})";
  constexpr auto kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  BOOST_TEST(webhook_signature({{secret, {}}}, kId, "1614265330", kBody, at(1)) == kSignature);
  const std::vector<SigningSecret> two{{std::string(24, 'x'), {}}, {secret, at(10)}};
  const std::string both = webhook_signature(two, kId, "1614265330", kBody, at(9));
  BOOST_TEST(both.substr(both.find(' ') + 1) == kSignature);
  BOOST_TEST(webhook_signature(two, kId, "1614265330", kBody, at(10)).find(' ') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(secrets) {
  for (std::size_t size = 24; size <= 64; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37);
    const std::string text = signing_secret_text(bytes);
    BOOST_TEST(bytes_of(text) == bytes);
    BOOST_TEST(bytes_of(text.substr(0, text.find('='))) == bytes);
  }
  BOOST_TEST(bytes_of(signing_secret_text(draw_signing_secret().value())).size() == 32u);
  for (const char* bad : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa=w", "whsec_ fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL-_w"}) {
    BOOST_TEST(!parse_signing_secret(bad).has_value(), bad);
  }
  BOOST_TEST(!parse_signing_secret(signing_secret_text(std::string(65, 'x'))).has_value());
}

BOOST_AUTO_TEST_CASE(rotation) {
  auto secrets = rotated({{"one", {}}}, "two", at(0));
  BOOST_REQUIRE(secrets.size() == 2u);
  BOOST_TEST(secrets[0].bytes == "two");
  BOOST_TEST((secrets[0].until == Time{} && secrets[1].until == at(0) + kOldSecretSigns));
  secrets = rotated(secrets, "three", at(1000));
  BOOST_TEST(secrets.size() == 3u);
  BOOST_TEST((secrets[2].until == at(0) + kOldSecretSigns));
  secrets = rotated(secrets, "two", at(2000));
  BOOST_TEST(secrets.size() == 3u);
  BOOST_TEST((secrets[0].bytes == "two" && secrets[0].until == Time{}));
  BOOST_TEST(rotated(secrets, "four", at(0) + 2 * kOldSecretSigns).size() == 2u);
  for (char c = 'a'; c < 'z'; ++c) secrets = rotated(secrets, std::string(1, c), at(3000));
  BOOST_TEST(secrets.size() == kMostSecrets);
}

BOOST_AUTO_TEST_CASE(backoff) {
  const RetryTimes times{Duration{1000}, Duration{60'000}, Duration{1'000'000}};
  BOOST_TEST(retry_delay(times, 1, 0.5).count() == 1000);
  BOOST_TEST(retry_delay(times, 2, 0.5).count() == 2000);
  BOOST_TEST(retry_delay(times, 5, 0.5).count() == 16'000);
  BOOST_TEST(retry_delay(times, 7, 0.5).count() == 60'000);
  BOOST_TEST(retry_delay(times, 4'000'000'000u, 0.5).count() == 60'000);
  BOOST_TEST(retry_delay(times, 1, 0).count() == 800);
  BOOST_TEST(retry_delay(times, 1, 1).count() == 1200);
  const Time now = from_millis(1'614'265'330'000);  // Thu, 25 Feb 2021 15:02:10 GMT
  BOOST_TEST(parse_retry_after("120", now)->count() == 120'000);
  BOOST_TEST(parse_retry_after("0", now)->count() == 0);
  BOOST_TEST(parse_retry_after("Thu, 25 Feb 2021 15:03:10 GMT", now)->count() == 60'000);
  BOOST_TEST(parse_retry_after("Thu, 25 Feb 2021 14:00:00 GMT", now)->count() == 0);
  BOOST_TEST(parse_retry_after("99999999999", now)->count() == 86'400'000);
  BOOST_TEST(!parse_retry_after("-1", now).has_value());
  BOOST_TEST(!parse_retry_after("soon", now).has_value());
}

BOOST_AUTO_TEST_CASE(where_it_may_go) {
  OutboundPolicy policy;
  for (const char* inside : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
                             "0.0.0.0", "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
                             "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"}) {
    BOOST_TEST(!connects(policy, "http://example.com/", inside), inside);
  }
  for (const char* outside : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    BOOST_TEST(connects(policy, "http://example.com/", outside), outside);
  }
  policy.allowed_hosts = {"inside.example:8443", "other"};
  BOOST_TEST(connects(policy, "https://inside.example:8443/x", "10.0.0.1"));
  BOOST_TEST(!connects(policy, "https://inside.example/x", "10.0.0.1"));
  BOOST_TEST(!connects(policy, "https://inside.example:8443/x", "10.0.0.1", true));
  BOOST_TEST(connects(policy, "http://other/", "127.0.0.1"));
  policy.allow_private = true;
  BOOST_TEST(connects(policy, "http://example.com/", "127.0.0.1"));
  BOOST_TEST(check_receiver_url("https://example.com:8443/a?b=c").has_value());
  for (const char* bad : {"", "example.com", "file:///etc/passwd", "gopher://x/", "http://", "http://u@h/",
                          "http://h/#f", "http://h h/", "http://h:99999/"}) {
    BOOST_TEST(!check_receiver_url(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(rows) {
  Rig rig;
  const Uuid id = projections::subscription_uuid("acme", "hook");
  storage::RowBatch batch;
  put_lane(batch, id, 3, 1, {17, at(5), 4});
  put_lane(batch, id, 3, 300, {~std::uint64_t{0}, {}, 0});
  put_lane(batch, id, 30, 1, {1, {}, 0});
  const DeliveryRecord record{7, 8, at(1), at(2), 503, "no"};
  put_record(batch, id, record);
  put_secrets(batch, id, {{std::string(24, '\0'), {}}, {"old", at(9)}});
  write(rig, batch);
  const auto lanes = read_lanes(*rig.store, id, 3).value();
  BOOST_TEST(lanes.size() == 2u);
  BOOST_TEST((lanes.at(1) == LaneRow{17, at(5), 4} && lanes.at(300) == LaneRow{~std::uint64_t{0}, {}, 0}));
  BOOST_TEST((read_record(*rig.store, id).value() == record));
  BOOST_TEST((read_secrets(*rig.store, id).value()[1] == SigningSecret{"old", at(9)}));
  BOOST_TEST((read_record(*rig.store, id_of(1)).value() == DeliveryRecord{}));

  storage::RowBatch stale;
  BOOST_TEST(delete_stale_lanes(*rig.store, stale, {{id, 3}}) == 1u);
  write(rig, stale);
  BOOST_TEST(read_lanes(*rig.store, id, 30).value().empty());
  BOOST_TEST(read_lanes(*rig.store, id, 3).value().size() == 2u);
  storage::RowBatch gone;
  delete_deliveries(gone, id, 3, 301);
  write(rig, gone);
  BOOST_TEST(rig.rows(storage::Family::consumers).empty());
}

BOOST_AUTO_TEST_CASE(a_lane) {
  WebhookLane lane;
  lane.row.done = lane.read_to = 10;
  lane.live = true;
  for (const std::uint64_t position : {12u, 15u, 20u}) {
    lane.push(position, message("12345"));
    lane.read_to = position;
  }
  lane.post = 1;
  lane.delivered();
  lane.post = 0;
  BOOST_TEST(lane.row.done == 14u);  // 13 and 14 are not for it
  BOOST_TEST(lane.bytes == 10u);
  lane.row.attempts = 3;
  lane.row.failing_since = at(1);
  lane.drop_window();
  BOOST_TEST((lane.window.empty() && lane.bytes == 0 && lane.read_to == 14 && !lane.live && lane.row.attempts == 3));
  lane.push(15, message("1"));
  lane.push(16, message("1"));
  lane.read_to = 18;
  lane.post = 2;
  lane.drop_window();  // what is under way stays
  BOOST_TEST((lane.window.size() == 1u && lane.read_to == 15));
  lane.delivered();
  BOOST_TEST((lane.row.done == 15u && lane.row.attempts == 0 && lane.row.failing_since == Time{}));
  while (!lane.full()) lane.push(99, message("x"));
  BOOST_TEST(lane.window.size() == kWindowEvents);
}

BOOST_AUTO_TEST_CASE(only_what_differs_is_stored) {
  Rig rig;
  auto one = subscriber();
  const auto stored = [&] {
    storage::RowBatch batch;
    one.write(batch, 4);
    const auto rows = batch.rows();
    if (rows != 0) write(rig, batch);
    return rows;
  };
  BOOST_TEST(stored() == 0u);
  one.lane_at(2, 7);
  BOOST_TEST(stored() == 1u);
  BOOST_TEST(stored() == 0u);
  one.lanes[2].row.done = 8;
  one.record.delivered = 1;
  BOOST_TEST(stored() == 2u);
  BOOST_TEST(read_lanes(*rig.store, one.id, 3).value().at(2).done == 8u);
  one.lanes.clear();
  BOOST_TEST(stored() == 1u);
  BOOST_TEST(read_lanes(*rig.store, one.id, 3).value().empty());
  one.doubt();
  BOOST_TEST(stored() == 5u);
  one.hold({{1, 2, 3, 4}});
  BOOST_TEST(stored() == 4u);
  BOOST_TEST(read_lanes(*rig.store, one.id, 3).value().at(3).done == 4u);
}

BOOST_AUTO_TEST_CASE(who_wants_an_event) {
  WebhookIndex index;
  const auto add = [&](std::string workspace, std::string workflow, std::string_view types) {
    projections::SubscriptionRow row;
    row.workspace = std::move(workspace);
    row.put.name = "x" + std::to_string(index.size());
    row.put.workflow_id = std::move(workflow);
    auto made = std::make_shared<WebhookSubscriber>(row);
    made->types = events::parse_type_set(types).value();
    index.add(made);
    return made;
  };
  const auto all = add("acme", "", "*"), tasks = add("acme", "", "reprise.task.*"), one = add("acme", "one", "*"),
             other = add("other", "", "*");
  const auto wanted = [&](events::Event event, std::string_view subject) {
    events::Record record;
    record.event = std::move(event);
    std::vector<WebhookIndex::Subscriber> out;
    index.each({record, subject, "acme"}, [&](const auto& each) { out.push_back(each); });
    return out;
  };
  using List = std::vector<WebhookIndex::Subscriber>;
  BOOST_TEST((wanted(events::TaskCompleted{}, "one") == List{all, tasks, one}));
  BOOST_TEST((wanted(events::ExecutionCompleted{}, "two") == List{all}));
  BOOST_TEST((wanted(events::ScheduleResumed{}, "one") == List{all}));
  index.remove(all);
  BOOST_TEST((wanted(events::ExecutionCompleted{}, "two").empty()));
  BOOST_TEST(index.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
