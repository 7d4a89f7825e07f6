#include "bench/report.hpp"

#include <cstdio>
#include <utility>

#include "events/json.hpp"

namespace reprise::bench {

namespace {

std::string number(double v) {
  char text[64];
  std::snprintf(text, sizeof text, v >= 1000 ? "%.0f" : v >= 10 ? "%.1f" : "%.3f", v);
  return text;
}

}  // namespace

void Report::section(std::string_view title) {
  std::printf("\n%.*s\n", static_cast<int>(title.size()), title.data());
  std::fflush(stdout);
}

void Report::figure(std::string name, double value, std::string unit, double floor, bool at_most, std::string remark) {
  Figure f{std::move(name), std::move(unit), std::move(remark), value, floor, at_most};
  std::string line = "  " + f.name;
  line.resize(std::max<std::size_t>(line.size() + 1, 52), ' ');
  line += number(value) + " " + f.unit;
  if (floor != 0) {
    line.resize(std::max<std::size_t>(line.size() + 1, 70), ' ');
    line += (at_most ? "at most " : "at least ") + number(floor) + (f.met() ? "  met" : "  MISSED");
  }
  if (!f.remark.empty()) line += "  (" + f.remark + ")";
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  figures_.push_back(std::move(f));
}

void Report::problem(std::string what) {
  std::printf("  PROBLEM: %s\n", what.c_str());
  std::fflush(stdout);
  problems_.push_back(std::move(what));
}

bool Report::all_met() const {
  for (const auto& f : figures_) {
    if (!f.met()) return false;
  }
  return problems_.empty();
}

std::string Report::json() const {
  std::string out = "{\"figures\":[";
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const auto& f = figures_[i];
    if (i != 0) out += ',';
    out += "\n{\"name\":";
    append_json_string(out, f.name);
    out += ",\"value\":" + std::to_string(f.value) + ",\"unit\":";
    append_json_string(out, f.unit);
    out += ",\"limit\":" + (f.floor == 0 ? std::string("null") : std::to_string(f.floor));
    out += ",\"limit_is\":" + std::string(f.floor == 0 ? "null" : f.at_most ? "\"most\"" : "\"least\"");
    out += std::string(",\"met\":") + (f.met() ? "true" : "false") + ",\"remark\":";
    append_json_string(out, f.remark);
    out += '}';
  }
  out += "],\n\"problems\":[";
  for (std::size_t i = 0; i < problems_.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, problems_[i]);
  }
  return out + "]}\n";
}

}  // namespace reprise::bench
