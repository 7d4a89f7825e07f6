// Records of a topic from arbitrary bytes: what a source makes of one is JSON, or a reason why it is refused.
#include "actors/streams/source_record.hpp"

#include <cstdint>
#include <string_view>

#include "events/json.hpp"
#include "require.hpp"

using namespace reprise;
using namespace reprise::actors;

// The first byte says how long the key is, the second the name of the header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto take = [&](std::size_t most) {
    const std::string_view part = bytes.substr(0, most);
    bytes.remove_prefix(part.size());
    return std::string(part);
  };
  const std::size_t key = take(1).empty() ? 0 : data[0], name = take(1).empty() ? 0 : data[1];
  kafka::Record record;
  record.topic = "orders";
  record.key = take(key);
  record.headers.emplace_back(take(name), take(name));
  record.headers.emplace_back("none", std::nullopt);
  record.value = std::string(bytes);
  for (const auto form : {events::SourceInputs::value, events::SourceInputs::record}) {
    const auto inputs = inputs_of_record(record, form);
    if (!inputs) {
      require(!inputs.error().detail.empty());
      continue;
    }
    const auto document = parse_json(inputs->bytes);
    require(document.has_value() && document->root().IsObject());
  }
  const auto answer = answer_of_record(record);
  require(answer ? check_json(answer->data.bytes).has_value() : !answer.error().detail.empty());
  return 0;
}
