# Compiler launcher, linker, warnings and sanitizers: what holds for every target of ours.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(reprise_flags INTERFACE)
add_library(reprise::flags ALIAS reprise_flags)
target_include_directories(reprise_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(reprise_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-omit-frame-pointer -pthread)
if(REPRISE_SANITIZE)
  # GCC warns of what is not so in instrumented code; the release build is the one whose warnings are errors.
  target_compile_options(reprise_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wno-error)
  target_link_options(reprise_flags INTERFACE -fsanitize=address,undefined)
endif()
if(REPRISE_FUZZ)
  target_compile_options(reprise_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
    -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/fuzz/third_party.txt)
  target_link_options(reprise_flags INTERFACE -fsanitize=address,undefined)
endif()

reprise_headers(reprise_standard_headers)

# reprise_library(NAME SOURCES... DEPENDS targets... [HEADERS name]): one folder, one static library.
function(reprise_library name)
  cmake_parse_arguments(ARG "" "HEADERS" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(reprise_${name} STATIC ${ARG_SOURCES})
  add_library(reprise::${name} ALIAS reprise_${name})
  target_link_libraries(reprise_${name} PUBLIC reprise::flags ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(NOT ARG_HEADERS)
    set(ARG_HEADERS reprise_standard_headers)
  endif()
  reprise_use_headers(reprise_${name} ${ARG_HEADERS})
endfunction()
