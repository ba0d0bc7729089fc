# The folders stand at the top of the repository, the include form is <gradus/folder/file.h>: one
# forwarding header a public header, written into the build tree.  A file is touched only when its
# text changes, so that configuring anew rebuilds nothing.
function(gradus_forwarding_headers destination)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
       ${PROJECT_SOURCE_DIR}/core/*.h ${PROJECT_SOURCE_DIR}/autograd/*.h
       ${PROJECT_SOURCE_DIR}/nn/*.h ${PROJECT_SOURCE_DIR}/optim/*.h
       ${PROJECT_SOURCE_DIR}/data/*.h ${PROJECT_SOURCE_DIR}/train/*.h)
  foreach(header IN LISTS headers ITEMS gradus.h)
    file(CONFIGURE OUTPUT ${destination}/gradus/${header}
         CONTENT "#include \"${PROJECT_SOURCE_DIR}/${header}\"\n" @ONLY)
  endforeach()
endfunction()
