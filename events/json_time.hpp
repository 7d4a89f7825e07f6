// A time as a JSON value.
#pragma once

#include <string>

#include "events/time.hpp"

namespace reprise {

// A string as append_time() writes it; null for the epoch, which stands for "none".
inline void append_json_time(std::string& out, Time time) {
  if (time == Time{}) {
    out += "null";
    return;
  }
  out += '"';
  append_time(out, time);
  out += '"';
}

}  // namespace reprise
