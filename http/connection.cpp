#include "http/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "http/connection_loop.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kHighWater = 256u << 10;  // unsent bytes beyond which no further request is taken
constexpr int kRoundsPerTurn = 16;              // reads of one connection before others have their turn
constexpr std::uint64_t kLingerMs = 1500;
constexpr std::size_t kProgress = 4096;  // bytes of a body within its timeout: a trickle is no progress
constexpr std::size_t kMaxDiscarded = 16u << 20;

}  // namespace

Connection::Connection(ConnectionLoop& loop, int socket, std::size_t id, std::string peer)
    : loop_(loop),
      socket_(socket),
      id_(id),
      peer_(std::move(peer)),
      parser_({loop.options().max_target_bytes, loop.options().max_header_bytes, loop.options().max_body_bytes}),
      idle_since_ms_(loop.now_ms()) {}

void Connection::event(const Readiness& ready) {
  if (ready.hangup || ready.peer_closed) {
    // The news may be about an earlier connection with this number, closed in the same turn: ask the socket itself.
    pollfd question{socket_, POLLRDHUP, 0};
    ::poll(&question, 1, 0);
    // When we linger, our side is closed, and the client's closing hers is no hang-up but the end that we wait for.
    if (!lingering_ && (question.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return gone();
    if ((question.revents & POLLRDHUP) != 0) peer_closed_ = true;
  }
  if (ready.readable) readable_ = true;
  if (ready.writable) blocked_ = false;
  loop_.mark_dirty(*this);
}

void Connection::service() {
  for (int round = 0; !dead_; ++round) {
    dispatch();
    offer_continue();
    flush();
    if (dead_) return;
    if ((peer_closed_ || end_of_input_) && someone_watches()) return gone();
    if (head_ != nullptr && head_->mute_ && output_.empty()) drop_queue();
    if (lingering_) return discard_input();
    if (!may_read()) break;
    if (round == kRoundsPerTurn) return loop_.mark_again(*this);
    if (!input_.empty()) {
      std::string bytes;
      bytes.swap(input_);
      feed(bytes);
    } else if (!readable_ || !read_once()) {
      break;
    }
  }
  if (!dead_) wind_up();
}

bool Connection::may_read() const {
  return !closing_ && !end_of_input_ && queued_ < loop_.options().max_pipelined &&
         output_.size() + held_bytes_ < kHighWater;
}

// False when there was nothing to read.
bool Connection::read_once() {
  for (;;) {
    const ssize_t n = ::recv(socket_, loop_.scratch(), ConnectionLoop::kScratch, 0);
    if (n > 0) {
      // Less than was asked for: the socket is empty and will tell of more; it has told already of the end.
      readable_ = static_cast<std::size_t>(n) == ConnectionLoop::kScratch || peer_closed_;
      feed({loop_.scratch(), static_cast<std::size_t>(n)});
      return true;
    }
    if (n == 0) {
      end_of_input();
      return true;
    }
    if (errno == EINTR) continue;
    readable_ = false;
    if (errno != EAGAIN && errno != EWOULDBLOCK) gone();
    return false;
  }
}

void Connection::end_of_input() {
  end_of_input_ = closing_ = true;
  readable_ = false;
  if (reading_ != nullptr) loop_.release(stop_reading());
}

// What has come of a body counts against a bound of the whole loop. False: beyond it.
bool Connection::count_body(std::size_t bytes) {
  const std::size_t before = std::exchange(counted_body_, bytes);
  return loop_.count_bodies(before, bytes);
}

ExchangeImpl& Connection::stop_reading() {
  if (counted_body_ != 0) count_body(0);
  return *std::exchange(reading_, nullptr);
}

void Connection::feed(std::string_view bytes) {
  while (!bytes.empty() && !closing_) {
    if (!may_read()) {
      input_.assign(bytes);
      return;
    }
    if (reading_ == nullptr) begin_reading();
    if (reading_ == nullptr) return gone();
    bytes.remove_prefix(parser_.feed(bytes));
    switch (parser_.state()) {
      case RequestParser::State::head: break;
      case RequestParser::State::body:
        if (body_since_ms_ == 0 || reading_->request_.body.size() >= body_mark_ + kProgress) {
          body_since_ms_ = loop_.now_ms();
          body_mark_ = reading_->request_.body.size();
        }
        if (!count_body(reading_->request_.body.size())) {
          refuse_reading(503, "Too many request bodies are coming in at once.");
        }
        break;
      case RequestParser::State::done: complete_reading(); break;
      case RequestParser::State::failed: refuse_reading(parser_.fault_status(), parser_.fault_sentence()); break;
    }
  }
}

void Connection::begin_reading() {
  reading_ = loop_.acquire(*this);
  if (reading_ == nullptr) return;
  parser_.start(reading_->request_, reading_->stock_);
  continued_ = false;
  head_since_ms_ = loop_.now_ms();
  body_since_ms_ = 0;
  body_mark_ = 0;
}

bool Connection::in_body() const { return reading_ != nullptr && parser_.state() == RequestParser::State::body; }

void Connection::complete_reading() {
  ExchangeImpl& exchange = stop_reading();
  exchange.keep_alive_ = parser_.keep_alive();
  exchange.http_1_0_ = parser_.http_1_0();
  if (!exchange.keep_alive_) closing_ = true;
  enqueue(exchange);
  exchange.stage_ = ExchangeImpl::Stage::waiting;
  if (next_waiting_ == nullptr) next_waiting_ = &exchange;
  dispatch();
}

void Connection::enqueue(ExchangeImpl& exchange) {
  const Method method = exchange.request_.method;
  exchange.safe_ = method == Method::get || method == Method::head || method == Method::options;
  exchange.head_only_ = method == Method::head;
  exchange.request_.peer = peer_;
  (tail_ == nullptr ? head_ : tail_->next_) = &exchange;
  tail_ = &exchange;
  ++queued_;
}

// The bytes after a request that cannot be understood cannot be either.
void Connection::refuse_reading(int status, std::string_view sentence) {
  ExchangeImpl& exchange = stop_reading();
  closing_ = true;
  exchange.keep_alive_ = false;
  exchange.http_1_0_ = parser_.http_1_0();
  enqueue(exchange);
  exchange.stage_ = ExchangeImpl::Stage::handling;
  ++open_;
  if (!exchange.safe_) ++open_unsafe_;
  loop_.refuse(exchange, status, sentence, true);
}

// Requests are handled side by side only where all of them are safe (RFC 9112, 9.3.2): one that changes something waits
// until all before it are answered, and those after it wait for it.
void Connection::dispatch() {
  while (next_waiting_ != nullptr) {
    ExchangeImpl& exchange = *next_waiting_;
    if (exchange.stage_ == ExchangeImpl::Stage::waiting) {
      if ((exchange.safe_ ? open_unsafe_ : open_) > 0) return;
      if (output_.size() + held_bytes_ >= kHighWater) return;
      exchange.stage_ = ExchangeImpl::Stage::handling;
      ++open_;
      if (!exchange.safe_) ++open_unsafe_;
      next_waiting_ = exchange.next_;
      loop_.handle(exchange);
    } else {
      next_waiting_ = exchange.next_;
    }
  }
}

template <class F>
void Connection::put(ExchangeImpl& exchange, F&& write) {
  if (&exchange == head_) {
    output_.append_with(std::forward<F>(write));
  } else {
    const std::size_t before = exchange.held_.size();
    write(exchange.held_);
    held_bytes_ += exchange.held_.size() - before;
  }
}

void Connection::answer(ExchangeImpl& exchange, Response&& response) {
  if (response.status < 200 || response.status > 999) response.status = 500;
  exchange.status_ = response.status;
  exchange.damage_ = std::move(response.damage);
  exchange.close_after_ = response.close || !exchange.keep_alive_ || loop_.draining();
  HeadForm form;
  form.length = response.body.size();
  form.close = exchange.close_after_;
  form.keep_alive = exchange.http_1_0_;
  put(exchange, [&](std::string& out) { append_head(out, response, form, loop_.date()); });
  if (!exchange.head_only_ && has_body(response.status)) {
    if (&exchange == head_) {
      output_.append_own(std::move(response.body));
    } else {
      put(exchange, [&](std::string& out) { out.append(response.body); });
    }
  }
  finish(exchange);
}

void Connection::begin_stream(ExchangeImpl& exchange, Response&& head) {
  if (head.status < 200 || head.status > 999) head.status = 500;
  exchange.stage_ = ExchangeImpl::Stage::streaming;
  exchange.taken_up_ = true;
  exchange.status_ = head.status;
  exchange.mute_ = exchange.head_only_ || !has_body(head.status);
  exchange.wrote_ = true;
  exchange.close_after_ =
      head.close || !exchange.keep_alive_ || exchange.http_1_0_ || exchange.mute_ || loop_.draining();
  HeadForm form;
  form.framing = exchange.http_1_0_ ? Framing::until_close : Framing::chunked;
  form.close = exchange.close_after_;
  put(exchange, [&](std::string& out) { append_head(out, head, form, loop_.date()); });
  if (!head.body.empty()) write(exchange, head.body);
  loop_.mark_dirty(*this);
}

void Connection::write(ExchangeImpl& exchange, std::string_view bytes) {
  if (doomed_ || exchange.mute_) return;
  put(exchange, [&](std::string& out) {
    if (exchange.http_1_0_) {
      out.append(bytes);
    } else {
      append_chunk(out, bytes);
    }
  });
  exchange.wrote_ = true;
  if (unsent(exchange) > loop_.options().max_unsent_bytes) {
    loop_.doom(*this);
  } else {
    loop_.mark_dirty(*this);
  }
}

void Connection::end_stream(ExchangeImpl& exchange) {
  if (!exchange.mute_ && !exchange.http_1_0_) put(exchange, [](std::string& out) { out.append(kLastChunk); });
  finish(exchange);
}

void Connection::break_off(ExchangeImpl& exchange) {
  exchange.close_after_ = true;
  finish(exchange);
}

std::size_t Connection::unsent(const ExchangeImpl& exchange) const {
  return &exchange == head_ ? output_.size() : exchange.held_.size();
}

void Connection::finish(ExchangeImpl& exchange) {
  --open_;
  if (!exchange.safe_) --open_unsafe_;
  exchange.stage_ = ExchangeImpl::Stage::answered;
  loop_.observe(exchange);
  if (&exchange == head_) advance();
  loop_.mark_dirty(*this);
}

// Takes the answered requests from the front of the queue; what the next one has to say already joins the output.
void Connection::advance() {
  while (head_ != nullptr && head_->stage_ == ExchangeImpl::Stage::answered) {
    ExchangeImpl& exchange = *head_;
    head_ = exchange.next_;
    if (head_ == nullptr) tail_ = nullptr;
    if (next_waiting_ == &exchange) next_waiting_ = exchange.next_;
    --queued_;
    const bool close = exchange.close_after_;
    loop_.release(exchange);
    if (close) {
      closing_ = true;
      return drop_queue();
    }
    if (head_ != nullptr && !head_->held_.empty()) {
      held_bytes_ -= head_->held_.size();
      output_.append_own(std::move(head_->held_));
      head_->held_.clear();
    }
  }
  idle_since_ms_ = loop_.now_ms();
}

void Connection::drop_queue() {
  ExchangeImpl* exchange = std::exchange(head_, nullptr);
  tail_ = next_waiting_ = nullptr;
  queued_ = open_ = open_unsafe_ = held_bytes_ = 0;
  closing_ = true;
  if (reading_ != nullptr) loop_.release(stop_reading());
  while (exchange != nullptr) {
    ExchangeImpl* next = exchange->next_;
    loop_.release_gone(*exchange);
    exchange = next;
  }
}

bool Connection::someone_watches() const {
  for (const ExchangeImpl* exchange = head_; exchange != nullptr; exchange = exchange->next_) {
    if (exchange->open() && exchange->on_gone_) return true;
  }
  return false;
}

// An interim response has its turn like any other.
void Connection::offer_continue() {
  if (reading_ == nullptr || continued_ || head_ != nullptr) return;
  if (parser_.state() != RequestParser::State::body || !parser_.expects_continue()) return;
  continued_ = true;
  body_since_ms_ = loop_.now_ms();
  output_.append(kContinue);
}

void Connection::flush() {
  if (output_.empty() || blocked_) return;
  bool progress = false;
  switch (output_.send(socket_, progress)) {
    case ConnectionOutput::Sent::all:
      stalled_since_ms_ = 0;
      idle_since_ms_ = loop_.now_ms();
      if (head_ != nullptr && head_->wrote_ && head_->on_drained_) {
        head_->wrote_ = false;
        loop_.mark_drained(*head_);
      }
      return;
    case ConnectionOutput::Sent::full:
      blocked_ = true;
      if (!std::exchange(watching_output_, true)) loop_.watch_output(socket_);
      break;
    case ConnectionOutput::Sent::enough: loop_.mark_again(*this); break;
    case ConnectionOutput::Sent::broken: return gone();
  }
  if (progress || stalled_since_ms_ == 0) stalled_since_ms_ = loop_.now_ms();
}

void Connection::wind_up() {
  if (head_ != nullptr || !output_.empty()) return;
  if (end_of_input_) {
    gone();
  } else if (closing_) {
    half_close();
  }
}

// Closing with bytes unread would reset the connection, and the client might lose the answer that is on its way.
void Connection::half_close() {
  ::shutdown(socket_, SHUT_WR);
  lingering_ = true;
  linger_since_ms_ = loop_.now_ms();
  discard_input();
}

void Connection::discard_input() {
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    const ssize_t n = ::recv(socket_, loop_.scratch(), ConnectionLoop::kScratch, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n <= 0) return gone();
    discarded_ += static_cast<std::size_t>(n);
    if (discarded_ > kMaxDiscarded) return gone();
  }
  loop_.mark_again(*this);
}

void Connection::gone() {
  if (std::exchange(dead_, true)) return;
  drop_queue();
  output_.clear();
  loop_.close(*this);
}

void Connection::turn_away(std::string_view bytes) {
  closing_ = true;
  output_.append(bytes);
  loop_.mark_dirty(*this);
}

void Connection::end_streams() {
  for (ExchangeImpl* exchange = head_; exchange != nullptr;) {
    ExchangeImpl* next = exchange->next_;
    if (exchange->stage_ == ExchangeImpl::Stage::streaming) {
      exchange->close_after_ = true;
      loop_.farewell(*exchange);
      // What follows the engine may end at any point; what was to be sent whole is not.
      if (exchange->on_answer_) {
        end_stream(*exchange);
      } else {
        break_off(*exchange);
      }
    }
    exchange = next;
  }
}

void Connection::tick_streams() {
  for (ExchangeImpl* exchange = head_; exchange != nullptr;) {
    ExchangeImpl* next = exchange->next_;
    if (exchange->open() && exchange->on_tick_) loop_.call_tick(*exchange);
    exchange = next;
  }
}

void Connection::check_timeouts(std::uint64_t now_ms) {
  const ServerOptions& options = loop_.options();
  const auto past = [now_ms](std::uint64_t since, std::uint64_t limit) { return now_ms > since + limit; };
  if (lingering_) {
    if (past(linger_since_ms_, kLingerMs)) gone();
  } else if (stalled_since_ms_ != 0 && past(stalled_since_ms_, options.write_timeout_ms)) {
    loop_.count_timeout();
    gone();
  } else if (reading_ != nullptr && may_read()) {
    const bool in_head = parser_.state() == RequestParser::State::head;
    // Whoever waits for 100 Continue, waits for us.
    if (!in_head && parser_.expects_continue() && !continued_) return;
    if (in_head ? !past(head_since_ms_, options.header_timeout_ms) : !past(body_since_ms_, options.body_timeout_ms)) {
      return;
    }
    loop_.count_timeout();
    refuse_reading(408, in_head ? "The request header took too long." : "The request body took too long.");
  } else if (!busy() && reading_ == nullptr && past(idle_since_ms_, options.idle_timeout_ms)) {
    closing_ = true;
    loop_.mark_dirty(*this);
  }
}

}  // namespace reprise::http
