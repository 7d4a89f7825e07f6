// The text of a definition, in JSON or YAML, as one model: a JSON value, and where each part of it stands in the text.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/json.hpp"
#include "workflow/fault.hpp"

namespace reprise::workflow {

inline constexpr std::size_t kMaxDefinitionBytes = 1u << 20;
inline constexpr std::size_t kMaxDefinitionDepth = 64;

// Byte offsets into the source, by JSON pointer.
struct Offsets {
  std::unordered_map<std::string, std::size_t> values;
  std::unordered_map<std::string, std::size_t> keys;  // of members
};

struct Source {
  JsonDocument document;
  Offsets offsets;            // YAML: of all parts; JSON: found when they are asked for
  bool located = false;       // offsets are filled in
  std::string_view text;      // without a byte order mark
  std::vector<Fault> faults;  // the text cannot be read; the document is then null
};

Source read_json(std::string_view text);
Source read_yaml(std::string_view text);

// Fills in the offsets of a JSON text that is known to be well-formed.
void locate_json(std::string_view text, Offsets& out);

// Line and column (in characters), both from 1, of a byte of the text.
void place(std::string_view text, std::size_t offset, Fault& out);

}  // namespace reprise::workflow
