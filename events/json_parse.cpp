#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <limits>

#include "events/json.hpp"
#include "events/json_checks.hpp"

namespace reprise {
namespace {

using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, JsonPool, ScratchAllocator>;
using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, ScratchAllocator>;
using Nothing = rapidjson::BaseReaderHandler<rapidjson::UTF8<>>;

std::string_view sentence_of(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty: return "the JSON is empty";
    case rapidjson::kParseErrorDocumentRootNotSingular: return "something follows the JSON's value";
    case rapidjson::kParseErrorValueInvalid: return "the JSON has no value where one is expected";
    case rapidjson::kParseErrorObjectMissName: return "an object of the JSON has no key where one is expected";
    case rapidjson::kParseErrorObjectMissColon: return "a key of the JSON is not followed by a colon";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "a member of a JSON object is not followed by a comma or a closing brace";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "an element of a JSON array is not followed by a comma or a closing bracket";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "a \\u escape of the JSON is not followed by four hexadecimal digits";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "a string of the JSON has half of a surrogate pair";
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "a string of the JSON has an unknown escape or a control character";
    case rapidjson::kParseErrorStringMissQuotationMark: return "a string of the JSON is not closed";
    case rapidjson::kParseErrorStringInvalidEncoding: return "a string of the JSON is not UTF-8";
    case rapidjson::kParseErrorNumberTooBig: return "a number of the JSON does not fit into a double";
    case rapidjson::kParseErrorNumberMissFraction: return "a number of the JSON has no digit after its point";
    case rapidjson::kParseErrorNumberMissExponent: return "a number of the JSON has no digit in its exponent";
    default: return "the JSON is malformed";
  }
}

// Runs the reader over the text. Everything that is wrong with it is in the answer.
template <class Sink>
Expected<void> run(std::string_view text, JsonChecks<Sink>& checks, rapidjson::MemoryStream& in,
                   ScratchAllocator& scratch) {
  Reader reader(&scratch, 256);
  const auto result =
      reader.template Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(in, checks);
  if (checks.failed()) return tl::unexpected(checks.take_fault());
  const std::size_t at = result.IsError() ? result.Offset() : in.Tell();
  if (result.IsError() || at != text.size()) {
    // The reader takes a zero byte for the end of the text.
    const auto code = result.IsError() ? result.Code() : rapidjson::kParseErrorDocumentRootNotSingular;
    return fail(errc::malformed, std::string(sentence_of(code)), "byte " + std::to_string(at));
  }
  return {};
}

Expected<void> check_size(std::string_view text) {
  if (text.size() < std::numeric_limits<rapidjson::SizeType>::max()) return {};
  return fail(errc::too_large, "a JSON text of 4 GiB or more is not read");
}

Expected<JsonDocument> parse(std::string_view text, const JsonLimits& limits, const std::string_view* keep,
                             std::string* kept) {
  if (auto size = check_size(text); !size) return tl::unexpected(std::move(size.error()));
  JsonDocument document(std::clamp<std::size_t>(text.size() * 2, 256, 64 * 1024));
  ScratchAllocator scratch;
  Document builder(&document.pool(), 512, &scratch);
  rapidjson::MemoryStream in(text.data(), text.size());
  JsonChecks<Document> checks(builder, in, text, limits.max_depth);
  if (keep != nullptr) checks.keep(*keep);

  Expected<void> outcome;
  const auto fill = [&](Document&) {
    outcome = run(text, checks, in, scratch);
    return outcome.has_value();
  };
  builder.Populate(fill);
  if (!outcome) return tl::unexpected(std::move(outcome.error()));
  if (kept != nullptr) kept->assign(checks.kept());
  document.root() = static_cast<JsonValue&&>(builder);
  return document;
}

}  // namespace

Expected<JsonDocument> parse_json(std::string_view text, const JsonLimits& limits) {
  return parse(text, limits, nullptr, nullptr);
}

Expected<JsonDocument> parse_json_keeping(std::string_view text, std::string_view name, std::string& member_bytes,
                                          const JsonLimits& limits) {
  member_bytes.clear();
  return parse(text, limits, &name, &member_bytes);
}

Expected<void> check_json(std::string_view text, const JsonLimits& limits) {
  if (auto size = check_size(text); !size) return size;
  ScratchAllocator scratch;
  Nothing nothing;
  rapidjson::MemoryStream in(text.data(), text.size());
  JsonChecks<Nothing> checks(nothing, in, text, limits.max_depth);
  return run(text, checks, in, scratch);
}

}  // namespace reprise
