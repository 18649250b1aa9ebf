# What a program that starts with capabilities should have, in release builds: executable at any
# address, no writable jump tables, checked string functions, guarded stacks, no executable stack.
# tests/install/test_program.py reads it back from the installed files.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

set(ETR_RELEASE_CONFIGS "Release,RelWithDebInfo,MinSizeRel")
check_pie_supported(LANGUAGES CXX)  # CMAKE_POSITION_INDEPENDENT_CODE then links programs with -pie.

# Sanitizers bring checks of their own, which _FORTIFY_SOURCE hides functions from.
if(NOT ETR_SANITIZE)
  foreach(flag -fstack-protector-strong "-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
    string(MAKE_C_IDENTIFIER "ETR_HAS_${flag}" known)
    check_cxx_compiler_flag("-O2 ${flag}" ${known})
    if(${known})
      separate_arguments(options UNIX_COMMAND "${flag}")
      target_compile_options(etr_compile INTERFACE "$<$<CONFIG:${ETR_RELEASE_CONFIGS}>:${options}>")
    endif()
  endforeach()
  foreach(keyword relro now noexecstack)
    check_linker_flag(CXX "LINKER:-z,${keyword}" ETR_HAS_LINKER_${keyword})
    if(ETR_HAS_LINKER_${keyword})
      target_link_options(etr_compile INTERFACE
        "$<$<CONFIG:${ETR_RELEASE_CONFIGS}>:LINKER:-z,${keyword}>")
    endif()
  endforeach()
endif()
