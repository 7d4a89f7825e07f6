// Where a member lies in a body, as a chain on the stack: its text is made only when a sentence needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reprise::http {

class Place {
 public:
  Place(std::string_view name) : name_(name) {}  // NOLINT(google-explicit-constructor): a root member is its name
  Place(const char* name) : name_(name) {}       // NOLINT(google-explicit-constructor)
  Place(const Place& parent, std::string_view name) : parent_(&parent), name_(name) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index) {}
  Place(const Place&&, std::string_view) = delete;  // the parent has to outlive it
  Place(const Place&&, std::size_t) = delete;

  // results/3/error/message
  std::string text() const {
    std::string out = parent_ == nullptr ? std::string() : parent_->text() + "/";
    return index_ == kNone ? out.append(name_) : out.append(std::to_string(index_));
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const Place* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNone;
};

}  // namespace reprise::http
