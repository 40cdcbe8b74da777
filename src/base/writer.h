/* Builds a request in a fixed buffer. Overflow is sticky: after it nothing more is written and
 * writer_ok() is false. The mirror of reader.h. */
#ifndef AJAR_BASE_WRITER_H
#define AJAR_BASE_WRITER_H

#include "base/span.h"

struct writer {
    uint8_t *base;
    size_t len, cap;
    bool full;
};

static inline struct writer writer_over(void *buffer, size_t cap)
{
    return (struct writer){ buffer, 0, cap, false };
}

static inline bool writer_ok(const struct writer *w)
{
    return !w->full;
}

static inline struct span writer_span(const struct writer *w)
{
    return w->full ? SPAN_NONE : span_of(w->base, w->len);
}

static inline void writer_put(struct writer *w, struct span s)
{
    if (w->full || s.len > w->cap - w->len) {
        w->full = true;
        return;
    }
    if (s.len)
        memcpy(w->base + w->len, s.at, s.len);
    w->len += s.len;
}

static inline void writer_str(struct writer *w, const char *text)
{
    writer_put(w, span_str(text));
}

static inline void writer_u8(struct writer *w, uint8_t value)
{
    writer_put(w, span_of(&value, 1));
}

static inline void writer_be(struct writer *w, uint64_t value, size_t n)
{
    for (size_t i = n; i > 0; i--)
        writer_u8(w, (uint8_t)(value >> (8 * (i - 1))));
}

static inline void writer_le(struct writer *w, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        writer_u8(w, (uint8_t)(value >> (8 * i)));
}

static inline void writer_dec(struct writer *w, uint64_t value)
{
    uint8_t digits[20];
    size_t n = sizeof(digits);
    do
        digits[--n] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    writer_put(w, span_of(digits + n, sizeof(digits) - n));
}

/* Writes `value` over n bytes that were put down earlier, for lengths known only at the end. */
static inline void writer_patch_be(struct writer *w, size_t at, uint64_t value, size_t n)
{
    if (w->full || at > w->len || n > w->len - at)
        return;
    for (size_t i = 0; i < n; i++)
        w->base[at + i] = (uint8_t)(value >> (8 * (n - 1 - i)));
}

static inline void writer_patch_le(struct writer *w, size_t at, uint64_t value, size_t n)
{
    if (w->full || at > w->len || n > w->len - at)
        return;
    for (size_t i = 0; i < n; i++)
        w->base[at + i] = (uint8_t)(value >> (8 * i));
}

#endif
