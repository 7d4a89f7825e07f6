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

void empty(std::pair<std::string, std::string>& pair, std::size_t longest) {
  empty(pair.first, longest);
  empty(pair.second, longest);
}

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  for (T& each : from) {
    if (to.size() >= kKept) break;
    empty(each, kLongest);
    to.push_back(std::move(each));
  }
  from.clear();
}

}  // namespace

void RequestStock::take_back(Request& request) {
  request.method = Method::get;
  empty(request.target, kLongest);
  empty(request.path, kLongest);
  move_all(request.segments, strings_);
  move_all(request.query, pairs_);
  move_all(request.headers, pairs_);
  empty(request.body, kLongestBody);
  request.parameters.clear();
  request.peer.clear();
}

}  // namespace reprise::http
