#include "tests/http/server_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace reprise::http::test {
namespace {

Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

}  // namespace

bool eventually(const std::function<bool()>& done, int wait_ms) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void Desk::keep(const std::string& name, actors::Ticket ticket) {
  const std::lock_guard guard(mutex_);
  tickets_[name] = ticket;
}

bool Desk::waits(const std::string& name) {
  const std::lock_guard guard(mutex_);
  return tickets_.count(name) != 0;
}

void Desk::answer(const std::vector<std::string>& names, const std::string& suffix) {
  std::vector<actors::Delivery> batch;
  actors::ReplySink* sink = nullptr;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& name : names) {
      const actors::Ticket ticket = tickets_.at(name);
      sink = ticket.sink;
      batch.push_back({ticket.id, {}});
      batch.back().answer.body = name + suffix;
    }
  }
  sink->deliver(std::move(batch));
}

void Desk::note(const std::string& what) {
  const std::lock_guard guard(mutex_);
  notes_.push_back(what);
}

bool Desk::noted(const std::string& what) {
  const std::lock_guard guard(mutex_);
  return std::find(notes_.begin(), notes_.end(), what) != notes_.end();
}

ServerFixture::ServerFixture() {
  options.port = 0;
  add(Method::get, "/ok", [](Exchange& e) { e.respond(text("ok")); });
  add(Method::get, "/", [](Exchange& e) { e.respond(text("root")); });
  add(Method::post, "/echo", [](Exchange& e) { e.respond(text(e.request().body)); });
  add(Method::get, "/echo/{what}", [](Exchange& e) { e.respond(text(e.request().parameters.at(0))); });
  add(Method::get, "/peer", [](Exchange& e) { e.respond(text(e.request().peer)); });
  add(Method::get, "/large/{bytes}",
      [](Exchange& e) { e.respond(text(std::string(std::stoul(e.request().parameters.at(0)), 'x'))); });
  add(Method::get, "/close", [](Exchange& e) {
    Response response = text("bye");
    response.close = true;
    e.respond(std::move(response));
  });
  add(Method::get, "/headers", [](Exchange& e) {
    Response response = text("x");
    response.headers = {{"X-Good", "1"}, {"X-Bad", "a\r\nX-Injected: 1"}, {"Content-Length", "7"}, {"X Bad", "1"}};
    e.respond(std::move(response));
  });
  add(Method::get, "/none", [](Exchange& e) {
    Response response;
    response.status = 204;
    e.respond(std::move(response));
  });
  add(Method::get, "/throws", [](Exchange&) { throw std::runtime_error("secret"); });
  add(Method::get, "/silent", [](Exchange&) {});
  add(Method::get, "/twice", [](Exchange& e) {
    e.respond(text("first"));
    e.respond(text("second"));
  });
  add_waiting_routes();
  add_streams();
}

void ServerFixture::add_waiting_routes() {
  add(Method::get, "/damaged", [](Exchange& e) {
    Response response = text("damaged");
    response.status = 500;
    response.damage = "a row";
    e.respond(std::move(response));
  });
  add(Method::get, "/damaged/stream", [](Exchange& e) {
    e.begin_stream(text(""));
    e.note_damage("a later row");
    e.end_stream();
  });

  const auto later = [this](Exchange& e) {
    const std::string name = e.request().parameters.at(0);
    desk.keep(name, e.defer([](Exchange& x, actors::Answer&& answer) { x.respond(text(std::move(answer.body))); }, {}));
  };
  add(Method::get, "/later/{name}", later);
  add(Method::post, "/later/{name}", later);
  add(Method::get, "/poll/{name}", [this](Exchange& e) {
    const std::string name = e.request().parameters.at(0);
    desk.keep(name, e.defer([](Exchange& x, actors::Answer&& answer) { x.respond(text(std::move(answer.body))); },
                            [this, name](actors::Ticket) { desk.note("gone " + name); }));
    e.on_undelivered([this](actors::Answer&& answer) { desk.note("back " + answer.body); });
  });
  // Answered by the engine before the handler has returned.
  add(Method::get, "/at-once", [](Exchange& e) {
    const actors::Ticket ticket = e.defer([](Exchange& x, actors::Answer&&) { x.respond(text("at once")); }, {});
    ticket.sink->deliver({actors::Delivery{ticket.id, {}}});
  });
  // Two answers for one request, the second after deferring anew.
  add(Method::get, "/two-steps", [](Exchange& e) {
    const auto deliver = [](actors::Ticket ticket) { ticket.sink->deliver({actors::Delivery{ticket.id, {}}}); };
    deliver(e.defer(
        [deliver](Exchange& x, actors::Answer&&) {
          deliver(x.defer([](Exchange& y, actors::Answer&&) { y.respond(text("two steps")); }, {}));
        },
        {}));
  });
  add(Method::get, "/query", [this](Exchange& e) {
    e.offload([this] {
      ++queries_begun;
      eventually([this] { return !hold_queries.load(); });
      return text("queried");
    });
  });
  add(Method::get, "/bad-query", [](Exchange& e) { e.offload([]() -> Response { throw std::runtime_error("x"); }); });
  add(Method::get, "/read", [](Exchange& e) {
    e.read_then([] { return std::string("read"); }, [](Exchange& x, std::string&& bytes) { x.respond(text(bytes)); });
  });
}

void ServerFixture::add_streams() {
  // As many pieces as asked for, each when the one before it has been taken.
  add(Method::get, "/pieces/{count}", [](Exchange& e) {
    auto left = std::make_shared<long>(std::stol(e.request().parameters.at(0)));
    e.begin_stream(text({}));
    e.on_drained([left](Exchange& x) {
      if ((*left)-- > 0) {
        x.write(std::string(10'000, 'p'));
      } else {
        x.end_stream();
      }
    });
  });
  add(Method::get, "/events/{name}", [this](Exchange& e) {
    const std::string name = e.request().parameters.at(0);
    e.begin_stream(text("hello "));
    desk.keep(name, e.defer(
                        [](Exchange& x, actors::Answer&& answer) {
                          if (answer.body.ends_with("end")) return x.end_stream();
                          x.write(answer.body + " ");
                        },
                        [this, name](actors::Ticket) { desk.note("gone " + name); }));
    e.on_tick([](Exchange& x) { x.write("tick "); });
  });
  add(Method::get, "/late-stream/{name}", [this](Exchange& e) {
    const std::string name = e.request().parameters.at(0);
    desk.keep(name, e.defer([](Exchange& x, actors::Answer&&) { x.begin_stream(text("late")); }, {}));
  });
  add(Method::get, "/flood", [this](Exchange& e) {
    e.begin_stream(text({}));
    desk.keep("flood", e.defer(
                           [](Exchange& x, actors::Answer&&) {
                             for (int i = 0; i < 1000; ++i) x.write(std::string(100'000, 'f'));
                           },
                           [this](actors::Ticket) { desk.note("gone flood"); }));
  });
  add(Method::get, "/reads", [](Exchange& e) {
    e.begin_stream(text({}));
    e.read_then([] { return std::string("one "); },
                [](Exchange& x, std::string&& one) {
                  x.write(one);
                  x.read_then([] { return std::string("two"); },
                              [](Exchange& y, std::string&& two) {
                                y.write(two);
                                y.end_stream();
                              });
                });
  });
  add(Method::get, "/broken-off", [](Exchange& e) {
    e.begin_stream(text("begun "));
    e.write(std::string(300'000, 'b'));
    e.break_off();
    e.write("no more");
  });
  add(Method::get, "/breaks", [](Exchange& e) {
    e.begin_stream(text("begun"));
    throw std::runtime_error("x");
  });
}

ServerFixture::~ServerFixture() {
  hold_queries = false;
  if (server) server->drain(0);
}

void ServerFixture::add(Method method, std::string pattern, std::function<void(Exchange&)> handler) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  router.add(std::move(route));
}

void ServerFixture::start() {
  const auto gatekeeper = [](Exchange& e, const Route&) {
    if (e.request().header("x-deny").empty()) return true;
    Response response = text("denied");
    response.status = 403;
    e.respond(std::move(response));
    return false;
  };
  const auto error_body = [](std::string_view path, int status, std::string_view sentence) {
    return text(std::to_string(status) + " " + std::string(path) + " " + std::string(sentence));
  };
  const auto observer = [this](const Route* route, int status, std::uint64_t nanoseconds, std::string_view damage) {
    const std::lock_guard guard(seen_mutex);
    seen.push_back((route == nullptr ? "-" : route->name) + " " + std::to_string(status) +
                   (nanoseconds < 60'000'000'000 ? "" : " took too long") +
                   (damage.empty() ? "" : ", damage: " + std::string(damage)));
  };
  server = std::make_unique<Server>(options, router, gatekeeper, error_body, observer);
  const auto listening = server->listen();
  BOOST_REQUIRE_MESSAGE(listening, "the server listens");
}

}  // namespace reprise::http::test
