// The server under test: a `reprise serve` of its own, on a store of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reprise::bench {

class ServerProcess {
 public:
  // Starts `binary serve --data DIR --listen 127.0.0.1:0 ...` and waits until it is ready. port() is 0 when it did not
  // start.
  ServerProcess(const std::string& binary, const std::string& data, const std::vector<std::string>& options = {});
  ~ServerProcess();  // stop()
  ServerProcess(const ServerProcess&) = delete;

  std::uint16_t port() const { return port_; }
  double seconds_to_ready() const { return seconds_to_ready_; }
  std::uint64_t resident_bytes() const;
  double processor_seconds() const;  // user and system, all threads
  void stop();                       // SIGTERM, and waits

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  double seconds_to_ready_ = 0;
};

// A new empty folder below `base`, removed with everything in it at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& base);
  ~ScratchFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace reprise::bench
