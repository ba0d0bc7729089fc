# The library: gradus::gradus.
include(GNUInstallDirs)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
include(${CMAKE_CURRENT_LIST_DIR}/cblas.cmake)
if(NOT GRADUS_CBLAS_FOUND)
  message(FATAL_ERROR "Gradus needs a CBLAS: install libopenblas-dev, or set "
                      "GRADUS_CBLAS_INCLUDE_DIR and GRADUS_CBLAS_LIBRARY")
endif()

find_package(nlohmann_json QUIET)
if(NOT nlohmann_json_FOUND)
  message(FATAL_ERROR "Gradus needs JSON for Modern C++: install nlohmann-json3-dev")
endif()

set(GRADUS_FOLDERS core autograd nn optim data train)
list(TRANSFORM GRADUS_FOLDERS REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp"
     OUTPUT_VARIABLE source_patterns)
file(GLOB_RECURSE GRADUS_SOURCES CONFIGURE_DEPENDS ${source_patterns})
gradus_forwarding_headers(${PROJECT_BINARY_DIR}/include)

add_library(gradus ${GRADUS_SOURCES})
add_library(gradus::gradus ALIAS gradus)
target_compile_features(gradus PUBLIC cxx_std_20)
target_include_directories(gradus PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# The JSON library is headers alone, which no user of an installed Gradus needs.
target_link_libraries(gradus PRIVATE gradus::cblas ZLIB::ZLIB
                                     $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
                             PUBLIC Threads::Threads)
# Same bits on every machine: no fused multiply-add unless it is written.
target_compile_options(gradus PRIVATE -ffp-contract=off)
# Tiles are fused multiply-adds in every build, which GCC writes from -O2 on.  With each check of
# UndefinedBehaviorSanitizer their hundred kernels would take as long as half of the library.
set(tile_options "$<IF:$<CONFIG:Debug>,-O2,-O3>;-ffp-contract=fast")
if(GRADUS_SANITIZE MATCHES "undefined")
  list(APPEND tile_options -fno-sanitize=undefined,float-cast-overflow)
endif()
set_property(SOURCE ${PROJECT_SOURCE_DIR}/core/tile.cpp APPEND PROPERTY
             COMPILE_OPTIONS "${tile_options}")
set_target_properties(gradus PROPERTIES POSITION_INDEPENDENT_CODE ON)
if(GRADUS_RECORD_THROWS)
  target_sources(gradus PRIVATE ${PROJECT_SOURCE_DIR}/tests/coverage/record_throws.cpp)
  target_link_libraries(gradus PRIVATE ${CMAKE_DL_LIBS})
endif()
gradus_use_flags(gradus)
# Kernels have variables that are registers of every width: to watch each of them as memory on the stack
# takes GCC half of the time that the library compiles.  It is left to Clang's builds, `scripts/check.sh
# asan` and `ubsan`.
if(GRADUS_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(gradus PRIVATE --param=asan-stack=0)
endif()

# A file with compile options of its own stays alone.
gradus_compile_together(gradus 20 ${GRADUS_SOURCES})
