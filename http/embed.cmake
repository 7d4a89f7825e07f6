# Run as a script: writes OUTPUT, a C++ file whose function FUNCTION gives the bytes of INPUT.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," numbers "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" numbers "${numbers}")
file(WRITE ${OUTPUT} "// Made from ${INPUT} by embed.cmake.
#include \"${HEADER}\"

namespace reprise::http {
namespace {
constexpr unsigned char kBytes[] = {
${numbers}};
}  // namespace

std::string_view ${FUNCTION}() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }

}  // namespace reprise::http
")
