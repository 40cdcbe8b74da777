/* An ask is one request that Ajar can ever send. Every byte that leaves goes out as an ask:
 * `ajar asks` prints them, the wire sends nothing else, the guard test checks captured traffic
 * against them.
 *
 * An ask is a row of parts: literal bytes, holes (filled with names that the peer itself listed,
 * or the name of the host) and length fields computed over other parts. */
#ifndef AJAR_WIRE_ASK_H
#define AJAR_WIRE_ASK_H

#include "base/span.h"
#include "base/writer.h"

enum ask_part_kind {
    PART_END,   /* closes the row */
    PART_BYTES, /* literal */
    PART_HOLE,  /* the next argument */
    PART_LE,    /* length of parts [from, to) plus bias: `width` bytes little-endian */
    PART_BE,    /* the same, big-endian */
    PART_BER,   /* the same, as a BER/DER definite length (X.690 8.1.3), shortest form */
    PART_DEC,   /* the same, in decimal ASCII digits */
};

/* Which bytes a hole lets through. */
enum ask_hole {
    HOLE_ANY,  /* any byte: for length-prefixed fields only */
    HOLE_HOST, /* letters, digits, and . - : [ ] _ */
    HOLE_URL,  /* RFC 3986 unreserved, and %XX: one encoded path segment or query value */
    HOLE_NAME, /* letters, digits, and . - _ : what is safe inside a text protocol line */
    HOLE_BASE, /* empty, or up to 8 segments behind a slash each: a path below which a product lives.
                * Unreserved bytes; no segment that a product reads data by (ask_base_ok()) */
    HOLE_JSON, /* inside a JSON string: no control byte, no quote or backslash unless escaped */
    HOLE_QUOTED, /* inside the quotes of SQL: no control byte, no quote of any kind, no backslash */
};

/* What an ask is good for. */
enum ask_class {
    ASK_METADATA, /* names, counts, settings: wherever the scope allows */
    ASK_FRONT,    /* the first bytes of what may hold secrets: its answer is shown and kept nowhere */
    ASK_SAMPLE,   /* reads records: only over a wire that holds the owner's permission (doc/sample.md) */
};

struct ask_part {
    enum ask_part_kind kind;
    struct span bytes;      /* PART_BYTES */
    enum ask_hole allows;   /* PART_HOLE */
    size_t max;             /* PART_HOLE: longest value in bytes */
    const char *label;      /* PART_HOLE: "host", "database": for printing */
    uint8_t width;          /* PART_LE, PART_BE */
    uint8_t from, to;       /* lengths: indexes of parts */
    int bias;
};

#define ASK_BYTES(text) { .kind = PART_BYTES, .bytes = { (const uint8_t *)(text), sizeof(text) - 1 } }
#define ASK_HOLE(what, limit, rule) { .kind = PART_HOLE, .label = (what), .max = (limit), .allows = (rule) }
#define ASK_LE(bytes_wide, first, last, plus) \
    { .kind = PART_LE, .width = (bytes_wide), .from = (first), .to = (last), .bias = (plus) }
#define ASK_BE(bytes_wide, first, last, plus) \
    { .kind = PART_BE, .width = (bytes_wide), .from = (first), .to = (last), .bias = (plus) }
#define ASK_BER(first, last) { .kind = PART_BER, .from = (first), .to = (last) }

enum { ASK_PARTS_MAX = 16, ASK_SENT_MAX = 4096 };

struct ask {
    const char *name; /* "redis.info": product, dot, verb; unique over all asks */
    const char *why;  /* one clause: what the answer is good for */
    enum ask_class class;
    struct ask_part parts[ASK_PARTS_MAX]; /* up to the first PART_END */
};

/* An ask of literal bytes only. */
#define ASK_FIXED(ask_name, reason, text) { .name = (ask_name), .why = (reason), .parts = { ASK_BYTES(text) } }

/* Whether a path may stand in a HOLE_BASE: "", "/kibana", "/tools/kibana". A segment holds at most
 * ASK_SEGMENT_MAX unreserved bytes (RFC 3986 2.3), is neither "." nor "..", and begins with `_` only
 * where it is one that services put before their dashboards, since by such names stores read data. */
enum { ASK_SEGMENTS_MAX = 8, ASK_SEGMENT_MAX = 64 };
bool ask_base_ok(struct span path);

/* Writes the request with the holes filled. False where the number of arguments is wrong, an
 * argument is too long or holds a byte that its hole refuses, or the writer is full. */
bool ask_render(const struct ask *a, const struct span *args, size_t arg_count, struct writer *out);

/* How many bytes at the front of `sent` are this ask with some filling of its holes; 0 = none. */
size_t ask_match(const struct ask *a, struct span sent);
/* The next filling that takes more than `beyond` bytes: a hole without a length in front may end anywhere. */
size_t ask_match_beyond(const struct ask *a, struct span sent, size_t beyond);

#endif
