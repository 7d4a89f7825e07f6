# Everything comes from Debian 12's packages; see scripts/packages for the list that is installed.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CURL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(date REQUIRED)  # time zones: GCC 12 has none
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)

# Packages with no usable CMake configuration: headers as system headers, one library each.
function(reprise_system_library name header library)
  find_path(${name}_INCLUDE ${header} REQUIRED)
  find_library(${name}_LIBRARY ${library} REQUIRED)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} SYSTEM INTERFACE ${${name}_INCLUDE})
  target_link_libraries(${name} INTERFACE ${${name}_LIBRARY})
endfunction()
find_path(VALIJSON_INCLUDE valijson/validator.hpp REQUIRED)  # headers only
reprise_system_library(rocksdb rocksdb/db.h rocksdb)
reprise_system_library(caf caf/config.hpp caf_core)
reprise_system_library(pistache pistache/listener.h pistache)
