// SHA-256 of bytes: content addresses of definitions, and the links of the hash chain.
#pragma once

#include <string>
#include <string_view>

#include "events/event.hpp"

namespace reprise::events {

Sha256 sha256(std::string_view bytes);
Sha256 sha256(std::string_view first, std::string_view second);  // of the two, one after the other

std::string_view view(const Sha256& hash);              // its 32 bytes
void append_hex(std::string& out, const Sha256& hash);  // 64 lower-case digits

}  // namespace reprise::events
