# etr_install_stripped(TARGET FOLDER): what release builds install of TARGET in FOLDER, as
# install(TARGETS) has placed it before, loses its debug information to a file that debuggers find by
# the name in it: FOLDER/.debug/NAME.debug, which the component `debug` installs:
#   cmake --install BUILD --component debug
function(etr_install_stripped target folder)
  set_property(GLOBAL APPEND PROPERTY ETR_INSTALLED ${target})
  if(NOT CMAKE_OBJCOPY OR NOT CMAKE_STRIP OR ETR_SANITIZE)
    return()
  endif()
  set(debug_file ${CMAKE_CURRENT_BINARY_DIR}/$<TARGET_FILE_NAME:${target}>.debug)
  string(REPLACE "," "|" releases "${ETR_RELEASE_CONFIGS}")
  set(is_release "CMAKE_INSTALL_CONFIG_NAME MATCHES \"^(${releases})$\"")
  set(extract "execute_process(COMMAND_ERROR_IS_FATAL ANY
    COMMAND \"${CMAKE_OBJCOPY}\" --only-keep-debug \"$<TARGET_FILE:${target}>\" \"${debug_file}\")")
  install(CODE "if(${is_release})
  ${extract}
  set(installed \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/$<TARGET_FILE_NAME:${target}>\")
  execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \"\${installed}\"
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \"${CMAKE_OBJCOPY}\" \"--add-gnu-debuglink=${debug_file}\" \"\${installed}\"
    COMMAND_ERROR_IS_FATAL ANY)
endif()")
  install(CODE "if(${is_release})
  ${extract}
  file(INSTALL \"${debug_file}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${folder}/.debug\")
endif()" COMPONENT debug EXCLUDE_FROM_ALL)
endfunction()
