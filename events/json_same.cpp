#include "events/json_same.hpp"

#include <algorithm>
#include <vector>

#include "events/json.hpp"

namespace reprise {

namespace {

std::vector<const JsonValue::Member*> by_name(const JsonValue& object) {
  std::vector<const JsonValue::Member*> out;
  out.reserve(object.MemberCount());
  for (const auto& member : object.GetObject()) out.push_back(&member);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return text_of(a->name) < text_of(b->name); });
  return out;
}

// Not RapidJSON's ==, which takes the square of the members. As deep as parse_json lets them be.
bool same(const JsonValue& a, const JsonValue& b) {
  if (a.GetType() != b.GetType()) return false;
  switch (a.GetType()) {
    case rapidjson::kObjectType: {
      if (a.MemberCount() != b.MemberCount()) return false;
      const auto of_a = by_name(a), of_b = by_name(b);
      return std::equal(of_a.begin(), of_a.end(), of_b.begin(), [](const auto* x, const auto* y) {
        return text_of(x->name) == text_of(y->name) && same(x->value, y->value);
      });
    }
    case rapidjson::kArrayType: return a.Size() == b.Size() && std::equal(a.Begin(), a.End(), b.Begin(), same);
    case rapidjson::kStringType: return text_of(a) == text_of(b);
    case rapidjson::kNumberType: return to_json(a) == to_json(b);
    default: return true;
  }
}

}  // namespace

bool same_json(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto parsed_a = parse_json(a), parsed_b = parse_json(b);
  return parsed_a && parsed_b && same(parsed_a->root(), parsed_b->root());
}

}  // namespace reprise
