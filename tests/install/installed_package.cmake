# Installs etr to a folder, moves it, and from there builds, checks and uses the examples and one new
# project of each kind. Nothing but the installed tree is used.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}\n${out}\n${err}")
  endif()
  set(output "${out}" PARENT_SCOPE)
endfunction()

function(expect text)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "'${text}' is not in:\n${output}")
  endif()
endfunction()

# The lines of all files of a project, its CMakeLists.txt included.
function(expect_fewer_lines limit folder)
  set(total 0)
  file(GLOB files ${folder}/*.cc ${folder}/CMakeLists.txt)
  foreach(file ${files})
    file(STRINGS ${file} lines)
    file(READ ${file} text)
    string(REGEX MATCHALL "\n" ends "${text}")
    list(LENGTH ends count)
    math(EXPR total "${total} + ${count}")
  endforeach()
  if(NOT total LESS limit)
    message(FATAL_ERROR "${folder} has ${total} lines, which is not under ${limit}")
  endif()
endfunction()

set(prefix ${WORK_DIR}/moved)
set(etr ${prefix}/bin/etr)

# Builds the project in `folder`; its plugin passes the conformance suite.
function(build_plugin folder kind name)
  set(flags "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror")
  if(SANITIZE)
    string(APPEND flags " -fsanitize=${SANITIZE} -fno-omit-frame-pointer")
  endif()
  set(build ${WORK_DIR}/build-${name})
  run(${CMAKE_COMMAND} -G Ninja -S ${folder} -B ${build} -D CMAKE_PREFIX_PATH=${prefix}
      -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER}
      "-DCMAKE_CXX_FLAGS=${flags}")
  run(${CMAKE_COMMAND} --build ${build})
  run(${etr} plugins check ${build}/plugins/${kind}s/${name}.so)
  expect("${kind} '${name}'")
  expect(" conforms")
  run(${etr} plugins list --plugin-path ${build}/plugins)
  expect("${build}/plugins/${kind}s/${name}.so")
  run(${etr} plugins show ${name} --plugin-path ${build}/plugins)
  expect("use = \"${name}\"")
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${ETR_BINARY_DIR} --prefix ${WORK_DIR}/first)
# It finds its own files wherever it is installed.
file(RENAME ${WORK_DIR}/first ${prefix})
run(${etr} plugins list)
expect("${prefix}/lib")
run(${etr} --check)
expect("use = \"tcp-syn\"")
file(GLOB_RECURSE licence ${prefix}/share/doc/*/LICENSE)
if(NOT licence)
  message(FATAL_ERROR "the licence was not installed")
endif()

foreach(example tsv_sink dns_prober)
  file(COPY ${ETR_SOURCE_DIR}/examples/${example} DESTINATION ${WORK_DIR})
endforeach()
build_plugin(${WORK_DIR}/tsv_sink sink tsv)
build_plugin(${WORK_DIR}/dns_prober prober dns)
expect_fewer_lines(40 ${WORK_DIR}/tsv_sink)
expect_fewer_lines(80 ${WORK_DIR}/dns_prober)

# Both run on a network in memory.
set(simulated --simulate ${ETR_SOURCE_DIR}/tests/install/network.toml -n -c 2 203.0.113.9)
run(${etr} ${simulated} -P 2 --view plain --plugin-path ${WORK_DIR}/build-tsv/plugins
    --sink tsv:path=${WORK_DIR}/out.tsv)
file(READ ${WORK_DIR}/out.tsv output)
foreach(row "0\t0\t1\t192.0.2.1" "0\t0\t2\t203.0.113.9"
        "1\t1\t2\t203.0.113.9")
  expect("${row}\n")
endforeach()
run(${etr} ${simulated} -P 1 -J --plugin-path ${WORK_DIR}/build-dns/plugins --prober dns)
expect("\"protocol\":\"DNS\"")
expect("\"reached_dest\":true")
expect("\"kind\":\"data\"")

foreach(kind prober hasher sink view)
  set(name my-own-${kind})
  run(${etr} plugins new ${kind} ${name} ${WORK_DIR}/${name})
  build_plugin(${WORK_DIR}/${name} ${kind} ${name})
  run(${etr} --check --pipeline ${WORK_DIR}/${name}/pipeline.toml
      --plugin-path ${WORK_DIR}/build-${name}/plugins)
  expect("use = \"${name}\"")
endforeach()
