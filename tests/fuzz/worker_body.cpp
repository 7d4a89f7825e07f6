// Bodies of the worker API from arbitrary bytes: each gives requests within their bounds, or a refusal that says why.
#include <cstdint>
#include <string_view>

#include "events/json.hpp"
#include "http/worker_requests.hpp"
#include "require.hpp"

using namespace reprise;
using namespace reprise::http;

namespace {

template <class T>
void check(const Checked<WithBadEntries<T>>& read) {
  if (!read) {
    require(read.error().status == 400 || read.error().status == 413 || read.error().status == 422);
    require(check_json(read.error().body).has_value());
    return;
  }
  for (const BadEntry& bad : read->bad) require(!bad.detail.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Request request;
  request.body.assign(reinterpret_cast<const char*>(data), size);
  const Time now = from_millis(1'774'700'000'000);
  const auto poll = read_poll(request, now);
  check(poll);
  if (poll) require(poll->request.max >= 1 && poll->request.max <= 1'000 && poll->request.wait >= Duration{0});
  check(read_complete(request, now));
  check(read_heartbeat(request, now));
  return 0;
}
