// What a connection has still to send: small answers gathered in one piece, large ones in their own, without a copy.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reprise::http {

class ConnectionOutput {
 public:
  enum class Sent : unsigned char {
    all,
    full,    // the socket takes no more: it will say when it does
    enough,  // the socket would take more, but others want their turn
    broken,  // the connection is gone
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void append(std::string_view bytes);
  void append_own(std::string&& bytes);
  // `write` appends to the string that it is given.
  template <class F>
  void append_with(F&& write) {
    std::string& piece = tail();
    const std::size_t before = piece.size();
    write(piece);
    size_ += piece.size() - before;
  }

  // `progress` is set when the socket took anything.
  Sent send(int socket, bool& progress);
  void clear();

 private:
  std::string& tail();
  void drop_sent(std::size_t bytes);

  std::vector<std::string> pieces_;
  std::size_t first_ = 0;   // of pieces_: those before it are sent
  std::size_t offset_ = 0;  // of the first piece: bytes that are sent
  std::size_t size_ = 0;
};

}  // namespace reprise::http
