#include "workflow/loop_items.hpp"

#include <limits>
#include <utility>

namespace reprise::workflow {

namespace {

// Goes through JSON text that has no spaces between its tokens. Never past its end, whatever the bytes are.
class Skim {
 public:
  explicit Skim(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  // Past one value of a list: to the comma or bracket behind it.
  bool skip_value() {
    std::size_t depth = 0;
    const std::size_t start = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        if (depth == 0) break;
        --depth;
      } else if (c == ',' && depth == 0) {
        break;
      }
    }
    return at_ < text_.size() && at_ != start;
  }

 private:
  // To the closing quote.
  bool skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return true;
      if (text_[at_] == '\\') ++at_;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<LoopItems> LoopItems::read(std::string bytes, const std::vector<LoopVariable>& variables,
                                         std::uint32_t iterations) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  LoopItems out;
  out.bytes_ = std::move(bytes);
  out.iterations_ = iterations;
  // Each value takes two bytes at least: a number that the bytes cannot hold reserves nothing.
  if (iterations > out.bytes_.size()) return std::nullopt;
  out.starts_.reserve(variables.size() * (std::size_t{iterations} + 1));
  Skim in(out.bytes_);
  if (!in.take('{')) return std::nullopt;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    std::string head = v == 0 ? "" : ",";
    append_json_string(head, variables[v].name);
    if (!in.take(head) || !in.take(":[")) return std::nullopt;
    for (std::uint32_t i = 0; i < iterations; ++i) {
      if (i != 0 && !in.take(',')) return std::nullopt;
      out.starts_.push_back(static_cast<std::uint32_t>(in.at()));
      if (!in.skip_value()) return std::nullopt;
    }
    if (!in.take(']')) return std::nullopt;
    out.starts_.push_back(static_cast<std::uint32_t>(in.at()));
  }
  if (!in.take('}') || !in.done()) return std::nullopt;
  return out;
}

std::string_view LoopItems::value(std::size_t variable, std::uint32_t iteration) const {
  const std::size_t at = variable * (std::size_t{iterations_} + 1) + iteration;
  return std::string_view(bytes_).substr(starts_[at], starts_[at + 1] - starts_[at] - 1);
}

std::string LoopItems::item(const std::vector<LoopVariable>& variables, std::uint32_t iteration) const {
  if (variables.size() == 1) return std::string(value(0, iteration));
  std::string out = "{";
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (v != 0) out += ',';
    append_json_string(out, variables[v].name);
    out += ':';
    out += value(v, iteration);
  }
  return out + '}';
}

bool LoopResults::put(std::uint32_t iteration, std::string_view result) {
  if (iteration >= places_.size()) return false;
  if (result.size() > std::numeric_limits<std::uint32_t>::max() - bytes_.size()) return false;
  places_[iteration] = {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(result.size())};
  bytes_ += result;
  return true;
}

std::string_view LoopResults::at(std::uint32_t iteration) const {
  if (iteration >= places_.size()) return {};
  return std::string_view(bytes_).substr(places_[iteration].offset, places_[iteration].length);
}

std::string LoopResults::list() const {
  std::string out;
  out.reserve(bytes_.size() + places_.size() + 2);
  out += '[';
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (i != 0) out += ',';
    out.append(bytes_, places_[i].offset, places_[i].length);
  }
  return out + ']';
}

}  // namespace reprise::workflow
