#undef inline
#define INLINE inline __attribute__((always_inline))
#define THREAD_LOCAL
#define SIZEOF_SIZE_T 4
#define HAVE_BUILTIN_CTZL 1
#define FALLTHROUGH __attribute__((fallthrough));
#define PACKAGE_NAME "libjpeg-turbo"
#define VERSION "2.1.5.1"
#define BUILD "graft"
