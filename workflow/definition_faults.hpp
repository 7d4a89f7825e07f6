// The faults of a definition while it is checked: each with its JSON pointer, placed in the source at the end.
#pragma once

#include <string>
#include <vector>

#include "workflow/definition_source.hpp"
#include "workflow/fault.hpp"
#include "workflow/template.hpp"

namespace reprise::workflow {

class FaultList {
 public:
  static constexpr std::size_t kMost = 1'000;

  void add(std::string pointer, std::string message);         // at the value
  void add_at_key(std::string pointer, std::string message);  // at the member's name
  void warn(std::string pointer, std::string message);
  // Of templates: inside the string at the pointer. `skipped` characters of it were left out before compiling.
  void add(std::vector<TemplateFault> faults, std::size_t skipped = 0);

  bool refused() const { return refused_; }            // any that is no warning
  bool full() const { return list_.size() >= kMost; }  // there is no use in looking further

  // All of them in source order. Locates a JSON source if there is anything to place.
  std::vector<Fault> place_all(Source& source) &&;

 private:
  struct Entry {
    Fault fault;
    bool at_key = false;
    bool inside = false;  // of a string, at `offset` of its characters
    std::size_t offset = 0;
    std::size_t at = 0;  // in the source
  };
  void push(Entry entry);

  std::vector<Entry> list_;
  bool refused_ = false;
};

}  // namespace reprise::workflow
