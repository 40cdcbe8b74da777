/* Light guard pages (MADV_GUARD_INSTALL) leave the slab one mapping. An older kernel needs
 * mprotect, which splits it in two mappings a stack and meets vm.max_map_count. */
#include "fiber/stacks.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13; not in Debian 12's headers */
#endif

enum { MAPPINGS_DEFAULT = 65530, MAPPINGS_SPARED = 1000 };

static size_t mappings_max(void)
{
    unsigned long max = MAPPINGS_DEFAULT;
    FILE *f = fopen("/proc/sys/vm/max_map_count", "re");
    if (f) {
        if (fscanf(f, "%lu", &max) != 1)
            max = MAPPINGS_DEFAULT;
        fclose(f);
    }
    return max > 2 * MAPPINGS_SPARED ? max - MAPPINGS_SPARED : MAPPINGS_SPARED;
}

bool stacks_init(struct stacks *s, size_t count, size_t stack_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *s = (struct stacks){ .count = count, .guard_bytes = page, .stack_bytes = stack_bytes,
                          .stride = page + stack_bytes };
    s->slab = mmap(NULL, count * s->stride, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (s->slab == MAP_FAILED) {
        s->slab = NULL;
        return false;
    }
    /* Huge pages would turn each touched stack into 2 MiB. */
    madvise(s->slab, count * s->stride, MADV_NOHUGEPAGE);
    bool light = madvise(s->slab, page, MADV_GUARD_INSTALL) == 0;
    if (!light && s->count > mappings_max() / 2)
        s->count = mappings_max() / 2;
    for (size_t i = 0; i < s->count; i++) {
        uint8_t *guard = s->slab + i * s->stride;
        int rc = light ? madvise(guard, page, MADV_GUARD_INSTALL) : mprotect(guard, page, PROT_NONE);
        if (rc != 0) {
            s->count = i;
            break;
        }
    }
    if (s->count == 0) {
        munmap(s->slab, count * s->stride);
        s->slab = NULL;
        return false;
    }
    munmap(s->slab + s->count * s->stride, (count - s->count) * s->stride);
    return true;
}

void stacks_give_back(struct stacks *s, size_t i)
{
    madvise(stacks_low(s, i), s->stack_bytes - s->guard_bytes, MADV_DONTNEED);
}

void stacks_release(struct stacks *s)
{
    if (s->slab)
        munmap(s->slab, s->count * s->stride);
    s->slab = NULL;
}
