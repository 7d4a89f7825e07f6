#include "workflow/definition_faults.hpp"

#include <algorithm>

namespace reprise::workflow {
namespace {

// The source offset of the byte `inside` of the string that starts at `start`. Where escapes or folding make that hard
// to say, the start itself.
std::size_t inside_string(std::string_view source, std::size_t start, std::size_t inside) {
  if (start >= source.size()) return start;
  if (source[start] == '\'' || source[start] == '"') ++start;
  const std::string_view rest = source.substr(start, inside);
  if (rest.size() < inside || rest.find_first_of("\\\n") != rest.npos) return start;
  return start + inside;
}

// What lies inside of an expanded alias has no place of its own: its nearest enclosing value has.
std::size_t offset_of(const Offsets& offsets, std::string pointer, bool at_key) {
  if (at_key) {
    if (const auto found = offsets.keys.find(pointer); found != offsets.keys.end()) return found->second;
  }
  for (;;) {
    if (const auto found = offsets.values.find(pointer); found != offsets.values.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == pointer.npos) return 0;
    pointer.resize(slash);
  }
}

}  // namespace

void FaultList::push(Entry entry) {
  refused_ = refused_ || !entry.fault.warning;
  if (!full()) {
    list_.push_back(std::move(entry));
    if (full()) list_.back().fault.message += " (and there may be more: only the first are listed)";
  }
}

void FaultList::add(std::string pointer, std::string message) {
  push({{std::move(pointer), 0, 0, std::move(message), false}});
}

void FaultList::add_at_key(std::string pointer, std::string message) {
  push({{std::move(pointer), 0, 0, std::move(message), false}, true});
}

void FaultList::warn(std::string pointer, std::string message) {
  push({{std::move(pointer), 0, 0, std::move(message), true}});
}

void FaultList::add(std::vector<TemplateFault> faults, std::size_t skipped) {
  for (TemplateFault& fault : faults) {
    push({{std::move(fault.pointer), 0, 0, std::move(fault.message), false}, false, true, fault.offset + skipped});
  }
}

std::vector<Fault> FaultList::place_all(Source& source) && {
  std::vector<Fault> out;
  if (list_.empty()) return out;
  if (!source.located) locate_json(source.text, source.offsets);
  source.located = true;
  for (Entry& entry : list_) {
    entry.at = offset_of(source.offsets, entry.fault.pointer, entry.at_key);
    if (entry.inside) entry.at = inside_string(source.text, entry.at, entry.offset);
  }
  std::stable_sort(list_.begin(), list_.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
  // Lines are counted once, from one fault to the next.
  std::size_t line_start = 0;
  unsigned line = 1;
  std::size_t counted = 0;
  for (Entry& entry : list_) {
    for (; counted < entry.at && counted < source.text.size(); ++counted) {
      if (source.text[counted] == '\n') {
        ++line;
        line_start = counted + 1;
      }
    }
    // A line may be very long, and all faults in it.
    constexpr std::size_t kLongLine = 4096;
    if (entry.at - line_start <= kLongLine) {
      place(source.text.substr(line_start), entry.at - line_start, entry.fault);
    } else {
      entry.fault.column = static_cast<unsigned>(entry.at - line_start) + 1;
    }
    entry.fault.line = line;
    out.push_back(std::move(entry.fault));
  }
  return out;
}

}  // namespace reprise::workflow
