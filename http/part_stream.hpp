// A long answer that is read in parts: each on a query thread, the next one only when the client has taken most of what
// was written. So neither memory nor a loop depends on how long the answer is.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "events/error.hpp"
#include "http/exchange.hpp"

namespace reprise::http {

class PartStream : public std::enable_shared_from_this<PartStream> {
 public:
  // `high_water`: bytes unsent, below which the next part is read.
  explicit PartStream(std::size_t high_water) : high_water_(high_water) {}
  virtual ~PartStream() = default;

  // On the exchange's loop; once.
  void begin(Exchange& exchange) { read(exchange); }

 protected:
  struct Part {
    std::string text;
    std::optional<Error> error;
    bool last = false;
  };

 private:
  // The next part. On a query thread; one part at a time.
  virtual void fill(Part& part) = 0;
  // The head of the stream, or of a plain answer.
  virtual Response head() const = 0;
  // In place of an answer whose first part failed.
  virtual Response failure(const Error& error) const = 0;
  // An answer of one part goes out with its length, not as a stream.
  virtual bool plain_when_short() const = 0;

  void read(Exchange& exchange);
  void write(Exchange& exchange, Part& part);
  void go_on(Exchange& exchange);

  const std::size_t high_water_;
  bool begun_ = false;
  bool waiting_ = false;  // for the client to take what was written
};

}  // namespace reprise::http
