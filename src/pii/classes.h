/* The one pass over the bytes: for every block of 64 bytes, one bit per byte and class.
 *
 * Everything that looks for personal data works on these masks, never on single bytes: a run of
 * nine digits is three shifts and three ANDs for 64 positions at once. The pass is written once
 * (classes_body.h) over six primitives, which each instruction set provides in a file of its own;
 * all of them must give the very same masks as the portable one, and the tests say so.
 *
 * Readable memory: `in` must be followed by at least CLASS_SLACK readable bytes, because literal
 * candidates look two bytes ahead. */
#ifndef AJAR_PII_CLASSES_H
#define AJAR_PII_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLASS_BLOCK = 64, CLASS_SLACK = 64, LITERAL_HEAD = 3 };

struct classes {
    uint64_t digit, upper, lower;
    uint64_t high; /* bytes of 0x80 and above */
    uint64_t at, dot, colon;
    uint64_t gap;         /* space or hyphen: what groups a number */
    uint64_t quote, back; /* the quote of the format, and the backslash */
    uint64_t delim, line; /* the separator of the format, and LF */
    uint64_t literal;     /* a declared literal may begin here (superset) */
};

/* What to look for besides the fixed classes. The literal filter is a nibble table for each of
 * the first three bytes of all literals, eight buckets wide (one bit a bucket). */
struct class_plan {
    uint8_t delim, quote;
    uint8_t low[LITERAL_HEAD][16], high[LITERAL_HEAD][16];
};

typedef void class_fn(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                      struct classes *out);

struct class_engine {
    const char *name;
    class_fn *fill;
    bool (*usable)(void); /* does this processor have it */
};

/* Fastest first, ended by an entry without a name; the last one before that is "portable". */
extern const struct class_engine CLASS_ENGINES[];

/* The fastest one that this processor runs. */
const struct class_engine *class_engine_best(void);
/* NULL where the name is unknown or the processor lacks it. */
const struct class_engine *class_engine_by_name(const char *name);

/* Adds a literal of at least LITERAL_HEAD bytes to the filter, in bucket `bucket` of 8. */
void class_plan_add(struct class_plan *plan, const uint8_t head[static LITERAL_HEAD],
                    unsigned bucket);

#endif
