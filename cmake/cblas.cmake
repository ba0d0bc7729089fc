# Finds a CBLAS and describes it as gradus::cblas.  The library's own build includes this file, and so
# does the installed package: a static gradus needs the CBLAS of the machine it is linked on.
# Sets GRADUS_CBLAS_FOUND.
find_path(GRADUS_CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas DOC "Folder of cblas.h")
find_library(GRADUS_CBLAS_LIBRARY NAMES openblas cblas blas DOC "Any CBLAS library")
mark_as_advanced(GRADUS_CBLAS_INCLUDE_DIR GRADUS_CBLAS_LIBRARY)

set(GRADUS_CBLAS_FOUND OFF)
if(GRADUS_CBLAS_INCLUDE_DIR AND GRADUS_CBLAS_LIBRARY)
  set(GRADUS_CBLAS_FOUND ON)
  if(NOT TARGET gradus::cblas)
    add_library(gradus::cblas INTERFACE IMPORTED GLOBAL)
    target_include_directories(gradus::cblas INTERFACE ${GRADUS_CBLAS_INCLUDE_DIR})
    target_link_libraries(gradus::cblas INTERFACE ${GRADUS_CBLAS_LIBRARY})
  endif()
endif()
