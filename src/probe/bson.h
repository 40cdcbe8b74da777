/* Reads BSON (bsonspec.org 1.1) one level at a time: a nested document or array is a span that the
 * caller enters when it wants to, so no depth of nesting costs anything here.
 *
 * Every level is checked whole when it is walked to its end: its stated length is its real one and
 * its last byte is zero. */
#ifndef AJAR_PROBE_BSON_H
#define AJAR_PROBE_BSON_H

#include "base/reader.h"

enum { BSON_KEY_MAX = 1024 };

enum bson_type {
    BSON_DOUBLE = 0x01,
    BSON_TEXT = 0x02,
    BSON_DOCUMENT = 0x03,
    BSON_ARRAY = 0x04,
    BSON_BOOL = 0x08,
    BSON_DATE = 0x09,
    BSON_NULL = 0x0a,
    BSON_INT32 = 0x10,
    BSON_INT64 = 0x12,
};

struct bson_item {
    uint8_t type;
    struct span key;
    struct span bytes; /* text without its length and NUL; a document or array whole */
    int64_t number;    /* double (cut to whole, clamped), int32, int64, date, bool */
};

/* A reader over the items of one document or array. Its verdict turns bad where the length or the
 * end are not as stated. */
struct reader bson_enter(struct verdict *v, struct span document);

/* The same over the front of a document that was cut: its whole items can be read, and then the
 * verdict turns bad. */
struct reader bson_enter_front(struct verdict *v, struct span front);

/* The next item; false at the end and after any failure: ask reader_ok() which. */
bool bson_next(struct reader *r, struct bson_item *ret);

/* The item with this key. False where there is none, or where the document is not well formed. */
bool bson_get(struct span document, const char *key, struct bson_item *ret);

/* Shorthands: the text, or an empty span; the number, or `otherwise`; the document or array, or an
 * empty span; whether a number or bool is there and not zero. */
struct span bson_text(struct span document, const char *key);
int64_t bson_number(struct span document, const char *key, int64_t otherwise);
struct span bson_inside(struct span document, const char *key);
bool bson_true(struct span document, const char *key);

#endif
