# Headers of the system that most sources include are parsed once, not 500 times. Ours are never among them: an edit of one must not build
# everything again. Sources still include what they use: the fuzzers and clang-tidy see them without this.
option(REPRISE_PRECOMPILED "Parse the system's headers once" ON)
if(REPRISE_FUZZ OR NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(REPRISE_PRECOMPILED OFF)
endif()
if(REPRISE_PRECOMPILED)
  # The first is for ccache, which has to see the headers' names. The others are warnings that GCC 12 gives by mistake of the inside of
  # std::string once its headers are precompiled.
  add_compile_options(-fpch-preprocess -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()

set(REPRISE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstddef> <cstdint> <cstring> <deque> <functional> <limits> <map> <memory>
  <mutex> <optional> <random> <set> <span> <string> <string_view> <thread> <tuple> <type_traits> <unordered_map> <utility> <variant>
  <vector> <tl/expected.hpp> <rapidjson/document.h>)

# reprise_headers(NAME DEPENDS targets... HEADERS headers...): the standard headers and these, for targets of the same directory's flags.
function(reprise_headers name)
  if(NOT REPRISE_PRECOMPILED)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "DEPENDS;HEADERS" ${ARGN})
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(${name} PRIVATE reprise::flags ${ARG_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${REPRISE_STANDARD_HEADERS} ${ARG_HEADERS})
endfunction()

# reprise_use_headers(TARGET NAME)
function(reprise_use_headers target name)
  if(REPRISE_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
