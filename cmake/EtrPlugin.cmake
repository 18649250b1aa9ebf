# etr_add_plugin(NAME SOURCES... [KIND prober|hasher|sink|view])
#
# Builds NAME.so from SOURCES as a plugin of etr. Without KIND it is taken from the first source's
# name (tsv_sink.cc is a sink). The library goes to <ETR_PLUGIN_OUTPUT_DIR>/<kind>s/NAME.so, by
# default below the current binary directory in plugins/: pass that folder with --plugin-path.
function(etr_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "KIND" "")
  set(sources ${arg_UNPARSED_ARGUMENTS})
  if(NOT sources)
    message(FATAL_ERROR "etr_add_plugin(${name}): no sources")
  endif()
  if(NOT arg_KIND)
    list(GET sources 0 first)
    if(first MATCHES "_(prober|hasher|sink|view)\\.[a-z]+$")
      set(arg_KIND ${CMAKE_MATCH_1})
    else()
      message(FATAL_ERROR "etr_add_plugin(${name}): say KIND prober, hasher, sink or view, or name "
                          "the first source so (${name}_sink.cc)")
    endif()
  endif()
  if(NOT arg_KIND MATCHES "^(prober|hasher|sink|view)$")
    message(FATAL_ERROR "etr_add_plugin(${name}): KIND is prober, hasher, sink or view, not ${arg_KIND}")
  endif()
  if(NOT ETR_PLUGIN_OUTPUT_DIR)
    set(ETR_PLUGIN_OUTPUT_DIR ${CMAKE_CURRENT_BINARY_DIR}/plugins)
  endif()

  add_library(${name} MODULE ${sources})
  target_link_libraries(${name} PRIVATE etr::sdk)
  if(TARGET etr_compile)
    target_link_libraries(${name} PRIVATE etr_compile)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${ETR_PLUGIN_OUTPUT_DIR}/${arg_KIND}s)
  # Never unloaded: an exception or a thread-local of the plugin may outlive its last user.
  target_link_options(${name} PRIVATE -Wl,-z,nodelete)
  include(GNUInstallDirs)
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/etr/plugins/${arg_KIND}s)
endfunction()
