#include "http/part_stream.hpp"

#include <utility>

#include "http/error_body.hpp"

namespace reprise::http {

void PartStream::read(Exchange& exchange) {
  auto part = std::make_shared<Part>();
  exchange.read_then(
      [self = shared_from_this(), part] {
        self->fill(*part);
        return std::string();
      },
      [self = shared_from_this(), part](Exchange& e, std::string&&) { self->write(e, *part); });
}

void PartStream::write(Exchange& exchange, Part& part) {
  if (!begun_) {
    if (part.error) return exchange.respond(failure(*part.error));
    Response answer = head();
    if (part.last && plain_when_short()) {
      answer.body = std::move(part.text);
      return exchange.respond(std::move(answer));
    }
    begun_ = true;
    exchange.begin_stream(std::move(answer));
    exchange.on_drained([self = shared_from_this()](Exchange& e) { self->go_on(e); });
  }
  exchange.write(part.text);
  if (part.error) {
    // After the head has gone it can only be told by breaking off.
    exchange.note_damage(damage_of(*part.error));
    return exchange.break_off();
  }
  if (part.last) return exchange.end_stream();
  waiting_ = true;
  if (exchange.unsent() < high_water_) go_on(exchange);
}

void PartStream::go_on(Exchange& exchange) {
  if (!waiting_) return;
  waiting_ = false;
  read(exchange);
}

}  // namespace reprise::http
