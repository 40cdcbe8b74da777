/* The passes that need a particular processor; only classes.c chooses among them. */
#ifndef AJAR_PII_CLASSES_ENGINES_H
#define AJAR_PII_CLASSES_ENGINES_H

#include "pii/classes.h"

#ifdef __x86_64__
class_fn class_fill_avx512, class_fill_avx2, class_fill_sse42;
bool class_usable_avx512(void);
bool class_usable_avx2(void);
bool class_usable_sse42(void);
#endif
#ifdef __aarch64__
class_fn class_fill_neon;
#endif

#endif
