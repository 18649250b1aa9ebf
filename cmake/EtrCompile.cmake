# Compile settings of the project's own targets; they do not affect users of the package.
add_library(etr_compile INTERFACE)
target_compile_options(etr_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>
  # The marks of core/base/mutex.h, which only clang reads.
  $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>
  $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Werror=thread-safety>
  $<$<BOOL:${ETR_WERROR}>:-Werror>)
if(ETR_SANITIZE)
  add_compile_options(-fsanitize=${ETR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ETR_SANITIZE})
endif()

# Most of the time of compiling a source goes to headers of the standard library and Abseil: libraries and plugins share
# them precompiled.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/headers.cc CONTENT "")
add_library(etr_headers STATIC EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/headers.cc)
target_link_libraries(etr_headers PRIVATE etr_compile
  absl::btree absl::flat_hash_map absl::status absl::statusor absl::str_format absl::strings)
target_precompile_headers(etr_headers PRIVATE
  <algorithm> <array> <atomic> <cerrno> <charconv> <chrono> <cmath> <cstddef> <cstdint> <cstring> <deque> <exception>
  <filesystem> <functional> <limits> <map> <memory> <mutex> <optional> <set> <span> <stdexcept> <string> <string_view>
  <system_error> <tuple> <unordered_map> <utility> <variant> <vector>
  <absl/container/btree_set.h> <absl/container/flat_hash_map.h> <absl/status/status.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/strings/str_format.h>)

# etr_precompile_headers(TARGETS...): only for libraries, since programs are compiled with other flags.
function(etr_precompile_headers)
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM etr_headers)
  endforeach()
endfunction()

# etr_add_library(NAME SOURCES...): a static library of one core folder, included as "folder/file.h".
function(etr_add_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/core)
  target_link_libraries(${name} PRIVATE etr_compile)
  etr_precompile_headers(${name})
endfunction()

# Tests are most of the build: they share precompiled headers, and carry line numbers but no variables for a debugger.
function(etr_test_compile_options name)
  target_compile_options(${name} PRIVATE $<$<AND:$<CONFIG:Debug>,$<CXX_COMPILER_ID:GNU>>:-g1>)
endfunction()

# One program whose precompiled headers all tests use.
function(etr_add_test_headers)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cc CONTENT "int main() {}\n")
  add_executable(etr_test_headers EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/test_headers.cc)
  target_link_libraries(etr_test_headers PRIVATE etr_compile GTest::gmock)
  etr_test_compile_options(etr_test_headers)
  target_precompile_headers(etr_test_headers PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <algorithm> <chrono> <functional> <map> <optional> <set> <string> <vector>)
endfunction()

# etr_add_test(NAME SOURCES... [SHARDS N]): one GoogleTest program; link what it tests with
# target_link_libraries(NAME PRIVATE ...). A long one is run as N tests in parallel, and early.
function(etr_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHARDS" "")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  if(NOT TARGET etr_test_headers)
    etr_add_test_headers()
  endif()
  target_precompile_headers(${name} REUSE_FROM etr_test_headers)
  etr_test_compile_options(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE etr_compile GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    ETR_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data"
    ETR_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ETR_BINARY_DIR="${PROJECT_BINARY_DIR}"
    ETR_SANITIZERS="${ETR_SANITIZE}")
  if(NOT arg_SHARDS)
    add_test(NAME ${name} COMMAND ${name})
    return()
  endif()
  math(EXPR last "${arg_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${name}.${shard} COMMAND ${name})
    set_tests_properties(${name}.${shard} PROPERTIES COST 80
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# etr_link_allocator(PROGRAM): jemalloc in place of glibc's malloc, whose calls take up to 20 ms when
# many small blocks have been freed. Sanitizers bring their own allocator.
function(etr_link_allocator program)
  if(NOT ETR_SANITIZE)
    target_link_libraries(${program} PRIVATE PkgConfig::JEMALLOC)
  endif()
endfunction()
