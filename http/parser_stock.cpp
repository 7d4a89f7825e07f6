#include "http/parser_stock.hpp"

#include <cstddef>

namespace reprise::http {
namespace {

constexpr std::size_t kKept = 32;       // strings of one kind
constexpr std::size_t kLongest = 1024;  // bytes of a string that is kept
constexpr std::size_t kLongestBody = 64u << 10;

void empty(std::string& text, std::size_t longest) {
  if (text.capacity() > longest) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

void trim(std::string& text) {
  if (text.capacity() > kLongest) std::string().swap(text);
}

void trim(std::pair<std::string, std::string>& pair) {
  trim(pair.first);
  trim(pair.second);
}

// What the strings hold stays in them until they are used again.
template <class T>
void take_all(std::vector<T>& from, std::vector<T>& stock) {
  for (T& each : from) trim(each);
  if (stock.empty()) {
    stock.swap(from);
  } else {
    for (T& each : from) {
      if (stock.size() >= kKept) break;
      stock.push_back(std::move(each));
    }
  }
  from.clear();
  if (stock.size() > kKept) stock.resize(kKept);
}

}  // namespace

void RequestStock::take_back(Request& request) {
  request.method = Method::get;
  empty(request.target, kLongest);
  empty(request.path, kLongest);
  take_all(request.segments, strings_);
  take_all(request.headers, pairs_);
  take_all(request.query, pairs_);
  empty(request.body, kLongestBody);
  request.parameters.clear();
  request.peer.clear();
}

}  // namespace reprise::http
