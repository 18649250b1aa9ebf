# etr_add_plugin(NAME SOURCES... [KIND prober|hasher|sink|view] [TARGET TARGET])
#
# Builds NAME.so from SOURCES as a plugin of etr. Without KIND it is taken from the first source's
# name (tsv_sink.cc is a sink). The library goes to <ETR_PLUGIN_OUTPUT_DIR>/<kind>s/NAME.so, by
# default below the current binary directory in plugins/: pass that folder with --plugin-path. The CMake
# target is called NAME, or TARGET if that name would be too common.
function(etr_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "KIND;TARGET" "")
  set(sources ${arg_UNPARSED_ARGUMENTS})
  if(NOT sources)
    message(FATAL_ERROR "etr_add_plugin(${name}): no sources")
  endif()
  if(NOT arg_KIND)
    list(GET sources 0 first)
    if(first MATCHES "_(prober|hasher|sink|view)\\.[a-z]+$")
      set(arg_KIND ${CMAKE_MATCH_1})
    else()
      message(FATAL_ERROR "etr_add_plugin(${name}): give KIND prober, hasher, sink or view, or name "
                          "the first source so (${name}_sink.cc)")
    endif()
  endif()
  if(NOT arg_KIND MATCHES "^(prober|hasher|sink|view)$")
    message(FATAL_ERROR "etr_add_plugin(${name}): KIND is prober, hasher, sink or view, not ${arg_KIND}")
  endif()
  set(target ${name})
  if(arg_TARGET)
    set(target ${arg_TARGET})
  endif()
  if(NOT ETR_PLUGIN_OUTPUT_DIR)
    set(ETR_PLUGIN_OUTPUT_DIR ${CMAKE_CURRENT_BINARY_DIR}/plugins)
  endif()

  add_library(${target} MODULE ${sources})
  target_link_libraries(${target} PRIVATE etr::sdk)
  if(TARGET etr_compile)
    target_link_libraries(${target} PRIVATE etr_compile)
  endif()
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${ETR_PLUGIN_OUTPUT_DIR}/${arg_KIND}s)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set_target_properties(${target} PROPERTIES SUFFIX ".so")
    # Never unloaded: an exception or a thread-local of the plugin may outlive its last user.
    target_link_options(${target} PRIVATE -Wl,-z,nodelete)
  endif()
  include(GNUInstallDirs)
  set(folder ${CMAKE_INSTALL_LIBDIR}/etr/plugins/${arg_KIND}s)
  install(TARGETS ${target} LIBRARY DESTINATION ${folder})
  if(COMMAND etr_install_stripped)  # in etr's own tree
    etr_install_stripped(${target} ${folder})
  endif()
endfunction()
