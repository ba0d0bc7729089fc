# The library: gradus::gradus.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_path(GRADUS_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas
          DOC "Folder of cblas.h")
find_library(GRADUS_CBLAS_LIBRARY NAMES openblas cblas blas DOC "Any CBLAS library")
if(NOT GRADUS_CBLAS_INCLUDE_DIR OR NOT GRADUS_CBLAS_LIBRARY)
  message(FATAL_ERROR "Gradus needs a CBLAS: install libopenblas-dev, or set "
                      "GRADUS_CBLAS_INCLUDE_DIR and GRADUS_CBLAS_LIBRARY")
endif()

file(GLOB_RECURSE GRADUS_SOURCES CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/core/*.cpp ${PROJECT_SOURCE_DIR}/autograd/*.cpp
     ${PROJECT_SOURCE_DIR}/nn/*.cpp ${PROJECT_SOURCE_DIR}/optim/*.cpp
     ${PROJECT_SOURCE_DIR}/data/*.cpp ${PROJECT_SOURCE_DIR}/train/*.cpp)
gradus_forwarding_headers(${PROJECT_BINARY_DIR}/include)

add_library(gradus ${GRADUS_SOURCES})
add_library(gradus::gradus ALIAS gradus)
target_compile_features(gradus PUBLIC cxx_std_20)
target_include_directories(gradus
  PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:include>
  PRIVATE ${GRADUS_CBLAS_INCLUDE_DIR})
target_link_libraries(gradus PRIVATE ${GRADUS_CBLAS_LIBRARY} ZLIB::ZLIB PUBLIC Threads::Threads)
# Same bits on every machine: no fused multiply-add unless it is written.
target_compile_options(gradus PRIVATE -ffp-contract=off)
set_target_properties(gradus PROPERTIES POSITION_INDEPENDENT_CODE ON)
gradus_use_flags(gradus)
