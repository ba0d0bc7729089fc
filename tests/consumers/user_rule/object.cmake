# user_rule_object(target): links the object file of rule.cpp, compiled as a user's file might be,
# with -O2 and no other flag, and sets user_rule_object_file to its path.
set(user_rule_folder ${CMAKE_CURRENT_LIST_DIR})
function(user_rule_object target)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/user_rule${CMAKE_CXX_OUTPUT_EXTENSION})
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -O2 -I${PROJECT_BINARY_DIR}/include
            -MD -MT ${object} -MF ${object}.d -c ${user_rule_folder}/rule.cpp -o ${object}
    DEPENDS ${user_rule_folder}/rule.cpp DEPFILE ${object}.d
    COMMENT "Compiling a user's rule with -O2" VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_sources(${target} PRIVATE ${object})
  target_include_directories(${target} PRIVATE ${user_rule_folder})
  set(user_rule_object_file ${object} PARENT_SCOPE)
endfunction()
