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
endfunction()

# gradus_compile_quickly(target): half the time to compile, for programs whose work the library does.
# Where nothing is sanitized, formulas still meet every instruction set, which -O0 would leave out.
# Fuzzers run them a million times, and they stay as they are.
function(gradus_compile_quickly target)
  if(GRADUS_SANITIZE MATCHES "fuzzer")
    return()
  endif()
  if(GRADUS_SANITIZE)
    target_compile_options(${target} PRIVATE -O0 -g0)
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()
