// Server-sent events from arbitrary bytes: however they are cut on their way, the same messages are read.
#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/sse.hpp"
#include "require.hpp"

using namespace reprise::cli;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  StreamReader whole;
  const std::vector<StreamMessage> expected = whole.feed(bytes);
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}}) {
    StreamReader pieces;
    std::vector<StreamMessage> found;
    for (std::size_t at = 0; at < size; at += step) {
      for (StreamMessage& message : pieces.feed(bytes.substr(at, step))) found.push_back(std::move(message));
    }
    require(found.size() == expected.size() && pieces.last_id() == whole.last_id());
    for (std::size_t i = 0; i < found.size(); ++i) {
      require(found[i].event == expected[i].event && found[i].data == expected[i].data &&
              found[i].id == expected[i].id);
    }
  }
  return 0;
}
