/* Processor time of this thread, for tests that bound what something costs. Other work on the machine does
 * not count, but slows: a bound is several times what is measured, and far below what it is there to catch. */
#ifndef AJAR_UNIT_PROCESSOR_H
#define AJAR_UNIT_PROCESSOR_H

#include <stdint.h>
#include <time.h>

/* A sanitizer multiplies all costs, and those of some library calls by more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

static inline int64_t processor_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#endif
