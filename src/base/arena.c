#include "base/arena.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 2048, LARGEST_STEP = 256 * 1024, ALIGN = _Alignof(max_align_t) };

struct arena_block {
    struct arena_block *older;
    size_t used, cap;
    _Alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max = max_bytes };
}

void arena_release(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *older = a->blocks->older;
        free(a->blocks);
        a->blocks = older;
    }
    if (a->all)
        atomic_fetch_sub_explicit(a->all, a->held, memory_order_relaxed);
    a->held = 0;
    a->failed = false;
}

/* Block sizes double so that a small conversation costs one small block and a large one few. */
static size_t next_capacity(const struct arena *a, size_t size)
{
    size_t cap = a->blocks ? a->blocks->cap * 2 : FIRST_BLOCK;
    if (cap > LARGEST_STEP)
        cap = LARGEST_STEP;
    if (cap > a->max - a->held)
        cap = a->max - a->held;
    return cap < size ? size : cap;
}

static struct arena_block *add_block(struct arena *a, size_t size)
{
    if (a->held >= a->max || size > a->max - a->held)
        return NULL;
    size_t cap = next_capacity(a, size);
    struct arena_block *b = malloc(sizeof(*b) + cap);
    if (!b)
        return NULL;
    *b = (struct arena_block){ .older = a->blocks, .cap = cap };
    a->blocks = b;
    a->held += cap;
    if (a->all)
        atomic_fetch_add_explicit(a->all, cap, memory_order_relaxed);
    return b;
}

static bool told_to_fail(struct arena *a)
{
    return a->fail_at && --a->fail_at == 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t rounded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_block *b = a->blocks;
    if (rounded < size || told_to_fail(a)) {
        a->failed = true;
        return NULL;
    }
    if (!b || rounded > b->cap - b->used)
        b = add_block(a, rounded);
    if (!b) {
        a->failed = true;
        return NULL;
    }
    void *at = b->bytes + b->used;
    b->used += rounded;
    return memset(at, 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, bytes);
}

struct span arena_copy(struct arena *a, struct span s)
{
    if (s.len == 0)
        return SPAN_NONE;
    void *at = arena_alloc(a, s.len);
    if (!at)
        return SPAN_NONE;
    return span_of(memcpy(at, s.at, s.len), s.len);
}

char *arena_str(struct arena *a, struct span s)
{
    char *at = arena_alloc(a, s.len + 1);
    if (at && s.len)
        memcpy(at, s.at, s.len);
    return at;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (!at)
        return NULL;
    va_start(args, format);
    vsnprintf(at, (size_t)n + 1, format, args);
    va_end(args);
    return at;
}
