# gradus_use_flags(target): the warnings and sanitizers of this build, for our own targets alone.
function(gradus_use_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(GRADUS_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(GRADUS_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${GRADUS_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${GRADUS_SANITIZE})
  endif()
  # What looks at every access of memory, beside AddressSanitizer, doubles the time that GCC takes
  # (autograd/ops: 109 s of the processor, without these checks 54).  It is left to Clang's builds,
  # `scripts/check.sh asan` and `ubsan`.
  if(GRADUS_SANITIZE MATCHES "address.*undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE
                           -fno-sanitize=null,object-size,alignment,pointer-overflow)
  endif()
  # Whether the check of an object's type finds its cache filled depends on where the system has put
  # the program: edges that are reached by chance, which a fuzzer would take for progress.
  if(GRADUS_SANITIZE MATCHES "fuzzer")
    target_compile_options(${target} PRIVATE -fno-sanitize=vptr)
  endif()
endfunction()

# gradus_compile_quickly(target): half the time to compile, for programs whose work the library does
# (tests/optim/rules_test.cpp: 6.8 s of the processor, with -O1 10.4).
# Where nothing is sanitized, formulas still meet every instruction set, which -O0 would leave out.
# Fuzzers run them a million times, and they stay as they are.
function(gradus_compile_quickly target)
  if(GRADUS_SANITIZE MATCHES "fuzzer")
    return()
  endif()
  if(GRADUS_SANITIZE)
    target_compile_options(${target} PRIVATE -O0 -g0)
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Og>)
  endif()
endfunction()

# gradus_compile_together(target size sources...): neighbours in a folder are compiled together, `size`
# of them at a time: each file alone takes twice the time.
function(gradus_compile_together target size)
  if(NOT GRADUS_UNITY_BUILD)
    return()
  endif()
  # A group includes its files, so GCC takes what is local to one of them for part of a header.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE name)
    cmake_path(RELATIVE_PATH name BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    cmake_path(GET name PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER ${folder} folder)
    list(LENGTH ${folder}_sources before)
    list(APPEND ${folder}_sources ${source})
    math(EXPR group "${before} / ${size}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${group})
  endforeach()
endfunction()
