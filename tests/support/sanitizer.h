#pragma once
// Which sanitizer the tests run under.

// Clang says so by features, GCC by macros.
#if defined(__has_feature)
#define GRADUS_HAS_FEATURE(feature) __has_feature(feature)
#else
#define GRADUS_HAS_FEATURE(feature) 0
#endif

namespace gradus::test {

#if defined(__SANITIZE_ADDRESS__) || GRADUS_HAS_FEATURE(address_sanitizer)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__) || GRADUS_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

// Clang's, which runs by itself; GCC's comes with AddressSanitizer here.
#if GRADUS_HAS_FEATURE(undefined_behavior_sanitizer)
inline constexpr bool kUndefinedBehaviorSanitizer = true;
#else
inline constexpr bool kUndefinedBehaviorSanitizer = false;
#endif

}  // namespace gradus::test

#undef GRADUS_HAS_FEATURE
