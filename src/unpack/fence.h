/* From here on: no file, no network, no program; reading, writing and memory are left, up to a ceiling. */
#ifndef AJAR_UNPACK_FENCE_H
#define AJAR_UNPACK_FENCE_H

#include <stdbool.h>

enum { FENCE_MEMORY_BYTES = 1 << 30, FENCE_SECONDS = 900 };

/* False where the kernel does not offer it: then nothing hostile may be read. */
bool fence_enter(void);

#endif
