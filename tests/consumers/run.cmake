# cmake -D kind=... -D source_dir=... -D binary_dir=... -P run.cmake
# Copies the consumer project `kind` into a fresh folder, builds it and compares what it prints.
set(work ${binary_dir}/consumers/${kind})
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
set(here ${CMAKE_CURRENT_LIST_DIR})
file(COPY ${here}/${kind}/CMakeLists.txt ${here}/main.cpp ${here}/check_unchanged.cmake
     DESTINATION ${work}/project)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  set(output "${output}" PARENT_SCOPE)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
endfunction()

# What belongs to the source: a build may lie beside it, under any name.
foreach(entry IN ITEMS CMakeLists.txt gradus.h cmake core autograd nn optim data train examples tests
                       benchmarks)
  if(EXISTS ${source_dir}/${entry})
    list(APPEND entries ${entry})
  endif()
endforeach()
# Quick to build: what is tested is that it builds.
set(config_type Debug)
set(flags -O0)

if(kind STREQUAL add_subdirectory)
  file(MAKE_DIRECTORY ${work}/project/third_party/gradus)
  foreach(entry IN LISTS entries)
    file(COPY ${source_dir}/${entry} DESTINATION ${work}/project/third_party/gradus)
  endforeach()
elseif(kind STREQUAL fetch_content)
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ${work}/gradus.tar.gz ${entries}
                  WORKING_DIRECTORY ${source_dir} COMMAND_ERROR_IS_FATAL ANY)
  set(options -D GRADUS_ARCHIVE=${work}/gradus.tar.gz)
elseif(kind STREQUAL find_package)
  # The tree is moved after its installation: nothing in it may know where it was.
  run(${CMAKE_COMMAND} --install ${binary_dir} --prefix ${work}/first)
  file(RENAME ${work}/first ${work}/moved)
  set(options -D CMAKE_PREFIX_PATH=${work}/moved)
  set(config_type ${build_type})
endif()

run(${CMAKE_COMMAND} -S ${work}/project -B ${work}/build -G ${generator} ${options}
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_BUILD_TYPE=${config_type}
    -D CMAKE_CXX_FLAGS_DEBUG=${flags})
if(kind STREQUAL fetch_content)
  # What it fetches is then a subdirectory, which the other project builds: here its headers do.
  if(generator MATCHES "Makefiles")
    run(${CMAKE_COMMAND} --build ${work}/build --target main.o)
  else()
    run(${CMAKE_COMMAND} --build ${work}/build --target CMakeFiles/consumer.dir/main.cpp.o)
  endif()
else()
  run(${CMAKE_COMMAND} --build ${work}/build --parallel 2)
  run(${work}/build/consumer)
  if(NOT output STREQUAL "0 1 1 0 no data\n")
    message(FATAL_ERROR "the consumer printed\n${output}")
  endif()
endif()

if(kind STREQUAL find_package)
  file(GLOB_RECURSE descriptions ${work}/moved/*.cmake)
  foreach(file IN LISTS descriptions)
    file(READ ${file} text)
    foreach(path IN ITEMS ${source_dir} ${binary_dir} ${work})
      string(FIND "${text}" "${path}" place)
      if(NOT place EQUAL -1)
        message(FATAL_ERROR "${file} holds a path of the build: ${path}")
      endif()
    endforeach()
  endforeach()
else()
  # An embedding project gets the library, and nothing that belongs to Gradus's own development.
  file(GLOB_RECURSE programs ${work}/build/*_test ${work}/build/train_mnist)
  if(programs)
    message(FATAL_ERROR "embedding Gradus built ${programs}")
  endif()
endif()
