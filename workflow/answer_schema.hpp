// The JSON schema (draft 7) that the answers of an interaction have to fit. Compiled once, with the definition.
#pragma once

#include <memory>

#include "events/error.hpp"
#include "events/json.hpp"

namespace reprise::workflow {

// Immutable; any thread. What a schema may cost is bounded when it is compiled: it stands alone (a $ref leads into the
// schema itself), does not refer to itself, and written out has at most 2,000 parts, 64 deep. Patterns are RE2's.
class AnswerSchema {
 public:
  ~AnswerSchema();
  AnswerSchema(const AnswerSchema&) = delete;
  AnswerSchema& operator=(const AnswerSchema&) = delete;

  // Error: errc::invalid, with a sentence; `where` is a JSON pointer into the schema.
  static Expected<std::shared_ptr<const AnswerSchema>> compile(const JsonValue& schema);

  // Error: errc::invalid; the sentence says what was found and what the schema wants there, `where` is a JSON pointer
  // into the answer. An answer with more than 2,000 values is refused.
  Expected<void> check(const JsonValue& answer) const;

 private:
  struct Impl;
  explicit AnswerSchema(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::workflow
