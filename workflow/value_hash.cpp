#include "workflow/value_hash.hpp"

#include <bit>

namespace reprise::workflow {
namespace {

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93;
  x ^= x >> 32;
  return x;
}

std::uint64_t of_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mixed(hash);
}

}  // namespace

bool hash_value(Evaluation& evaluation, const JsonValue& value, std::uint64_t& out) {
  if (!evaluation.spend(1)) return false;
  if (value.IsString()) {
    out = of_text(text_of(value));
    return evaluation.spend(value.GetStringLength() / 64);
  }
  if (value.IsArray()) {
    std::uint64_t hash = 11;
    for (const auto& element : value.GetArray()) {
      std::uint64_t part = 0;
      if (!hash_value(evaluation, element, part)) return false;
      hash = mixed(hash * 31 + part);
    }
    out = hash;
    return true;
  }
  if (value.IsObject()) {
    std::uint64_t hash = 13;
    for (const auto& m : value.GetObject()) {
      std::uint64_t part = 0;
      if (!hash_value(evaluation, m.value, part)) return false;
      hash += mixed(of_text(text_of(m.name)) * 31 + part);
    }
    out = hash;
    return true;
  }
  if (value.IsNull()) {
    out = 17;
    return true;
  }
  // Equal numbers have equal nearest doubles.
  const double number = Value::of(value).number();
  out = mixed(std::bit_cast<std::uint64_t>(number == 0.0 ? 0.0 : number));
  return true;
}

}  // namespace reprise::workflow
