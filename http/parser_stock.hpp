// Strings that a request has done with, for the next one: a request of the usual size then allocates nothing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"

namespace reprise::http {

class RequestStock {
 public:
  // Empties the request and keeps its strings.
  void take_back(Request& request);

  // Adds an element to be overwritten: what it holds is old.
  void add_pair(std::vector<std::pair<std::string, std::string>>& to) { add(to, pairs_); }
  void add_string(std::vector<std::string>& to) { add(to, strings_); }

 private:
  template <class T>
  static void add(std::vector<T>& to, std::vector<T>& stock) {
    if (stock.empty()) {
      to.emplace_back();
    } else {
      to.push_back(std::move(stock.back()));
      stock.pop_back();
    }
  }

  std::vector<std::pair<std::string, std::string>> pairs_;
  std::vector<std::string> strings_;
};

}  // namespace reprise::http
