// Pistache's part of the server: its reactor polls the sockets and calls us; its listener accepts them. Nothing else of
// it is used: no request or response goes through its queues (see README.md for what was wrong with them).
#pragma once

#include <pistache/transport.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "http/connection_loop.hpp"

namespace reprise::http {

class LoopTransport final : public Pistache::Tcp::Transport, private Sockets {
 public:
  // One transport for each loop is cloned off a first one, which polls nothing itself.
  struct Loops {
    std::vector<ConnectionLoop*> all;
    std::size_t next = 0;
  };
  static std::shared_ptr<LoopTransport> prototype(std::shared_ptr<Loops> loops);

  LoopTransport(std::shared_ptr<Pistache::Tcp::Handler> handler, std::shared_ptr<Loops> loops, ConnectionLoop* loop);
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& events) override;
  // Called by the handler below while the base class takes over an accepted socket.
  void accepted(const std::shared_ptr<Pistache::Tcp::Peer>& peer) { accepted_.push_back(peer); }

 private:
  void watch_output(int socket) override;
  void close(int socket) override;
  void take_accepted(Pistache::Polling::Tag tag);

  std::shared_ptr<Pistache::Tcp::Handler> handler_;
  std::shared_ptr<Loops> loops_;
  ConnectionLoop* loop_;
  std::vector<std::shared_ptr<Pistache::Tcp::Peer>> accepted_;
  std::optional<Pistache::Polling::Tag> accept_tag_;  // of the base's queue of accepted sockets
};

}  // namespace reprise::http
