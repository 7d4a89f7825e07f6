// The first byte seeds how the rest is cut into pieces: the parser must say the same of them as of the whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string_view>

#include "tests/http/parser_fixture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reprise::http;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const ParserLimits limits{64, 256, 64};
  const test::Verdict whole = test::parse_at_once(bytes, limits);
  std::minstd_rand random(data[0] + 1u);
  const test::Verdict pieces = test::parse(bytes, limits, [&](std::size_t left) { return 1 + random() % left; });
  if (!(pieces == whole) || !(test::parse_byte_by_byte(bytes, limits) == whole)) std::abort();
  test::parse_at_once(bytes);
  return 0;
}
