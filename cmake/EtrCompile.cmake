# Compile settings of the project's own targets; nothing of it reaches users of the package.
add_library(etr_compile INTERFACE)
target_compile_options(etr_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>
  $<$<BOOL:${ETR_WERROR}>:-Werror>)
if(ETR_SANITIZE)
  add_compile_options(-fsanitize=${ETR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ETR_SANITIZE})
endif()

# etr_add_library(NAME SOURCES...): a static library of one core folder, included as "folder/file.h".
function(etr_add_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/core)
  target_link_libraries(${name} PRIVATE etr_compile)
endfunction()

# etr_add_test(NAME SOURCES...): one GoogleTest program; link what it tests with
# target_link_libraries(NAME PRIVATE ...).
function(etr_add_test name)
  add_executable(${name} ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE etr_compile GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    ETR_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data"
    ETR_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ETR_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
endfunction()
