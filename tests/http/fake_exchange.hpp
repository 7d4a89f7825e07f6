// An exchange without a connection: what a handler answers is kept, and what it puts off is done when the test says so.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "events/json.hpp"
#include "http/exchange.hpp"

namespace reprise::testing {

class FakeExchange final : public http::Exchange {
 public:
  const http::Request& request() const override { return request_; }
  http::Request& request() override { return request_; }

  void respond(http::Response response) override {
    BOOST_REQUIRE_MESSAGE(!answer, "a request must be answered once");
    answer = std::move(response);
  }
  actors::Ticket defer(OnAnswer on_answer, OnGone on_gone) override {
    on_answer_ = std::move(on_answer);
    on_gone_ = std::move(on_gone);
    return {sink, ++tickets};
  }
  void on_undelivered(OnUndelivered callback) override { on_undelivered_ = std::move(callback); }
  void offload(std::function<http::Response()> work) override {
    offloaded = true;
    respond(work());
  }
  void begin_stream(http::Response head) override {
    BOOST_REQUIRE(!answer);
    answer = std::move(head);
    streaming = true;
  }
  void write(std::string_view bytes) override {
    BOOST_REQUIRE(streaming);
    stream += bytes;
    if (stalled) waiting += bytes.size();
  }
  std::size_t unsent() const override { return waiting; }
  void on_drained(std::function<void(Exchange&)> callback) override { on_drained_ = std::move(callback); }
  void on_tick(std::function<void(Exchange&)> callback) override { on_tick_ = std::move(callback); }
  void end_stream() override {
    streaming = false;
    ended = true;
  }
  void break_off() override {
    streaming = false;
    broken = true;
  }
  void note_damage(std::string found) override { damage = std::move(found); }
  void read_then(std::function<std::string()> work, std::function<void(Exchange&, std::string&&)> done) override {
    ++reads;
    done(*this, work());
  }

  // ---- what the world does to it

  bool deferred() const { return static_cast<bool>(on_answer_); }
  void deliver(actors::Answer given) { on_answer_(*this, std::move(given)); }
  void leave() {
    if (on_gone_) on_gone_({sink, tickets});
  }
  void fail_delivery(actors::Answer given) {
    if (on_undelivered_) on_undelivered_(std::move(given));
  }
  void drain() {
    waiting = 0;
    if (on_drained_) on_drained_(*this);
  }
  void tick() {
    if (on_tick_) on_tick_(*this);
  }

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : answer->headers) {
      if (key == name) return value;
    }
    return {};
  }
  JsonDocument json() const {
    auto document = parse_json(answer->body);
    BOOST_REQUIRE_MESSAGE(document.has_value(), answer->body);
    return std::move(*document);
  }
  std::string text(std::string_view member) const {
    const JsonDocument document = json();
    const JsonValue* value = find(document.root(), member);
    return value != nullptr && value->IsString() ? std::string(text_of(*value)) : std::string("(no text)");
  }

  std::optional<http::Response> answer;  // or the head of the stream
  std::string stream, damage;
  std::size_t waiting = 0, reads = 0;
  actors::ReplySink* sink = nullptr;  // of its tickets, which count on from `tickets`
  std::uint64_t tickets = 0;
  bool offloaded = false, streaming = false, ended = false, broken = false, stalled = false;

 private:
  http::Request request_;
  OnAnswer on_answer_;
  OnGone on_gone_;
  OnUndelivered on_undelivered_;
  std::function<void(Exchange&)> on_drained_, on_tick_;
};

}  // namespace reprise::testing
