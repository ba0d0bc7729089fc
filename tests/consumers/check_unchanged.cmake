# remember_settings() before Gradus is added and check_settings() after it: a library must leave the
# settings of the project that embeds it as they were.
set(watched CMAKE_BUILD_TYPE CMAKE_CXX_FLAGS CMAKE_CXX_FLAGS_DEBUG CMAKE_CXX_FLAGS_RELEASE
    CMAKE_EXE_LINKER_FLAGS CMAKE_CXX_STANDARD CMAKE_CXX_EXTENSIONS CMAKE_POSITION_INDEPENDENT_CODE
    CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_ARCHIVE_OUTPUT_DIRECTORY BUILD_SHARED_LIBS BUILD_TESTING
    CMAKE_MODULE_PATH CMAKE_EXPORT_COMPILE_COMMANDS)
set(watched_of_directory COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES LINK_OPTIONS
    LINK_LIBRARIES)

macro(remember_settings)
  foreach(name IN LISTS watched)
    set(before_${name} "${${name}}")
    set(before_cached_${name} "$CACHE{${name}}")
  endforeach()
  foreach(name IN LISTS watched_of_directory)
    get_directory_property(before_${name} ${name})
  endforeach()
endmacro()

macro(check_settings)
  foreach(name IN LISTS watched)
    if(NOT "${before_${name}}" STREQUAL "${${name}}"
       OR NOT "${before_cached_${name}}" STREQUAL "$CACHE{${name}}")
      message(FATAL_ERROR "Gradus changed ${name} from '${before_${name}}' to '${${name}}'")
    endif()
  endforeach()
  foreach(name IN LISTS watched_of_directory)
    get_directory_property(now ${name})
    if(NOT "${before_${name}}" STREQUAL "${now}")
      message(FATAL_ERROR "Gradus changed ${name} from '${before_${name}}' to '${now}'")
    endif()
  endforeach()
  foreach(name IN ITEMS GRADUS_BUILD_TESTS GRADUS_BUILD_EXAMPLES GRADUS_BUILD_BENCHMARKS
                        GRADUS_INSTALL)
    if(${name})
      message(FATAL_ERROR "${name} is on in a project that embeds Gradus")
    endif()
  endforeach()
endmacro()
