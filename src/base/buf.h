/* A growing byte buffer with a stated ceiling. Overflow and lack of memory are sticky: nothing
 * more is added and buf_ok() is false, so that a half-written line is never taken for a whole. */
#ifndef AJAR_BASE_BUF_H
#define AJAR_BASE_BUF_H

#include "base/span.h"

struct buf {
    uint8_t *at;
    size_t len, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b);
/* Keeps the memory, forgets the bytes and the failure. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, struct span s);
void buf_str(struct buf *b, const char *text);
void buf_byte(struct buf *b, uint8_t byte);
[[gnu::format(printf, 2, 3)]] void buf_printf(struct buf *b, const char *format, ...);
void buf_u64(struct buf *b, uint64_t value);
void buf_i64(struct buf *b, int64_t value);
/* Room for n more bytes, or NULL; the caller then adds what it wrote to b->len. */
uint8_t *buf_room(struct buf *b, size_t n);
/* Forgets the first n bytes. */
void buf_consume(struct buf *b, size_t n);

static inline bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

static inline struct span buf_span(const struct buf *b)
{
    return span_of(b->at, b->len);
}

#endif
