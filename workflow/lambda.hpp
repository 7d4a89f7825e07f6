// `python_lambda`: the subset of Python that the built-in actions take as `lambda x: BODY`. Compiled once for a call of
// the action, run once for each item. Pure and bounded as expressions are: steps, depth and bytes are counted by the
// Evaluation that it runs in.
//
// What there is: names, literals (numbers, strings with their escapes, lists, dicts), x['a'], x[0], slices, comparisons
// (chained too), and or not in is, + - * / // % **, a if c else b, one comprehension level at a time over one iterable
// with one `if` (list, dict, and generators as arguments), len str int float bool any all min max sum sorted abs round,
// lower upper strip split join replace startswith endswith get keys values items. Anything else does not compile.
//
// Where it is not Python: values are JSON values, so there are no tuples (items() gives lists of two), the keys of a
// dict are strings (an int becomes its digits, also when it is looked up), integers have 64 bits and do not overflow
// silently, and no number is infinite or NaN.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

struct LambdaNode;
class LambdaRun;

// Why a text is no lambda: the first thing that is wrong, and the byte where it stands.
struct LambdaFault {
  std::size_t at = 0;
  std::string message;
};

class Lambda {
 public:
  static constexpr std::size_t kMaxBytes = 16u << 10;

  // Strings of the lambda are built in `pool`, which has to live as long as the lambda and its results.
  static tl::expected<Lambda, LambdaFault> compile(std::string_view text, JsonPool& pool);

  Lambda(Lambda&&) noexcept;
  Lambda& operator=(Lambda&&) noexcept;
  ~Lambda();

 private:
  friend class LambdaCalls;
  Lambda();
  std::string text_;
  std::unique_ptr<const LambdaNode> function_;
  std::uint32_t slots_ = 0;
};

// Calls of one lambda, one after another. Borrows both.
class LambdaCalls {
 public:
  LambdaCalls(const Lambda& lambda, Evaluation& evaluation);
  ~LambdaCalls();
  // BODY for that argument. False: why() says what failed, and at which character of the lambda.
  bool operator()(const Value& argument, Value& out);
  std::string why() const;

 private:
  const Lambda& lambda_;
  Evaluation& evaluation_;
  std::unique_ptr<LambdaRun> run_;
};

// "at character 12: unknown name 'y'": a fault as people read it, with a few words of what stands there.
std::string to_string(const LambdaFault& fault, std::string_view text);

}  // namespace reprise::workflow
