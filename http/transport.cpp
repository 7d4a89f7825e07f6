#include "http/transport.hpp"

#include <pistache/peer.h>
#include <pistache/tcp.h>

#include <exception>
#include <string>

namespace reprise::http {
namespace {

using Pistache::Flags;
using Pistache::Aio::FdSet;
using Pistache::Polling::Event;
using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

class AcceptHandler final : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, AcceptHandler)
  void onInput(const char*, std::size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {}
  void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    static_cast<LoopTransport*>(transport())->accepted(peer);
  }
};

std::string address_of(const Pistache::Tcp::Peer& peer) {
  try {
    return peer.address().host();
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

std::shared_ptr<LoopTransport> LoopTransport::prototype(std::shared_ptr<Loops> loops) {
  return std::make_shared<LoopTransport>(std::make_shared<AcceptHandler>(), std::move(loops), nullptr);
}

LoopTransport::LoopTransport(std::shared_ptr<Pistache::Tcp::Handler> handler, std::shared_ptr<Loops> loops,
                             ConnectionLoop* loop)
    : Pistache::Tcp::Transport(handler), handler_(std::move(handler)), loops_(std::move(loops)), loop_(loop) {}

std::shared_ptr<Pistache::Aio::Handler> LoopTransport::clone() const {
  auto copy = std::make_shared<LoopTransport>(handler_->clone(), loops_, loops_->all.at(loops_->next++));
  copy->loop_->attach(copy.get());
  return copy;
}

void LoopTransport::registerPoller(Pistache::Polling::Epoll& poller) {
  Pistache::Tcp::Transport::registerPoller(poller);
  poller.addFd(loop_->wake_fd(), Flags<NotifyOn>(NotifyOn::Read), Tag(static_cast<std::uint64_t>(loop_->wake_fd())),
               Mode::Edge);
  poller.addFd(loop_->timer_fd(), Flags<NotifyOn>(NotifyOn::Read), Tag(static_cast<std::uint64_t>(loop_->timer_fd())));
}

void LoopTransport::onReady(const FdSet& events) {
  loop_->begin_turn();
  for (const auto& entry : events) {
    const int fd = static_cast<int>(entry.getTag().value());
    if (fd == loop_->wake_fd()) continue;  // end_turn() looks at what has come
    if (fd == loop_->timer_fd()) {
      loop_->tick();
      // The base's queue can lose a wake-up: it empties its eventfd after it has found nothing, and what is pushed in
      // between stays until somebody looks again.
      if (accept_tag_) take_accepted(*accept_tag_);
    } else if (loop_->knows(fd)) {
      // The entry hides its flags behind private inheritance, and has no accessor for the one that says that the
      // client has closed its side. A cast in this notation may pass that border.
      const auto& event = (const Event&)entry;  // NOLINT
      loop_->event(fd,
                   {entry.isReadable(), entry.isWritable(), entry.isHangup(), event.flags.hasFlag(NotifyOn::Shutdown)});
    } else if (entry.isReadable()) {
      take_accepted(entry.getTag());
    }
  }
  loop_->end_turn();
}

// Only the queue of accepted sockets is ever used of the base's, so this tag is its.
void LoopTransport::take_accepted(Tag tag) {
  try {
    std::vector<Event> only(1, Event(tag));
    only.front().flags.setFlag(NotifyOn::Read);
    Pistache::Tcp::Transport::onReady(FdSet(std::move(only)));
  } catch (const std::exception&) {  // one socket could not be watched: the others go on
  }
  if (!accepted_.empty()) accept_tag_ = tag;
  std::vector<std::shared_ptr<Pistache::Tcp::Peer>> accepted;
  accepted.swap(accepted_);
  for (const auto& peer : accepted) loop_->opened(peer->fd(), peer->getID(), address_of(*peer));
}

void LoopTransport::watch_output(int socket) {
  try {
    reactor()->modifyFd(key(), socket, NotifyOn::Read | NotifyOn::Write | NotifyOn::Shutdown, Mode::Edge);
  } catch (const std::exception&) {  // the write timeout closes it
  }
}

void LoopTransport::close(int socket) {
  try {
    if (const auto peer = peers.find(socket); peer != peers.end()) {
      const auto kept = peer->second;
      removePeer(kept);
    }
  } catch (const std::exception&) {  // the reactor did not know it any more
  }
}

}  // namespace reprise::http
