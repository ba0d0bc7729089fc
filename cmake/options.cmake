# Tests, benchmarks and examples belong to a build of Gradus itself, not to a project that embeds it.
option(GRADUS_BUILD_TESTS "Build the tests (needs GoogleTest)" ${PROJECT_IS_TOP_LEVEL})
option(GRADUS_BUILD_EXAMPLES "Build the examples (train_mnist needs CLI11)" ${PROJECT_IS_TOP_LEVEL})
option(GRADUS_BUILD_BENCHMARKS "Build the benchmarks (needs Google Benchmark)" OFF)
option(GRADUS_INSTALL "Make the install target" ${PROJECT_IS_TOP_LEVEL})
option(GRADUS_UNITY_BUILD "Compile the files of a folder together; OFF compiles each alone" ON)
option(GRADUS_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(GRADUS_TESTS "all" CACHE STRING "Which tests to build: all, or threads for those with threads")
set(GRADUS_SANITIZE "" CACHE STRING "Sanitizers for everything built here: address,undefined or thread")
