// Requests on their way to their handlers, and the objects that stand for them.
#include <chrono>
#include <utility>

#include "http/connection_loop.hpp"

namespace reprise::http {
namespace {

constexpr std::uint64_t kOrphansKeptMs = 600'000;  // longer than any answer takes

std::uint64_t precise_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

std::string allow_list(const std::vector<Method>& methods) {
  std::string list;
  for (const Method method : methods) {
    if (!list.empty()) list += ", ";
    list += name(method);
  }
  return list;
}

}  // namespace

Response ServerContext::error(std::string_view path, int status, std::string_view sentence) const {
  Response response;
  if (error_body) response = error_body(path, status, sentence);
  response.status = status;
  return response;
}

ExchangeImpl* ConnectionLoop::acquire(Connection& connection) {
  if (free_.empty()) {
    if (exchanges_.size() > ExchangeImpl::kSlotMask) return nullptr;
    exchanges_.push_back(std::make_unique<ExchangeImpl>(*this, static_cast<std::uint32_t>(exchanges_.size())));
    free_.push_back(exchanges_.back().get());
  }
  ExchangeImpl* exchange = free_.back();
  free_.pop_back();
  exchange->start(connection);
  return exchange;
}

void ConnectionLoop::release(ExchangeImpl& exchange) {
  exchange.stage_ = ExchangeImpl::Stage::over;
  over_.push_back(&exchange);
}

void ConnectionLoop::release_gone(ExchangeImpl& exchange) {
  if (exchange.open()) {
    if (exchange.stage_ == ExchangeImpl::Stage::streaming) observe(exchange);
    if (exchange.ticket_ != 0 && exchange.on_undelivered_) {
      orphans_[exchange.ticket_] = {std::move(exchange.on_undelivered_), now_ms_ + kOrphansKeptMs};
    }
    farewell(exchange);
  }
  release(exchange);
}

void ConnectionLoop::farewell(ExchangeImpl& exchange) {
  if (!exchange.on_gone_) return;
  farewells_.push_back({std::move(exchange.on_gone_), {this, exchange.ticket_}});
  exchange.on_gone_ = nullptr;
}

// Objects are used again only when no callback is on the stack that could still hold one.
void ConnectionLoop::recycle() {
  if (calls_ != 0) return;
  for (ExchangeImpl* exchange : over_) {
    exchange->clear();
    free_.push_back(exchange);
  }
  over_.clear();
}

ExchangeImpl* ConnectionLoop::find_exchange(std::uint64_t id) const {
  const auto slot = static_cast<std::size_t>(id & ExchangeImpl::kSlotMask);
  if (slot >= exchanges_.size() || !exchanges_[slot]->open()) return nullptr;
  return exchanges_[slot].get();
}

// A handler has thrown: the client learns that much.
void ConnectionLoop::failed(ExchangeImpl& exchange) {
  if (!exchange.open()) return;
  Connection& connection = *exchange.connection_;
  try {
    if (exchange.stage_ == ExchangeImpl::Stage::handling) {
      refuse(exchange, 500, "The request could not be handled.", false);
    } else {
      doom(connection);
    }
  } catch (...) {
    doom(connection);
  }
}

// Unless the surface's error body has said so.
void ConnectionLoop::ask_to_retry(Response& response) {
  const auto named = [](const auto& header) { return header.first == "Retry-After"; };
  if (std::none_of(response.headers.begin(), response.headers.end(), named))
    response.headers.emplace_back("Retry-After", "1");
}

void ConnectionLoop::refuse(ExchangeImpl& exchange, int status, std::string_view sentence, bool close) {
  Response response = context_.error(exchange.request_.path, status, sentence);
  response.close = response.close || close;
  if (status == 503) ask_to_retry(response);
  exchange.connection_->answer(exchange, std::move(response));
}

void ConnectionLoop::observe(const ExchangeImpl& exchange) {
  if (!context_.observer) return;
  const std::uint64_t started = exchange.started_ns_;
  try {
    context_.observer(exchange.route_, exchange.status_, started == 0 ? 0 : precise_ns() - started, exchange.damage_);
  } catch (...) {  // what is measured must not change what is answered
  }
}

void ConnectionLoop::handle(ExchangeImpl& exchange) {
  requests_.store(requests_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (context_.observer) {
    if (turn_ns_ == 0) turn_ns_ = precise_ns();
    exchange.started_ns_ = turn_ns_;
  }
  call(exchange, [&] { route(exchange); });
}

void ConnectionLoop::route(ExchangeImpl& exchange) {
  Request& request = exchange.request_;
  if (draining_) return refuse(exchange, 503, "The server is shutting down.", true);
  Router::Match match;
  if (request.path == "*") {
    match.allowed = {Method::get, Method::head, Method::post, Method::put, Method::del, Method::patch, Method::options};
  } else {
    match = context_.router.match(request.method, request.segments);
  }
  if (match.route == nullptr) {
    if (match.allowed.empty()) return refuse(exchange, 404, "There is nothing at this path.", false);
    Response response;
    if (request.method == Method::options) {
      response.status = 204;
    } else {
      response = context_.error(request.path, 405, "This path does not have this method.");
    }
    response.headers.emplace_back("Allow", allow_list(match.allowed));
    return exchange.respond(std::move(response));
  }
  exchange.route_ = match.route;
  request.parameters = std::move(match.parameters);
  if (!context_.gatekeeper || context_.gatekeeper(exchange, *match.route)) match.route->handler(exchange);
  if (exchange.stage_ == ExchangeImpl::Stage::handling && !exchange.taken_up_) {
    refuse(exchange, 500, "The request was not answered.", false);
  }
}

void ConnectionLoop::call_tick(ExchangeImpl& exchange) {
  call(exchange, [&] {
    auto callback = std::move(exchange.on_tick_);
    exchange.on_tick_ = nullptr;
    callback(exchange);
    if (exchange.open() && !exchange.on_tick_) exchange.on_tick_ = std::move(callback);
  });
}

}  // namespace reprise::http
