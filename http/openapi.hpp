// http/openapi.json, which describes every route of the API; CMake puts its bytes into the program.
#pragma once

#include <string_view>

namespace reprise::http {

std::string_view openapi_document();

}  // namespace reprise::http
