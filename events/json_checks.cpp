#include "events/json_checks.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace reprise {
namespace {

constexpr std::size_t kFew = 16;  // up to here comparing all pairs costs less than sorting

// A key as an error shows it: short, whole characters, no bytes that would break a line.
std::string shown(std::string_view key) {
  constexpr std::size_t kMost = 64;
  std::size_t size = std::min(key.size(), kMost);
  while (size > 0 && size < key.size() && (static_cast<unsigned char>(key[size]) & 0xC0) == 0x80) --size;
  std::string text(key.substr(0, size));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  if (size < key.size()) text += "...";
  return text;
}

}  // namespace

ScratchAllocator::Header* ScratchAllocator::place(std::size_t size) {
  const std::size_t whole = sizeof(Header) + (size + 15) / 16 * 16;
  if (whole <= kRoom - used_) {
    void* const at = room_.data() + used_;
    used_ += whole;
    return new (at) Header{false};
  }
  void* const at = std::malloc(whole);
  if (at == nullptr) throw std::bad_alloc();
  return new (at) Header{true};
}

void* ScratchAllocator::Realloc(void* old, std::size_t old_size, std::size_t size) {
  if (old == nullptr) return Malloc(size);
  if (size == 0) {
    Free(old);
    return nullptr;
  }
  Header* const header = static_cast<Header*>(old) - 1;
  if (header->on_heap) {
    void* const at = std::realloc(header, sizeof(Header) + size);
    if (at == nullptr) throw std::bad_alloc();
    return static_cast<Header*>(at) + 1;
  }
  void* const fresh = Malloc(size);
  std::memcpy(fresh, old, std::min(old_size, size));
  return fresh;
}

void ScratchAllocator::Free(void* block) {
  if (block == nullptr) return;
  Header* const header = static_cast<Header*>(block) - 1;
  if (header->on_heap) std::free(header);
}

bool OpenKeys::close(std::size_t count, std::string& key, std::size_t& offset) {
  const std::size_t first = entries_.size() - count;
  if (count > 1) {
    const Entry* const repeated = count <= kFew ? repeated_of_few(first) : repeated_of_many(first);
    if (repeated != nullptr) {
      key = shown(text(*repeated));
      offset = repeated->offset;
      return false;
    }
  }
  if (count > 0) text_.resize(entries_[first].start);
  entries_.resize(first);
  return true;
}

const OpenKeys::Entry* OpenKeys::repeated_of_few(std::size_t first) const {
  for (std::size_t i = first + 1; i < entries_.size(); ++i) {
    const std::string_view key = text(entries_[i]);
    for (std::size_t j = first; j < i; ++j) {
      if (entries_[j].size == key.size() && text(entries_[j]) == key) return &entries_[i];
    }
  }
  return nullptr;
}

// Sorted by hash, then by the key itself: keys made to collide cost a comparison more, not a quadratic one.
const OpenKeys::Entry* OpenKeys::repeated_of_many(std::size_t first) const {
  struct Hashed {
    std::size_t hash;
    const Entry* entry;
  };
  std::vector<Hashed> order;
  order.reserve(entries_.size() - first);
  for (std::size_t i = first; i < entries_.size(); ++i) {
    order.push_back({std::hash<std::string_view>{}(text(entries_[i])), &entries_[i]});
  }
  std::sort(order.begin(), order.end(), [&](const Hashed& a, const Hashed& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int by_text = text(*a.entry).compare(text(*b.entry));
    return by_text != 0 ? by_text < 0 : a.entry < b.entry;
  });
  const auto same = std::adjacent_find(order.begin(), order.end(), [&](const Hashed& a, const Hashed& b) {
    return a.hash == b.hash && text(*a.entry) == text(*b.entry);
  });
  return same == order.end() ? nullptr : std::next(same)->entry;
}

}  // namespace reprise
