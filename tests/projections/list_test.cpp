#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::ListFilter;
using projections::ListPage;
using projections::Status;

namespace {

std::uint32_t set_of(std::initializer_list<Status> statuses) {
  std::uint32_t set = 0;
  for (const Status status : statuses) set |= 1u << static_cast<unsigned>(status);
  return set;
}

struct Listed {
  std::string id;
  Status status;
  Time started_at;
  std::string workflow, user, workspace;
};

// The lists' fixture: it knows what every list must show.
struct Lists : Rig {
  std::map<ExecutionId, Run> runs;

  Run& start(std::uint64_t number, std::int64_t ms, const std::string& workflow, const std::string& user,
             const std::string& workspace = "default") {
    const ExecutionId id = id_of(number, ms);
    Run& run = runs.emplace(id, Run(id, user, workspace)).first->second;
    add(run, at(ms), {started(workflow)});
    return run;
  }

  std::vector<std::string> expected(const ListFilter& filter) const {
    std::vector<const projections::ExecutionView*> views;
    for (const auto& [id, run] : runs) {
      const auto& view = run.view;
      if (view.workspace != filter.workspace || (filter.workflow_id && view.workflow_id != *filter.workflow_id) ||
          (filter.user_id && view.user != *filter.user_id)) {
        continue;
      }
      if (filter.statuses != 0 && (filter.statuses >> static_cast<unsigned>(view.status) & 1) == 0) continue;
      views.push_back(&view);
    }
    std::sort(views.begin(), views.end(), [](const auto* a, const auto* b) {
      return a->started_at != b->started_at ? a->started_at > b->started_at : a->id < b->id;
    });
    std::vector<std::string> ids;
    ids.reserve(views.size());
    for (const auto* view : views) ids.push_back(to_string(view->id));
    return ids;
  }

  std::vector<std::string> ids_of(const ListFilter& filter, ListPage* page = nullptr) const {
    std::vector<std::string> ids;
    auto got = queries->list(filter, Reach::disk, [&](const ExecutionId& id, const projections::StatusRow& row) {
      BOOST_TEST(row.json.find(to_string(id)) != std::string_view::npos);
      ids.push_back(to_string(id));
    });
    BOOST_REQUIRE_MESSAGE(got, got.error().detail);
    BOOST_TEST(got->count == ids.size());
    if (page != nullptr) *page = *got;
    return ids;
  }

  void check_all_pages(ListFilter filter) {
    const auto all = expected(filter);
    std::vector<std::string> by_cursor, by_offset;
    ListPage page;
    do {
      filter.cursor = page.next_cursor;
      const auto ids = ids_of(filter, &page);
      BOOST_TEST(page.total == static_cast<std::int64_t>(all.size()));
      by_cursor.insert(by_cursor.end(), ids.begin(), ids.end());
      BOOST_REQUIRE(by_cursor.size() <= all.size());
    } while (!page.next_cursor.empty());
    BOOST_TEST(by_cursor == all, boost::test_tools::per_element());
    filter.cursor.clear();
    for (filter.offset = 0; filter.offset <= all.size(); filter.offset += filter.limit) {
      const auto ids = ids_of(filter);
      by_offset.insert(by_offset.end(), ids.begin(), ids.end());
    }
    BOOST_TEST(by_offset == all, boost::test_tools::per_element());
  }

  void end(Run& run, int how) {
    const events::Event ends[] = {events::ExecutionCompleted{Json{"1"}}, events::ExecutionFailed{"no", "E", ""},
                                  events::ExecutionCancelled{},          events::ExecutionTerminated{},
                                  events::ExecutionTimedOut{},           events::ExecutionPaused{}};
    if (how < 6) add(run, run.view.started_at + Duration{9}, {ends[how]});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lists, Lists)

BOOST_AUTO_TEST_CASE(every_filter_gives_the_same_rows_by_cursor_and_by_offset) {
  constexpr unsigned seed = 20261122;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const std::string workflows[] = {"orders", "orders-b", "o"}, users[] = {"", "alice", "bob"};
  for (std::uint64_t i = 1; i <= 300; ++i) {
    // Few instants: many ties.
    Run& run = start(i, static_cast<std::int64_t>(random() % 40), workflows[random() % 3], users[random() % 3],
                     random() % 5 == 0 ? "other" : "default");
    end(run, static_cast<int>(random() % 8));
  }
  flush();
  for (const std::string workspace : {"default", "other", "none"}) {
    for (int which = 0; which < 4; ++which) {
      for (const std::uint32_t statuses :
           {0u, set_of({Status::running}), set_of({Status::completed, Status::completed_with_error}),
            set_of({Status::failed, Status::timed_out, Status::paused}), set_of({Status::received})}) {
        ListFilter filter;
        filter.workspace = workspace;
        if ((which & 1) != 0) filter.workflow_id = "orders";
        if ((which & 2) != 0) filter.user_id = "alice";
        filter.statuses = statuses;
        filter.limit = 7;
        check_all_pages(filter);
        filter.limit = 100;
        check_all_pages(filter);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_is_json_and_knows_whether_there_is_more) {
  for (std::uint64_t i = 1; i <= 5; ++i) start(i, static_cast<std::int64_t>(i), "orders", "alice");
  flush();
  ListFilter filter;
  filter.limit = 5;
  auto page = queries->list(filter, Reach::disk);
  BOOST_REQUIRE(page);
  BOOST_TEST(page->count == 5u);
  BOOST_TEST(page->next_cursor.empty());
  std::string rows;
  for (std::uint64_t i = 5; i >= 1; --i) {
    if (!rows.empty()) rows += ',';
    runs.at(id_of(i, static_cast<std::int64_t>(i))).view.append_status_json(rows);
  }
  BOOST_TEST(page->rows == rows);
  filter.limit = 4;
  BOOST_TEST(!queries->list(filter, Reach::disk)->next_cursor.empty());
  filter.limit = 0;
  page = queries->list(filter, Reach::disk);
  BOOST_TEST(page->total == 5);
  BOOST_TEST(page->count == 0u);
}

BOOST_AUTO_TEST_CASE(what_changes_between_pages_is_neither_repeated_nor_skipped) {
  for (std::uint64_t i = 1; i <= 30; ++i) start(i, static_cast<std::int64_t>(i), "orders", "alice");
  flush();
  ListFilter filter;
  filter.limit = 10;
  const auto before = expected(filter);
  std::vector<std::string> seen;
  ListPage page;
  std::uint64_t next = 100;
  do {
    filter.cursor = page.next_cursor;
    const auto ids = ids_of(filter, &page);
    seen.insert(seen.end(), ids.begin(), ids.end());
    // Newer ones arrive, and old ones change their status, on pages given and to come.
    start(next, static_cast<std::int64_t>(next), "orders", "bob");
    ++next;
    for (std::uint64_t i : {5u, 15u, 25u}) {
      Run& run = runs.at(id_of(i, static_cast<std::int64_t>(i)));
      if (run.view.status == Status::running) {
        add(run, at(500), {events::ExecutionPaused{}});
      } else if (run.view.status == Status::paused) {
        add(run, at(501), {events::ExecutionCompleted{}});
      }
    }
    flush();
  } while (!page.next_cursor.empty());
  BOOST_TEST(seen == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_meanwhile_is_in_every_list) {
  // Each run is alone in its workflow, so that its end takes one counter to zero and another one away from it.
  std::vector<Run> all;
  for (std::uint64_t i = 0; i < 150; ++i) {
    all.emplace_back(id_of(i, 1));
    add(all.back(), at(1), {started("w" + std::to_string(i))});
  }
  flush();
  std::atomic<std::size_t> current{0}, missed{0}, lists{0};
  std::thread reader([&] {
    for (std::size_t i = 0; (i = current) < all.size();) {
      ListFilter filter;
      filter.workflow_id = "w" + std::to_string(i);
      const auto page = queries->list(filter, Reach::disk);
      if (!page || page->count != 1) ++missed;
      ++lists;
    }
  });
  journal->start();
  for (std::size_t i = 0; i < all.size(); current = ++i) {
    for (const std::size_t seen = lists; lists < seen + 3;) std::this_thread::yield();
    add(all[i], at(2), {events::ExecutionCompleted{}});
    for (const std::size_t seen = lists; lists < seen + 20;) std::this_thread::yield();
  }
  reader.join();
  journal->stop();
  BOOST_TEST(missed == 0u);
  BOOST_TEST(lists > 1000u);
  ListFilter filter;
  filter.statuses = set_of({Status::completed});
  BOOST_TEST(queries->list(filter, Reach::disk)->total == 150);
}

BOOST_AUTO_TEST_CASE(rows_that_were_deleted_are_gone_from_every_range) {
  for (std::uint64_t i = 1; i <= 200; ++i) start(i, static_cast<std::int64_t>(i), "orders", "alice");
  flush();
  for (auto& [id, run] : runs) {
    if (run.view.started_at < at(195)) end(run, static_cast<int>(to_millis(run.view.started_at) % 3));
  }
  flush();
  for (const bool reopened : {false, true}) {
    if (reopened) {
      close();
      open();
    }
    for (const std::uint32_t statuses : {0u, set_of({Status::running}), set_of({Status::running, Status::failed})}) {
      ListFilter filter;
      filter.statuses = statuses;
      filter.limit = 9;
      check_all_pages(filter);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_belongs_to_its_filter_and_is_refused_elsewhere) {
  for (std::uint64_t i = 1; i <= 5; ++i) start(i, 1, "orders", "alice");
  flush();
  ListFilter filter;
  filter.limit = 2;
  const std::string cursor = queries->list(filter, Reach::disk)->next_cursor;
  BOOST_TEST(cursor.size() == 43u);
  filter.cursor = cursor;
  filter.limit = 3;  // no part of the filter
  BOOST_TEST(ids_of(filter).size() == 3u);
  filter.offset = 2;  // not used with a cursor
  BOOST_TEST(ids_of(filter).size() == 3u);

  auto refused = [&](const ListFilter& other) {
    const auto page = queries->list(other, Reach::disk);
    BOOST_REQUIRE(!page);
    BOOST_TEST((page.error().code == errc::invalid));
  };
  ListFilter other = filter;
  other.workspace = "defaulu";
  refused(other);
  other = filter;
  other.workflow_id = "orders";
  refused(other);
  other = filter;
  other.user_id = "alice";
  refused(other);
  other = filter;
  other.statuses = set_of({Status::running});
  refused(other);
  for (std::string bad :
       {cursor.substr(1), cursor + "A", std::string(43, '_'), std::string("x"), std::string(43, '*')}) {
    other = filter;
    other.cursor = std::move(bad);
    refused(other);
  }
  // The last letter has bits to spare: only one spelling is taken.
  other = filter;
  other.cursor.back() = static_cast<char>(other.cursor.back() + 1);
  refused(other);
}

BOOST_AUTO_TEST_CASE(names_that_run_into_each_other_are_different_lists) {
  start(1, 1, "ab", "c");
  start(2, 2, "a", "bc");
  start(3, 3, "a", "b", "defaulta");
  flush();
  ListFilter filter;
  filter.workflow_id = "a";
  filter.user_id = "bc";
  check_all_pages(filter);
  BOOST_TEST(ids_of(filter).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_deep_offset_goes_by_in_blocks) {
  for (std::uint64_t i = 1; i <= 9000; ++i) {
    Run& run = start(i, static_cast<std::int64_t>(i % 3000), "orders", "");
    if (i % 3 == 0) end(run, 0);
  }
  flush();
  ListFilter filter;
  const auto all = expected(filter);
  for (const std::size_t offset : {4090u, 4095u, 4096u, 8191u, 8995u, 9000u, 20000u}) {
    filter.offset = offset;
    filter.limit = 10;
    ListPage page;
    const auto ids = ids_of(filter, &page);
    const std::size_t rest = all.size() - std::min(all.size(), offset);
    BOOST_REQUIRE_EQUAL(ids.size(), std::min<std::size_t>(rest, 10));
    for (std::size_t i = 0; i < ids.size(); ++i) BOOST_TEST(ids[i] == all[offset + i]);
    BOOST_TEST(page.next_cursor.empty() == (rest <= 10));
  }
}

BOOST_AUTO_TEST_CASE(totals_are_the_same_without_a_journal) {
  for (std::uint64_t i = 1; i <= 9; ++i) end(start(i, 1, "orders", "alice"), static_cast<int>(i % 3));
  flush();
  const projections::Queries offline(*store, nullptr);
  ListFilter filter;
  filter.statuses = set_of({Status::completed});
  BOOST_TEST(offline.list(filter, Reach::disk)->total == 3);
  BOOST_TEST(offline.list(filter, Reach::disk)->rows == queries->list(filter, Reach::disk)->rows);
}

BOOST_AUTO_TEST_SUITE_END()
