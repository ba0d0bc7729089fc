#pragma once
// For one file of a program whose tests ask for memory that no system has: sanitizers end the
// program at such a request, unless told not to.

extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
