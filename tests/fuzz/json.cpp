// Text as JSON: what is read, written and read again is the same value; all readers agree on what is wrong.
#include <cstdint>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "require.hpp"

namespace {

using namespace reprise;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = parse_json(text);
  const auto checked = check_json(text);
  require(document.has_value() == checked.has_value());
  if (!document) {
    require(document.error().detail == checked.error().detail && document.error().where == checked.error().where);
    require(!document.error().detail.empty());
    return 0;
  }
  const std::string written = to_json(document->root());
  const auto again = parse_json(written);
  require(again.has_value() && again->root() == document->root() && to_json(again->root()) == written);

  std::string bytes;
  const auto keeping = parse_json_keeping(text, "a", bytes);
  require(keeping.has_value() && keeping->root() == document->root());
  const JsonValue* const member = find(document->root(), "a");
  require((member == nullptr) == bytes.empty());
  if (member != nullptr) {
    const auto alone = parse_json(bytes);
    require(alone.has_value() && alone->root() == *member);
  }

  std::string quoted;
  append_json_string(quoted, text);
  const auto string = parse_json(quoted);
  require(string.has_value() && text_of(string->root()) == text);
  return 0;
}
