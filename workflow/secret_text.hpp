// How SECRETS.name.KEY is written down without its value. The args of a task that names secrets are recorded as text in
// which `${{ SECRETS.name.KEY }}` stands for a value and every other `$` is doubled, in all strings but keys. So
// nothing that came from outside can be taken for a reference: only the definition makes one. The values are put in
// when the task is handed out, and taken out again of what comes back.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/json.hpp"

namespace reprise::workflow {

struct SecretName {
  std::string name, key;
  auto operator<=>(const SecretName&) const = default;
};

std::string to_string(const SecretName& secret);     // "SECRETS.name.KEY"
std::string reference_to(const SecretName& secret);  // "${{ SECRETS.name.KEY }}"

// Appends text with every `$` doubled.
void append_without_references(std::string& out, std::string_view text);

// The same for all strings of a value but keys. What has no `$` is shared, the rest is built in `pool`.
JsonValue without_references(const JsonValue& value, JsonPool& pool);

// The value of a secret; null: it has none. Borrowed until the call that asked returns.
using SecretLookup = std::function<const std::string*(const SecretName&)>;

// Recorded args with the values put in, as JSON text. Errors: not_found, naming the first secret without a value;
// malformed for what was never recorded so.
Expected<std::string> reveal_secrets(std::string_view args, const SecretLookup& lookup);

// Takes secrets out of what workers and services say. Values of less than kShortest bytes are left alone: they stand in
// too many texts by chance.
class SecretConcealer {
 public:
  static constexpr std::size_t kShortest = 4;

  // A value is also found percent-encoded (RFC 3986).
  void add(const SecretName& secret, const std::string& value);
  bool empty() const { return forms_.empty(); }

  void conceal(std::string& text) const;
  // In strings, keys and numbers of a JSON text; it stays JSON.
  void conceal(Json& json) const;

 private:
  struct Form {
    std::string text, reference;
  };
  bool occurs(std::string_view text) const;
  void conceal(const JsonValue& value, JsonValue& out, JsonPool& pool) const;

  std::vector<Form> forms_;  // the longest first
};

}  // namespace reprise::workflow
