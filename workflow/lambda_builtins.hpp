// The functions and methods of lambdas: tables of what there is, and of what each takes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "workflow/lambda_run.hpp"

namespace reprise::workflow {

inline constexpr std::uint8_t kOnlyNamed = UINT8_MAX;

// `call` has the arguments as children; their number and keywords are already checked.
struct LambdaBuiltin {
  std::string_view name;
  std::uint8_t least;  // arguments without a name
  std::uint8_t most;
  std::span<const std::string_view> keywords;
  std::uint8_t keywords_from;  // the place that the first keyword has as well; kOnlyNamed: none of them has one
  bool generator;              // the first argument may be one
  bool (*body)(LambdaRun& run, const LambdaNode& call, Value& out);
};

// `call` has the value whose method it is as its first child, the arguments behind it.
struct LambdaMethod {
  std::string_view name;
  std::uint8_t least;
  std::uint8_t most;
  std::span<const std::string_view> keywords;
  std::uint8_t keywords_from;
  bool generator;
  Type of;
  bool (*body)(LambdaRun& run, const LambdaNode& call, const Value& self, Value& out);
};

std::span<const LambdaBuiltin> lambda_builtins();
std::span<const LambdaMethod> lambda_methods();
const LambdaBuiltin* find_lambda_builtin(std::string_view name);  // null: none of that name
const LambdaMethod* find_lambda_method(std::string_view name);

// A function that is given as key=: called with one value that is already known.
bool call_lambda_builtin(LambdaRun& run, const LambdaBuiltin& builtin, const Value& argument, Value& out);

// The arguments of a call: by place, and behind them by keyword. Null: not given.
class LambdaArguments {
 public:
  LambdaArguments(const LambdaNode& call, std::size_t first) : call_(call), first_(first) {}
  std::size_t placed() const { return call_.children.size() - call_.keywords.size() - first_; }
  const LambdaNode* at(std::size_t place) const { return place < placed() ? &call_.children[first_ + place] : nullptr; }
  const LambdaNode* named(std::string_view keyword) const {
    for (std::size_t i = 0; i < call_.keywords.size(); ++i) {
      if (call_.keywords[i] == keyword) return &call_.children[first_ + placed() + i];
    }
    return nullptr;
  }
  const LambdaNode* at(std::size_t place, std::string_view keyword) const {
    const LambdaNode* found = at(place);
    return found != nullptr ? found : named(keyword);
  }

 private:
  const LambdaNode& call_;
  std::size_t first_;
};

}  // namespace reprise::workflow
