/* The BSON reader. Types are told apart only as far as their sizes differ; what no probe asks for
 * is skipped, but its length is still checked. */
#include "probe/bson.h"

enum { BSON_LEAST = 5, BSON_OBJECT_ID_BYTES = 12, BSON_DECIMAL_BYTES = 16 };

struct reader bson_enter(struct verdict *v, struct span document)
{
    struct reader r = reader_over(v, document);
    if (document.len < BSON_LEAST || reader_le32(&r) != document.len ||
        document.at[document.len - 1] != 0) {
        reader_fail(&r, "a document is not as long as it says");
        return r;
    }
    r.end--;
    return r;
}

struct reader bson_enter_front(struct verdict *v, struct span front)
{
    struct reader r = reader_over(v, front);
    reader_skip(&r, 4);
    return r;
}

/* A length, then as many bytes; text keeps its closing NUL out of sight. */
static struct span take_text(struct reader *r)
{
    uint32_t len = reader_le32(r);
    struct span s = len ? reader_take(r, len) : SPAN_NONE;
    if (s.len == 0 || s.at[s.len - 1] != 0) {
        reader_fail(r, "a string has no end");
        return SPAN_NONE;
    }
    return span_first(s, s.len - 1);
}

static struct span take_document(struct reader *r)
{
    const uint8_t *at = r->at;
    uint32_t len = reader_le32(r);
    if (len < BSON_LEAST)
        reader_fail(r, "a document is shorter than its own length");
    reader_skip(r, reader_ok(r) ? len - 4 : 0);
    return reader_ok(r) ? span_of(at, len) : SPAN_NONE;
}

/* An IEEE 754 double, least byte first, cut to a whole number. */
static int64_t take_double(struct reader *r)
{
    uint64_t bits = reader_le64(r);
    double real;
    memcpy(&real, &bits, sizeof(real));
    if (!(real > -9.0e18))
        return INT64_MIN;
    return real < 9.0e18 ? (int64_t)real : INT64_MAX;
}

static void take_value(struct reader *r, struct bson_item *item)
{
    switch (item->type) {
    case BSON_DOUBLE:
        item->number = take_double(r);
        break;
    case BSON_TEXT:
    case 0x0d: /* JavaScript */
    case 0x0e: /* symbol */
        item->bytes = take_text(r);
        break;
    case BSON_DOCUMENT:
    case BSON_ARRAY:
    case 0x0f: /* JavaScript with scope: its own length counts the whole */
        item->bytes = take_document(r);
        break;
    case 0x05: /* binary: length, subtype, bytes */
        reader_skip(r, (size_t)reader_le32(r) + 1);
        break;
    case 0x07:
        reader_skip(r, BSON_OBJECT_ID_BYTES);
        break;
    case BSON_BOOL:
        item->number = reader_u8(r) != 0;
        break;
    case BSON_INT32:
        item->number = (int32_t)reader_le32(r);
        break;
    case BSON_DATE:
    case 0x11: /* timestamp */
    case BSON_INT64:
        item->number = (int64_t)reader_le64(r);
        break;
    case 0x0b: /* regular expression: two C strings */
        (void)reader_cstr(r, BSON_KEY_MAX * 16);
        (void)reader_cstr(r, BSON_KEY_MAX);
        break;
    case 0x0c: /* pointer: text and an object id */
        item->bytes = take_text(r);
        reader_skip(r, BSON_OBJECT_ID_BYTES);
        break;
    case 0x13:
        reader_skip(r, BSON_DECIMAL_BYTES);
        break;
    case 0x06: /* undefined */
    case BSON_NULL:
    case 0x7f: /* largest key */
    case 0xff: /* smallest key */
        break;
    default:
        reader_fail(r, "a type that BSON does not know");
        break;
    }
}

bool bson_next(struct reader *r, struct bson_item *ret)
{
    if (!reader_more(r))
        return false;
    struct bson_item item = { .type = reader_u8(r) };
    item.key = reader_cstr(r, BSON_KEY_MAX);
    take_value(r, &item);
    if (!reader_ok(r))
        return false;
    *ret = item;
    return true;
}

bool bson_get(struct span document, const char *key, struct bson_item *ret)
{
    struct verdict v;
    struct reader r = bson_enter(&v, document);
    struct bson_item item, hit = { 0 };
    bool found = false;
    while (bson_next(&r, &item)) {
        if (!found && span_is(item.key, key)) {
            hit = item;
            found = true;
        }
    }
    if (!found || !reader_ok(&r))
        return false;
    *ret = hit;
    return true;
}

struct span bson_text(struct span document, const char *key)
{
    struct bson_item item;
    return bson_get(document, key, &item) && item.type == BSON_TEXT ? item.bytes : SPAN_NONE;
}

static bool is_number(const struct bson_item *item)
{
    return item->type == BSON_DOUBLE || item->type == BSON_BOOL || item->type == BSON_INT32 ||
           item->type == BSON_INT64;
}

int64_t bson_number(struct span document, const char *key, int64_t otherwise)
{
    struct bson_item item;
    return bson_get(document, key, &item) && is_number(&item) ? item.number : otherwise;
}

struct span bson_inside(struct span document, const char *key)
{
    struct bson_item item;
    if (!bson_get(document, key, &item))
        return SPAN_NONE;
    return item.type == BSON_DOCUMENT || item.type == BSON_ARRAY ? item.bytes : SPAN_NONE;
}

bool bson_true(struct span document, const char *key)
{
    return bson_number(document, key, 0) != 0;
}
