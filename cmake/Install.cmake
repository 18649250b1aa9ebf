# What `cmake --install` installs in addition to the program and the plugins.
include(CMakePackageConfigHelpers)

# All that an install needs built.
get_property(installed GLOBAL PROPERTY ETR_INSTALLED)
add_custom_target(installed DEPENDS ${installed})

install(TARGETS etr_sdk EXPORT etr-targets)
install(DIRECTORY core/include/etr DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# find_package(etr): the target etr::sdk, the function etr_add_plugin, the program ETR_PROGRAM.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/etr)
install(EXPORT etr-targets NAMESPACE etr:: DESTINATION ${package_dir})
configure_package_config_file(cmake/etr-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/etr-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/etr-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/etr-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/etr-config-version.cmake cmake/EtrPlugin.cmake
  DESTINATION ${package_dir})

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Simulated networks, in the build tree too, where a pipeline finds them as in an installed one.
file(GLOB networks CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/examples/networks/*.toml)
foreach(network ${networks})
  cmake_path(GET network FILENAME name)
  configure_file(${network} ${PROJECT_BINARY_DIR}/share/etr/networks/${name} COPYONLY)
endforeach()
install(FILES ${networks} DESTINATION ${CMAKE_INSTALL_DATADIR}/etr/networks)
