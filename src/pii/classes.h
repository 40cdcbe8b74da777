/* The one pass over the bytes: for every block of 64 bytes, one bit per byte and class; and from
 * these, one bit for every place where something of the right form may begin.
 *
 * Everything that looks for personal data works on these masks, never on single bytes: a run of
 * nine digits is three shifts and three ANDs for 64 positions at once, and the masks of a class lie
 * side by side, so that such steps are done for up to eight blocks in one instruction. Both passes
 * are written once (classes_body.h) over a few primitives, which each instruction set provides in
 * a file of its own; all must give the very same masks as the portable one, and the tests say so.
 *
 * Readable memory: `in` must be followed by at least CLASS_SLACK readable bytes, because literal
 * candidates look two bytes ahead. */
#ifndef AJAR_PII_CLASSES_H
#define AJAR_PII_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLASS_BLOCK = 64, CLASS_SLACK = 64, LITERAL_HEAD = 3, LITERAL_SLOTS = 4096 };

/* Every array has MASK_LEAD zero words in front of its first and MASK_TAIL behind its last. */
enum { MASK_LEAD = 8, MASK_TAIL = 16 };

#define CLASS_MASKS(M) \
    M(digit) \
    M(upper) \
    M(lower) \
    M(high) /* bytes of 0x80 and above */ \
    M(at) \
    M(dot) \
    M(colon) \
    M(gap)     /* space or hyphen: what groups a number */ \
    M(stop)    /* what ends a value in the format */ \
    M(line)    /* LF */ \
    M(literal) /* the first three bytes of a declared literal, or of two or three put together */

/* Where a candidate may begin (supersets; find.c looks closer). */
#define START_MASKS(M) \
    M(number) /* nine digits and more, or ten bytes with single gaps */ \
    M(mixed)  /* capitals and digits, six bytes and more */ \
    M(paper)  /* "DE89 3704": a spaced IBAN */ \
    M(dotted) /* the first of three dots near one another between digits */ \
    M(colons) /* the first of five colons near one another, or a double one */ \
    M(other)  /* any of the above but `number`, or an `at` or a `literal` */ \
    M(hard)   /* any of the above but `at` */ \
    M(any)    /* any of the above */ \
    M(plain)  /* what most e-mail addresses are made of: letters, digits, `dot`, `at` */

/* Word b of an array is for bytes 64 b to 64 b + 63, lowest bit first. */
struct masks {
#define MASK_MEMBER(name) uint64_t *name;
    CLASS_MASKS(MASK_MEMBER)
    START_MASKS(MASK_MEMBER)
#undef MASK_MEMBER
    uint64_t *memory;
};

/* For texts of up to `blocks` blocks. False where there is no memory. */
bool masks_init(struct masks *m, size_t blocks);
void masks_release(struct masks *m);

/* 64 bits from position `from` on. */
static inline uint64_t mask_window(const uint64_t *mask, size_t from)
{
    const uint64_t *word = mask + from / CLASS_BLOCK;
    unsigned shift = from % CLASS_BLOCK;
    return word[0] >> shift | (word[1] << 1) << (63 - shift);
}

enum { LITERAL_BUCKETS = 8 };

/* What to look for besides the fixed classes. The literals lie in eight buckets; for each of their
 * first three bytes there is a set of bytes a bucket (one bit a bucket). What is in some bucket with
 * all three is looked up by a hash of the three. Engines without a table of 128 bytes look at the
 * halves of a byte, which let more through: they have buckets of their own. */
struct class_plan {
    uint8_t stop[2]; /* below 0x80 */
    uint8_t set[LITERAL_HEAD][256];
    uint8_t low[LITERAL_HEAD][16], high[LITERAL_HEAD][16];
    uint64_t heads[LITERAL_SLOTS / 64]; /* one bit a slot */
    /* How much of all text is in a bucket's set, about; which halves are in it, one bit a half. */
    unsigned worth[LITERAL_HEAD][LITERAL_BUCKETS];
    uint16_t lows[LITERAL_HEAD][LITERAL_BUCKETS], highs[LITERAL_HEAD][LITERAL_BUCKETS];
};

/* The slot of a literal's first three bytes. */
static inline unsigned literal_slot(const uint8_t *s)
{
    uint32_t three = (uint32_t)(s[0] | s[1] << 8 | s[2] << 16);
    return (three * 0x9e3779b1U) >> 20;
}

typedef void class_fn(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                      const struct masks *out);

/* How many bits are set in these words. */
typedef size_t class_count_fn(const uint64_t *words, size_t count);

struct class_engine {
    const char *name;
    class_fn *fill;
    class_count_fn *count;
    bool (*usable)(void); /* does this processor have it */
};

/* Fastest first, ended by an entry without a name; the last one before that is "portable". */
extern const struct class_engine CLASS_ENGINES[];

/* The fastest one that this processor runs. */
const struct class_engine *class_engine_best(void);
/* NULL where the name is unknown or the processor lacks it. */
const struct class_engine *class_engine_by_name(const char *name);

/* Adds a literal of at least LITERAL_HEAD bytes to the filter, in the buckets that let the least else
 * through for it. */
void class_plan_add(struct class_plan *plan, const uint8_t head[static LITERAL_HEAD]);

#endif
