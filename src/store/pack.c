/* See pack.h. A fact: key, ask, type, value (text with its length, else a number with a sign), proof
 * with its length. A collection: name with its length, records, bytes, created_ms. */
#include "store/pack.h"

#include "base/varint.h"

void pack_uint(struct buf *out, uint64_t value)
{
    uint8_t digits[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        digits[n++] = (uint8_t)(value | 0x80);
    digits[n++] = (uint8_t)value;
    buf_put(out, span_of(digits, n));
}

uint64_t unpack_uint(struct reader *in)
{
    return reader_varint(in);
}

void pack_int(struct buf *out, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    pack_uint(out, (uint64_t)value << 1 ^ sign);
}

int64_t unpack_int(struct reader *in)
{
    uint64_t value = unpack_uint(in);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

static void pack_span(struct buf *out, struct span s)
{
    pack_uint(out, s.len);
    buf_put(out, s);
}

static struct span unpack_span(struct reader *in, size_t max)
{
    uint64_t len = unpack_uint(in);
    if (len > max) {
        reader_fail(in, "a text is longer than its limit");
        return SPAN_NONE;
    }
    return reader_take(in, (size_t)len);
}

void pack_fact(struct buf *out, const struct packed_fact *f)
{
    pack_uint(out, (uint64_t)f->key);
    pack_uint(out, (uint64_t)f->ask);
    buf_byte(out, (uint8_t)f->type);
    if (f->type == FACT_TEXT)
        pack_span(out, f->text);
    else
        pack_int(out, f->number);
    pack_span(out, f->proof);
}

static int64_t unpack_word(struct reader *in)
{
    uint64_t id = unpack_uint(in);
    if (id > INT64_MAX)
        reader_fail(in, "a word has no such number");
    return id > INT64_MAX ? 0 : (int64_t)id;
}

void unpack_fact(struct reader *in, struct packed_fact *ret)
{
    *ret = (struct packed_fact){ 0 };
    ret->key = unpack_word(in);
    ret->ask = unpack_word(in);
    uint8_t type = reader_u8(in);
    if (type > FACT_TIME)
        reader_fail(in, "a fact of an unknown type");
    ret->type = type > FACT_TIME ? FACT_TEXT : (enum fact_type)type;
    if (ret->type == FACT_TEXT)
        ret->text = unpack_span(in, FACT_TEXT_MAX);
    else
        ret->number = unpack_int(in);
    ret->proof = unpack_span(in, PROOF_MAX);
}

void pack_collection(struct buf *out, const struct collection *c)
{
    pack_span(out, c->name);
    pack_int(out, c->records);
    pack_int(out, c->bytes);
    pack_int(out, c->created_ms);
}

void unpack_collection(struct reader *in, struct collection *ret)
{
    *ret = (struct collection){ .name = unpack_span(in, COLLECTION_NAME_MAX) };
    ret->records = unpack_int(in);
    ret->bytes = unpack_int(in);
    ret->created_ms = unpack_int(in);
}
