// Figures as they come: a line each on the terminal, all of them as JSON at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise::bench {

class Report {
 public:
  // `floor` 0: none; `at_most`: the figure must not exceed it, else it must reach it.
  void figure(std::string name, double value, std::string unit, double floor = 0, bool at_most = false,
              std::string remark = {});
  void section(std::string_view title);
  void problem(std::string what);
  std::string json() const;
  bool all_met() const;

 private:
  struct Figure {
    std::string name, unit, remark;
    double value = 0, floor = 0;
    bool at_most = false;
    bool met() const { return floor == 0 || (at_most ? value <= floor : value >= floor); }
  };
  std::vector<Figure> figures_;
  std::vector<std::string> problems_;
};

}  // namespace reprise::bench
