# What find_package(gradus) needs: the headers, the library, and a package description without any
# path of this machine, so that the installed tree can be moved.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)

install(FILES ${PROJECT_SOURCE_DIR}/gradus.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus)
foreach(folder IN LISTS GRADUS_FOLDERS)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus FILES_MATCHING PATTERN "*.h")
  endif()
endforeach()

install(TARGETS gradus EXPORT gradus-targets)
install(EXPORT gradus-targets NAMESPACE gradus:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gradus-config.cmake.in
                              ${PROJECT_BINARY_DIR}/gradus-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradus-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradus-config.cmake
              ${PROJECT_BINARY_DIR}/gradus-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/cblas.cmake
        DESTINATION ${package_dir})
