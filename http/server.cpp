#include "http/server.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pistache/listener.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include "http/connection_loop.hpp"
#include "http/transport.hpp"

namespace reprise::http {
namespace {

constexpr rlim_t kOtherFiles = 1024;  // besides connections: the store's, mostly

// Out of descriptors the accepting thread would spin: the limit on connections must be reached before.
std::size_t affordable_connections(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = static_cast<rlim_t>(wanted) + kOtherFiles;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? needed : std::min(needed, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return wanted;
  const rlim_t left = limit.rlim_cur > 2 * kOtherFiles ? limit.rlim_cur - kOtherFiles : limit.rlim_cur / 2;
  return std::min<std::size_t>(wanted, static_cast<std::size_t>(left));
}

// All sockets of this process that listen.
std::vector<int> listening_sockets() {
  std::vector<int> found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    char* end = nullptr;
    const int fd = static_cast<int>(std::strtol(entry->d_name, &end, 10));
    int listening = 0;
    socklen_t size = sizeof listening;
    if (end == entry->d_name || *end != '\0') continue;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0) found.push_back(fd);
  }
  ::closedir(directory);
  return found;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// The listener keeps its socket to itself: it is the one that was not there before and listens on this port.
int find_listening_socket(const std::vector<int>& before, std::uint16_t port) {
  for (const int fd : listening_sockets()) {
    if (std::find(before.begin(), before.end(), fd) == before.end() && port_of(fd) == port) return fd;
  }
  return -1;
}

// Pistache takes an IPv6 address in brackets.
Pistache::Address address_of(const ServerOptions& options) {
  const bool bare_v6 = options.address.find(':') != std::string::npos && options.address.front() != '[';
  return {bare_v6 ? "[" + options.address + "]" : options.address, Pistache::Port(options.port)};
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, const Router& router, Gatekeeper gatekeeper, ErrorBody error_body, Observer observer)
      : context{options,
                router,
                std::move(gatekeeper),
                std::move(error_body),
                std::move(observer),
                {options.query_threads, options.query_queue}} {
    context.options.loops = std::clamp<std::size_t>(options.loops, 1, 64);
    context.options.max_pipelined = std::max<std::size_t>(options.max_pipelined, 1);
    for (std::size_t i = 0; i < context.options.loops; ++i) {
      loops.push_back(std::make_unique<ConnectionLoop>(context));
    }
  }

  // Pistache's thread goes on polling its descriptor, which must stay a socket: with any other file accept() fails in a
  // way that it takes for fatal. A socket that does not listen takes the place of the one that does.
  void stop_accepting() {
    if (listening < 0) return;
    const int replacement = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (replacement < 0) return;
    ::dup3(replacement, listening, O_CLOEXEC);
    ::close(replacement);
    listening = -1;
  }

  bool any_busy() const {
    return std::any_of(loops.begin(), loops.end(), [](const auto& loop) { return loop->busy(); });
  }
  bool all_ended() const {
    return std::all_of(loops.begin(), loops.end(), [](const auto& loop) { return loop->ended(); });
  }

  ServerContext context;
  std::vector<std::unique_ptr<ConnectionLoop>> loops;  // outlive the listener's threads
  std::unique_ptr<Pistache::Tcp::Listener> listener;
  std::uint16_t port = 0;
  int listening = -1;
};

Server::Server(ServerOptions options, const Router& router, Gatekeeper gatekeeper, ErrorBody error_body,
               Observer observer)
    : impl_(std::make_unique<Impl>(std::move(options), router, std::move(gatekeeper), std::move(error_body),
                                   std::move(observer))) {}

Server::~Server() { drain(0); }

Expected<void> Server::listen() {
  using Pistache::Tcp::Options;
  Impl& impl = *impl_;
  ServerOptions& options = impl.context.options;
  const std::string where = options.address + ":" + std::to_string(options.port);
  try {
    options.max_connections = affordable_connections(options.max_connections);
    impl.context.queries.start();
    auto listener = std::make_unique<Pistache::Tcp::Listener>();
    listener->init(impl.loops.size(),
                   Pistache::Flags<Options>(Options::ReuseAddr) | Options::NoDelay | Options::CloseOnExec, "http",
                   1024);
    auto loops = std::make_shared<LoopTransport::Loops>();
    for (const auto& loop : impl.loops) loops->all.push_back(loop.get());
    listener->setTransportFactory([loops] { return LoopTransport::prototype(loops); });
    const auto before = listening_sockets();
    listener->bind(address_of(options));
    impl.port = listener->getPort();
    impl.listening = find_listening_socket(before, impl.port);
    impl.listener = std::move(listener);
    impl.listener->runThreaded();
  } catch (const std::exception& problem) {
    impl.listener.reset();
    impl.context.queries.stop();
    return fail(errc::io, std::string("cannot listen: ") + problem.what(), where);
  }
  return {};
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::drain(std::uint32_t grace_ms) {
  Impl& impl = *impl_;
  if (!impl.listener) return;
  using Clock = std::chrono::steady_clock;
  const auto wait_until = [](Clock::time_point limit, auto&& done) {
    while (!done() && Clock::now() < limit) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  impl.stop_accepting();
  for (const auto& loop : impl.loops) loop->drain();
  wait_until(Clock::now() + std::chrono::milliseconds(grace_ms), [&] { return !impl.any_busy(); });
  for (const auto& loop : impl.loops) loop->end();
  // The loops never block, so this limit is for one that has died.
  wait_until(Clock::now() + std::chrono::seconds(10), [&] { return impl.all_ended(); });
  impl.listener.reset();
  impl.context.queries.stop();
  for (const auto& loop : impl.loops) loop->give_back_rest();
}

bool Server::run_later(std::function<void()>& job) { return impl_->context.queries.submit(job); }

ServerNumbers Server::numbers() const {
  const ServerContext& context = impl_->context;
  ServerNumbers numbers;
  numbers.connections = context.connections;
  numbers.accepted = context.accepted;
  numbers.refused = context.refused;
  numbers.timed_out = context.timed_out;
  for (const auto& loop : impl_->loops) numbers.requests += loop->requests();
  return numbers;
}

}  // namespace reprise::http
