// valijson stands behind this file and no other. Its regular expressions are std::regex, which a pattern or a text can
// send into endless work or out of its stack: the three places that use them are written anew for our adapter.
#include "workflow/answer_schema.hpp"

#include <re2/re2.h>

#include <exception>
#include <string>
#include <utility>
#define VALIJSON_USE_EXCEPTIONS 1
// It wants RapidJSON's assertion for itself and warns where that is taken: RapidJSON keeps the one of json.hpp.
#pragma push_macro("RAPIDJSON_ASSERT")
#undef RAPIDJSON_ASSERT
#include <valijson/adapters/rapidjson_adapter.hpp>
#undef RAPIDJSON_ASSERT
#pragma pop_macro("RAPIDJSON_ASSERT")
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "workflow/schema_shape.hpp"
#include "workflow/template.hpp"

namespace {

using Adapter = valijson::adapters::RapidJsonAdapter;

bool holds(std::string_view pattern, const std::string& text) {
  return re2::RE2::PartialMatch(text, re2::RE2(pattern, re2::RE2::Quiet));
}

// RFC 3339, without the calendar: a month may have 31 days.
const char* pattern_of_format(const std::string& format) {
  constexpr const char* kDate = R"(^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$)";
  constexpr const char* kTime = R"(^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$)";
  constexpr const char* kDateTime =
      R"(^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$)";
  constexpr const char* kUuid = R"(^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$)";
  constexpr const char* kEmail = R"(^[^@\s]+@[^@\s]+$)";
  if (format == "date") return kDate;
  if (format == "time") return kTime;
  if (format == "date-time") return kDateTime;
  if (format == "uuid") return kUuid;
  if (format == "email") return kEmail;
  return nullptr;  // others say something to people only, as draft 7 allows
}

}  // namespace

namespace valijson {

template <>
bool ValidationVisitor<Adapter>::visit(const PatternConstraint& constraint) {
  if (!m_target.isString()) return true;
  const std::string pattern(constraint.getPattern<std::string::allocator_type>());
  if (holds(pattern, m_target.asString())) return true;
  if (m_results != nullptr) m_results->pushError(m_context, "the text does not match the pattern '" + pattern + "'.");
  return false;
}

template <>
bool ValidationVisitor<Adapter>::visit(const FormatConstraint& constraint) {
  const char* pattern = m_target.isString() ? pattern_of_format(constraint.getFormat()) : nullptr;
  if (pattern == nullptr || holds(pattern, m_target.asString())) return true;
  if (m_results != nullptr) m_results->pushError(m_context, "the text is no " + constraint.getFormat() + ".");
  return false;
}

template <>
template <class Text>
bool ValidationVisitor<Adapter>::ValidatePatternPropertySubschemas::operator()(const Text& pattern,
                                                                               const Subschema* subschema) const {
  bool any = false;
  for (const auto member : m_object) {
    if (!holds(pattern, member.first)) continue;
    any = true;
    if (m_propertiesMatched != nullptr) m_propertiesMatched->insert(member.first);
    std::vector<std::string> context = m_context;
    context.push_back("[" + member.first + "]");
    ValidationVisitor validator(member.second, context, m_strictTypes, m_results, m_regexesCache);
    if (validator.validateSchema(*subschema)) continue;
    if (m_validated != nullptr) *m_validated = false;
    if (!m_continueOnFailure) return false;
  }
  return any || m_continueIfUnmatched ? m_continueOnSuccess : false;
}

}  // namespace valijson

namespace reprise::workflow {

namespace {

constexpr std::size_t kMostValues = 2'000;
constexpr std::size_t kShown = 200;

std::size_t values_of(const JsonValue& value, std::size_t enough) {
  std::size_t count = 1;
  if (value.IsArray()) {
    for (const JsonValue& each : value.GetArray()) {
      if (count > enough) break;
      count += values_of(each, enough - count);
    }
  } else if (value.IsObject()) {
    for (const auto& each : value.GetObject()) {
      if (count > enough) break;
      count += values_of(each.value, enough - count);
    }
  }
  return count;
}

std::string shortened(std::string text) {
  if (text.size() <= kShown) return text;
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// "<root>", "[items]", "[3]" is /items/3.
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const std::string& step : context) {
    if (step.size() < 2 || step.front() != '[') continue;
    pointer = append_pointer(pointer, std::string_view(step).substr(1, step.size() - 2));
  }
  return pointer;
}

// The part of the schema that is about the place, as far as properties and items lead there.
const JsonValue* schema_at(const JsonValue& schema, const std::vector<std::string>& context) {
  const JsonValue* part = &schema;
  for (const std::string& step : context) {
    if (step.size() < 2 || step.front() != '[') continue;
    if (!part->IsObject()) return nullptr;
    const std::string_view name = std::string_view(step).substr(1, step.size() - 2);
    const JsonValue* properties = find(*part, "properties");
    const JsonValue* next =
        properties != nullptr && properties->IsObject() ? find(*properties, name) : find(*part, "items");
    if (next == nullptr) return nullptr;
    part = next;
  }
  return part;
}

}  // namespace

struct AnswerSchema::Impl {
  JsonDocument source;
  valijson::Schema schema;
};

AnswerSchema::AnswerSchema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AnswerSchema::~AnswerSchema() = default;

Expected<std::shared_ptr<const AnswerSchema>> AnswerSchema::compile(const JsonValue& schema) {
  if (auto shape = check_schema_shape(schema); !shape) return tl::unexpected(std::move(shape.error()));
  auto own = parse_json(to_json(schema));
  if (!own) return tl::unexpected(std::move(own.error()));
  auto impl = std::make_unique<Impl>();
  impl->source = std::move(*own);
  try {
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(impl->source.root()), impl->schema);
  } catch (const std::exception& refused) {
    return fail(errc::invalid, "this is no JSON schema of draft 7: " + std::string(refused.what()));
  }
  return std::shared_ptr<const AnswerSchema>(new AnswerSchema(std::move(impl)));
}

Expected<void> AnswerSchema::check(const JsonValue& answer) const {
  if (values_of(answer, kMostValues) > kMostValues) {
    return fail(errc::invalid, "an answer that a schema is for may have 2,000 values");
  }
  valijson::ValidationResults results;
  try {
    valijson::Validator validator;
    if (validator.validate(impl_->schema, Adapter(answer), &results)) return {};
  } catch (const std::exception& refused) {
    return fail(errc::invalid, "the answer cannot be checked against its schema: " + std::string(refused.what()));
  }
  // The deepest place comes first.
  valijson::ValidationResults::Error first;
  if (!results.popError(first)) return fail(errc::invalid, "the answer does not fit its schema");
  const std::string pointer = pointer_of(first.context);
  std::string sentence = "data" + pointer + " does not fit the interaction's schema: " + first.description;
  if (const JsonValue* part = schema_at(impl_->source.root(), first.context)) {
    sentence += " Expected " + shortened(to_json(*part)) + ",";
  }
  if (const JsonValue* found = at_pointer(answer, pointer)) sentence += " found " + shortened(to_json(*found));
  return fail(errc::invalid, std::move(sentence), pointer);
}

}  // namespace reprise::workflow
