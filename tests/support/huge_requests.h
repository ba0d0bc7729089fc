#pragma once
// Include it where a test asks for memory that no system has: sanitizers end the program at such a
// request, unless told not to.

extern "C" {
[[gnu::used]] inline const char* __asan_default_options() { return "allocator_may_return_null=1"; }
[[gnu::used]] inline const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
}
