/* Hot loops are compiled twice: for every processor of the kind, and for those with BMI2. */
#ifndef AJAR_PII_TWICE_H
#define AJAR_PII_TWICE_H

#include <stdbool.h>

/* Inlined for sure into functions that are compiled twice. */
#define TWICE_INLINE __attribute__((always_inline)) static inline

#ifdef __x86_64__
/* Shifts, counts and searches of bits in one instruction each. */
#define BMI_TARGET __attribute__((target("bmi,bmi2,popcnt")))
static inline bool has_bmi(void)
{
    return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}
#endif

#endif
