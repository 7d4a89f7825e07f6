// What the server tells whoever runs it, and no client.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace reprise::http {

enum class Severity : std::uint8_t { info, warning, error };
using ServerLog =
    std::function<void(Severity severity, std::string_view line)>;  // from any thread; empty: nobody listens

}  // namespace reprise::http
