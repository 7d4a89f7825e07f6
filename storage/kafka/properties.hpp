// librdkafka's properties by name, as its CONFIGURATION.md lists them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reprise::kafka {

using Properties = std::vector<std::pair<std::string, std::string>>;  // a later one of a name wins

// Its value is for nobody's eyes: neither a log's nor those of `reprise config`.
inline bool is_secret_property(std::string_view name) {
  for (std::string_view part : {"password", "secret", "token", ".pem", "oauthbearer.config", "jaas"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace reprise::kafka
