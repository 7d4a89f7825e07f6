// Public events over HTTP: pages and lines of all events, filters, the stream of one run, schemas, bad input.
#include <boost/test/unit_test.hpp>
#include <set>

#include "api_fixture.hpp"
#include "sse_messages.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_AUTO_TEST_SUITE(api_events)

namespace {

std::vector<std::string> ids_of(const JsonDocument& page) {
  std::vector<std::string> ids;
  for (const JsonValue& event : find(page.root(), "events")->GetArray()) {
    ids.emplace_back(text_of(*find(event, "id")));
  }
  return ids;
}

std::string stream_of(const Run& run, std::string_view more = {}) {
  return "/api/executions/" + to_string(run.view.id) + "/events/stream" + std::string(more);
}

}  // namespace

BOOST_AUTO_TEST_CASE(pages_hold_each_event_once) {
  ApiFixture api;
  for (std::uint64_t n = 1; n <= 5; ++n) api.completed(n);
  api.completed(6, "elsewhere");
  std::set<std::string> seen;
  std::string cursor;
  for (int pages = 0; pages < 30; ++pages) {
    const auto page = api.get("/api/events?limit=4" + (cursor.empty() ? "" : "&cursor=" + cursor));
    BOOST_TEST(page->offloaded);
    const JsonDocument document = page->json();
    BOOST_TEST(ids_of(document).size() <= 4u);
    for (const std::string& id : ids_of(document)) BOOST_TEST(seen.insert(id).second, id);
    const std::string next(text_of(*find(document.root(), "next_cursor")));
    if (next == cursor) break;
    cursor = next;
  }
  BOOST_TEST(seen.size() == 25u);  // of the other workspace there is nothing
  api.completed(7);
  BOOST_TEST(ids_of(api.get("/api/events?cursor=" + cursor)->json()).size() == 5u);
}

BOOST_AUTO_TEST_CASE(filters) {
  ApiFixture api;
  api.completed(1);
  const auto count = [&](const std::string& query) { return ids_of(api.get("/api/events?" + query)->json()).size(); };
  BOOST_TEST(count("type=reprise.task.*") == 3u);
  BOOST_TEST(count("type=reprise.execution.completed.v1,reprise.task.started.v1") == 2u);
  BOOST_TEST(count("workflow_id=orders") == 5u);
  BOOST_TEST(count("workflow_id=bills") == 0u);
  const std::string run = "/api/executions/" + to_string(id_of(1, 1)) + "/events";
  BOOST_TEST(ids_of(api.get(run + "?type=reprise.task.*")->json()).size() == 3u);
  const JsonDocument first = api.get(run + "?type=reprise.task.*&limit=2")->json();
  BOOST_TEST(ids_of(first).size() == 2u);
  const std::string after = std::to_string(find(first.root(), "next_after")->GetUint64());
  const JsonDocument second = api.get(run + "?type=reprise.task.*&limit=2&after=" + after)->json();
  BOOST_TEST(ids_of(second).size() == 1u);
  BOOST_TEST(find(second.root(), "next_after")->IsNull());
  BOOST_TEST(find(api.get(run + "?limit=5")->json().root(), "next_after")->IsNull());
}

BOOST_AUTO_TEST_CASE(lines_say_where_to_go_on) {
  ApiFixture api;
  for (std::uint64_t n = 1; n <= 300; ++n) api.completed(n);
  const auto lines = api.get("/api/events?type=reprise.task.*", {{"accept", "application/x-ndjson"}});
  BOOST_TEST(lines->answer->content_type == "application/x-ndjson");
  BOOST_TEST(lines->ended);
  BOOST_TEST(lines->reads > 1u);
  BOOST_TEST(std::count(lines->stream.begin(), lines->stream.end(), '\n') == 900);
  const std::string next = lines->header("Reprise-Next-Cursor");
  api.completed(301);
  const auto rest = api.get("/api/events?type=reprise.task.*&cursor=" + next, {{"accept", "application/x-ndjson"}});
  BOOST_TEST(std::count(rest->stream.begin(), rest->stream.end(), '\n') == 3);
}

BOOST_AUTO_TEST_CASE(what_damage_cuts_short_does_not_end_as_if_complete) {
  ApiFixture api;
  for (std::uint64_t n = 1; n <= 300; ++n) api.completed(n);
  Run run = api.waiting(301);
  for (int i = 0; i < 2'000; ++i) api.rig.add(run, at(400), {task_started("a")});
  api.rig.flush();
  const auto rows = api.rig.rows(Family::chunks);
  storage::RowBatch damage;
  for (const std::string& key : {storage::chunk_key(id_of(250, 250), 2), storage::chunk_key(run.view.id, 1'900)}) {
    std::string bytes = rows.at(key);
    bytes[20] = static_cast<char>(bytes[20] ^ 1);
    damage.put(Family::chunks, key, bytes);
  }
  std::string bytes(12, '\0');
  bytes += damage.bytes();
  BOOST_REQUIRE(api.rig.store->write(bytes, damage.rows()));

  const std::string id = to_string(run.view.id);
  const ApiFixture::Headers lines{{"accept", "application/x-ndjson"}};
  for (const auto& [target, headers] :
       std::vector<std::pair<std::string, ApiFixture::Headers>>{{"/api/events", lines},
                                                                {"/api/executions/" + id + "/events", lines},
                                                                {"/api/events/stream?cursor=", {}},
                                                                {"/api/executions/" + id + "/events/stream", {}},
                                                                {"/api/executions/" + id + "/live", {}}}) {
    const auto cut = api.get(target, headers);
    if (cut->deferred() && !cut->broken) cut->deliver({});
    BOOST_TEST(api.status(cut) == 200, target);
    BOOST_TEST(cut->stream.size() > 1'000u, target);
    BOOST_TEST(cut->broken, target);
    BOOST_TEST(!cut->ended, target);
    BOOST_TEST(!cut->damage.empty(), target);
  }
}

BOOST_AUTO_TEST_CASE(bad_input_is_named) {
  ApiFixture api;
  const Run run = api.completed(1);
  const std::string text = api.rig.feed->text(api.rig.feed->end());
  for (const std::string& path : std::vector<std::string>{
           "/api/events?cursor=x", "/api/events?cursor=" + text + "A", "/api/events?type=task.*",
           "/api/events?type=", "/api/events?limit=0", "/api/events?limit=10001", "/api/events?workflow_id=no/good",
           "/api/events/stream?cursor=x", "/api/events/stream?type=nothing",
           "/api/events/stream?workflow_id=", stream_of(run, "?after=x"), stream_of(run, "?type=x")}) {
    const auto answer = api.get(path);
    BOOST_TEST(api.status(answer) == 422, path);
    BOOST_TEST(answer->text("detail").size() > 20u, path);
  }
  const auto header = api.get("/api/events/stream?cursor=" + text, {{"last-event-id", "1"}});
  BOOST_TEST(header->text("detail") == "Last-Event-ID: the cursor is not one that this server has given.");
  BOOST_TEST(api.status(api.get(stream_of(run), {{"last-event-id", "x"}})) == 422);
  const auto beyond = api.get(stream_of(run), {{"last-event-id", "6"}});
  beyond->deliver({});
  BOOST_TEST(beyond->text("detail") == "Event 6 does not exist: the execution has 5 events so far.");
}

BOOST_AUTO_TEST_CASE(one_run_as_it_comes) {
  ApiFixture api;
  Run run = api.waiting(1);
  const auto stream = api.get(stream_of(run));
  stream->deliver({});
  BOOST_TEST(stream->stream.starts_with("retry: 1000\n"));
  BOOST_TEST(messages_of(stream->stream).size() == 2u);
  api.rig.commit(run, at(50), {task_started("a"), task_completed("a"), events::ExecutionCompleted{Json{"1"}}});
  stream->deliver({});
  const auto all = messages_of(stream->stream);
  BOOST_REQUIRE(all.size() == 5u);
  BOOST_TEST(stream->ended);
  for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST(all[i].id == std::to_string(i + 1));
  BOOST_TEST(all.back().event == "reprise.execution.completed.v1");
  const auto rest = api.get(stream_of(run), {{"last-event-id", "3"}});
  rest->deliver({});
  BOOST_TEST(messages_of(rest->stream).size() == 2u);
  const auto none = api.get(stream_of(run, "?after=2"), {{"last-event-id", "5"}});
  none->deliver({});
  BOOST_TEST(api.status(none) == 204);
  const auto tasks = api.get(stream_of(run, "?type=reprise.task.*"));
  tasks->deliver({});
  BOOST_TEST(messages_of(tasks->stream).size() == 3u);
  BOOST_TEST(tasks->ended);
}

BOOST_AUTO_TEST_CASE(schemas) {
  ApiFixture api;
  const JsonDocument all = api.get("/api/events/schemas")->json();
  BOOST_TEST(find(*find(all.root(), "schemas"), "reprise.task.completed.v1") != nullptr);
  const auto one = api.get("/api/events/schemas/reprise.task.completed.v1");
  BOOST_TEST(one->answer->content_type == "application/schema+json");
  BOOST_TEST(api.status(api.get("/api/events/schemas/reprise.task.exploded.v1")) == 404);
}

BOOST_AUTO_TEST_SUITE_END()
