// A client with nothing between the test and the socket: it sends bytes as they are and takes answers apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reprise::http::test {

struct Answered {
  int status = 0;    // 0: none came
  std::string head;  // status line and headers, names as they came
  std::string body;  // without the chunks' framing
  bool complete = false;

  // The value of a header, or "" (name in the case that the server writes).
  std::string header(std::string_view name) const;
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  bool connected() const { return socket_ >= 0; }
  bool send(std::string_view bytes);
  Answered ask(std::string_view bytes) {
    send(bytes);
    return read();
  }
  // Waits at most `wait_ms` for each further piece. `head_only`: the answer to HEAD.
  Answered read(bool head_only = false, int wait_ms = 30'000);
  std::string read_some(int wait_ms = 30'000);  // what comes next, as it is
  std::string take_buffered();                  // what was read beyond the last answer
  // The server has closed its side, and nothing was left to read.
  bool closed(int wait_ms = 30'000);
  void shut_write();
  void reset();  // closes with RST
  void close();

 private:
  bool fill(int wait_ms);
  bool read_chunks(Answered& answer, int wait_ms);

  int socket_ = -1;
  bool end_ = false;
  std::string buffer_;
};

}  // namespace reprise::http::test
