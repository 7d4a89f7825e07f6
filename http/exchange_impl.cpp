#include "http/exchange_impl.hpp"

#include <utility>

#include "http/connection.hpp"
#include "http/connection_loop.hpp"

namespace reprise::http {

void ExchangeImpl::start(Connection& connection) {
  stage_ = Stage::reading;
  connection_ = &connection;
  serial_ = new_id();
  keep_alive_ = true;
  http_1_0_ = safe_ = head_only_ = mute_ = taken_up_ = close_after_ = wrote_ = false;
  status_ = 0;
  started_ns_ = 0;
  ticket_ = 0;
  next_ = nullptr;
  route_ = nullptr;
}

void ExchangeImpl::clear() {
  stage_ = Stage::free;
  connection_ = nullptr;
  serial_ = ticket_ = 0;
  stock_.take_back(request_);
  held_.clear();
  damage_.clear();
  if (on_answer_) on_answer_ = nullptr;
  if (on_gone_) on_gone_ = nullptr;
  if (on_undelivered_) on_undelivered_ = nullptr;
  if (on_drained_) on_drained_ = nullptr;
  if (on_tick_) on_tick_ = nullptr;
}

void ExchangeImpl::respond(Response response) {
  if (stage_ == Stage::handling) connection_->answer(*this, std::move(response));
}

actors::Ticket ExchangeImpl::defer(OnAnswer on_answer, OnGone on_gone) {
  if (!open()) return {&loop_, 0};
  taken_up_ = true;
  ticket_ = new_id();
  on_answer_ = std::move(on_answer);
  on_gone_ = std::move(on_gone);
  on_undelivered_ = nullptr;
  // The client may have gone before anybody could be told.
  loop_.mark_dirty(*connection_);
  return {&loop_, ticket_};
}

void ExchangeImpl::offload(std::function<Response()> work) {
  if (stage_ != Stage::handling) return;
  taken_up_ = true;
  loop_.offload(*this, std::move(work));
}

void ExchangeImpl::read_then(std::function<std::string()> work, std::function<void(Exchange&, std::string&&)> done) {
  if (!open()) return;
  taken_up_ = true;
  loop_.read_then(*this, std::move(work), std::move(done));
}

void ExchangeImpl::begin_stream(Response head) {
  if (stage_ == Stage::handling) connection_->begin_stream(*this, std::move(head));
}

void ExchangeImpl::write(std::string_view bytes) {
  if (stage_ == Stage::streaming && !bytes.empty()) connection_->write(*this, bytes);
}

std::size_t ExchangeImpl::unsent() const { return stage_ == Stage::streaming ? connection_->unsent(*this) : 0; }

void ExchangeImpl::note_damage(std::string damage) {
  if (stage_ == Stage::streaming) damage_ = std::move(damage);
}

void ExchangeImpl::end_stream() {
  if (stage_ == Stage::streaming) connection_->end_stream(*this);
}

void ExchangeImpl::break_off() {
  if (stage_ == Stage::streaming) connection_->break_off(*this);
}

}  // namespace reprise::http
