#include "workflow/lambda.hpp"

#include <algorithm>

#include "workflow/lambda_parser.hpp"
#include "workflow/lambda_run.hpp"
#include "workflow/lambda_text.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

std::string character(std::string_view text, std::size_t at) {
  return "at character " + std::to_string(count_characters(text.substr(0, at)) + 1) + ": ";
}

}  // namespace

Lambda::Lambda() = default;
Lambda::Lambda(Lambda&&) noexcept = default;
Lambda& Lambda::operator=(Lambda&&) noexcept = default;
Lambda::~Lambda() = default;

tl::expected<Lambda, LambdaFault> Lambda::compile(std::string_view text, JsonPool& pool) {
  if (text.size() > kMaxBytes) {
    return tl::unexpected(LambdaFault{0, "a lambda of more than " + std::to_string(kMaxBytes) + " bytes"});
  }
  LambdaParser parser(text, pool);
  auto function = parser.parse();
  if (!function) return tl::unexpected(std::move(parser.fault()));
  Lambda out;
  out.text_ = text;
  LambdaFault fault;
  if (!resolve_lambda(*function, out.slots_, fault)) return tl::unexpected(std::move(fault));
  out.function_ = std::make_unique<const LambdaNode>(std::move(*function));
  return out;
}

LambdaCalls::LambdaCalls(const Lambda& lambda, Evaluation& evaluation)
    : lambda_(lambda), evaluation_(evaluation), run_(std::make_unique<LambdaRun>(evaluation, lambda.slots_)) {}
LambdaCalls::~LambdaCalls() = default;

bool LambdaCalls::operator()(const Value& argument, Value& out) {
  return run_->apply(*lambda_.function_, argument, out);
}

std::string LambdaCalls::why() const { return character(lambda_.text_, run_->failed_at()) + evaluation_.error(); }

std::string to_string(const LambdaFault& fault, std::string_view text) {
  constexpr std::size_t kMost = 30;
  std::string out = character(text, fault.at) + fault.message;
  std::string_view rest = text.substr(std::min(fault.at, text.size()));
  rest = rest.substr(0, offset_of_character(rest, kMost));
  if (!rest.empty()) out += " (at \"" + std::string(rest) + "\")";
  return out;
}

}  // namespace reprise::workflow
