// What went wrong at a broker, by what is to be done about it.
#pragma once

#include <cstdint>
#include <string>

namespace reprise::kafka {

enum class FaultKind : std::uint8_t {
  passing,    // the network, a broker that is away or changes: goes by; librdkafka tries again by itself where it can
  permanent,  // says the same again until somebody changes something: a record too large, no rights, a wrong password
  fatal,      // the handle is of no use any more: close it and open another
};

struct Fault {
  FaultKind kind = FaultKind::passing;
  int code = 0;      // rd_kafka_resp_err_t
  std::string text;  // for people: librdkafka's own words
};

FaultKind kind_of(int code);
bool is_all_brokers_down(const Fault& fault);     // follows the fault of each broker, and says less
bool is_too_large(const Fault& fault);            // the record, for the topic
Fault fault_of(int code, std::string text = {});  // without a text: librdkafka's for this code

}  // namespace reprise::kafka
