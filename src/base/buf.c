#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALLEST = 512 };

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){ .max = max_bytes };
}

void buf_release(struct buf *b)
{
    free(b->at);
    *b = (struct buf){ .max = b->max };
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->len) {
        b->failed = true;
        return NULL;
    }
    if (n > b->cap - b->len) {
        size_t cap = b->cap ? b->cap : SMALLEST;
        while (cap - b->len < n)
            cap = cap > b->max / 2 ? b->max : cap * 2;
        uint8_t *at = realloc(b->at, cap);
        if (!at) {
            b->failed = true;
            return NULL;
        }
        b->at = at;
        b->cap = cap;
    }
    return b->at + b->len;
}

void buf_put(struct buf *b, struct span s)
{
    if (s.len == 0)
        return;
    uint8_t *room = buf_room(b, s.len);
    if (room) {
        memcpy(room, s.at, s.len);
        b->len += s.len;
    }
}

void buf_str(struct buf *b, const char *text)
{
    buf_put(b, span_str(text));
}

void buf_byte(struct buf *b, uint8_t byte)
{
    buf_put(b, span_of(&byte, 1));
}

void buf_u64(struct buf *b, uint64_t value)
{
    uint8_t digits[20];
    size_t n = sizeof(digits);
    do
        digits[--n] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    buf_put(b, span_of(digits + n, sizeof(digits) - n));
}

void buf_i64(struct buf *b, int64_t value)
{
    if (value < 0)
        buf_byte(b, '-');
    buf_u64(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *room = n < 0 ? NULL : buf_room(b, (size_t)n + 1);
    if (!room) {
        b->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf((char *)room, (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_consume(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->at, b->at + n, b->len - n);
    b->len -= n;
}
