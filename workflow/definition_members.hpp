// Reading the members of an object of a definition: what is allowed, of which type, and a fault for all else.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "workflow/definition_faults.hpp"

namespace reprise::workflow {

std::string_view kind_of(const JsonValue& value);  // "a string", "an object", ...
// The value in a few words: short strings and numbers as they are, of all else the kind.
std::string shown(const JsonValue& value);

class Members {
 public:
  // `object` must be an object; members outside of `allowed` are faults. A null member counts as absent.
  Members(const JsonValue& object, std::string pointer, std::initializer_list<std::string_view> allowed,
          FaultList& faults);
  // One whose members have been checked already.
  Members(const JsonValue& object, std::string pointer, FaultList& faults)
      : object_(object), pointer_(std::move(pointer)), faults_(faults) {}

  // The member, or null when it is absent.
  const JsonValue* get(std::string_view name) const;
  // As get, and a fault when it is there with another type.
  const JsonValue* object(std::string_view name) const;
  const JsonValue* list(std::string_view name) const;
  std::optional<std::string_view> text(std::string_view name) const;
  std::optional<bool> boolean(std::string_view name) const;
  std::optional<std::uint32_t> count(std::string_view name, std::uint32_t least = 0,
                                     std::uint32_t most = UINT32_MAX) const;  // an integer
  std::optional<double> number(std::string_view name, double least) const;
  std::optional<std::int64_t> milliseconds(std::string_view name) const;  // of a number of seconds

  std::string at(std::string_view name) const { return append_pointer(pointer_, name); }
  const std::string& pointer() const { return pointer_; }
  void fault(std::string_view name, std::string message) const { faults_.add(at(name), std::move(message)); }

 private:
  void wrong(std::string_view name, std::string_view expected, std::string_view found) const;

  const JsonValue& object_;
  std::string pointer_;
  FaultList& faults_;
};

}  // namespace reprise::workflow
