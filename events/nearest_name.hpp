// Which known name was probably meant by one that is not known.
#pragma once

#include <cstddef>
#include <string_view>

namespace reprise {

// Offer it every known name. Keeps what it is given as views.
class NearestName {
 public:
  explicit NearestName(std::string_view name);
  void offer(std::string_view known);
  std::string_view found() const { return found_; }  // empty: none looks alike

 private:
  std::string_view name_, found_;
  std::size_t least_;
};

}  // namespace reprise
