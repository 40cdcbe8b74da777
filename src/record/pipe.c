#include "record/pipe.h"

#include "base/reader.h"
#include "base/writer.h"
#include "record/codec.h"

void sweep_places_put(const struct sweep_places *p, uint8_t out[static SWEEP_PLACES_BYTES])
{
    struct writer w = writer_over(out, SWEEP_PLACES_BYTES);
    writer_le(&w, p->first, 8);
    writer_le(&w, p->count, 8);
    writer_u8(&w, (uint8_t)p->end);
}

bool sweep_places_read(struct span body, struct sweep_places *ret)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, body);
    ret->first = reader_le(&r, 8);
    ret->count = reader_le(&r, 8);
    uint64_t end = reader_be(&r, 1);
    ret->end = end == PLACES_LEFT_OUT ? PLACES_LEFT_OUT : PLACES_SILENT;
    return reader_ok(&r) && !reader_more(&r) && ret->count && end <= PLACES_LEFT_OUT &&
           ret->first + ret->count > ret->first;
}

const char *sweep_places_why(enum places_end end)
{
    return end == PLACES_LEFT_OUT ? "something on the way answers for the whole network"
                                  : "the connection was not accepted in time";
}

bool sweep_message_cut(struct span *bytes, enum sweep_message *ret_kind, struct span *ret_body, bool *ret_bad)
{
    *ret_bad = false;
    if (bytes->len < 5)
        return false;
    size_t len = 0;
    for (size_t i = 4; i > 0; i--)
        len = len << 8 | bytes->at[i];
    uint8_t kind = bytes->at[0];
    bool known = kind == SWEEP_VISIT || kind == SWEEP_PLACES || kind == SWEEP_SENT || kind == SWEEP_REMARK ||
                 kind == SWEEP_END || kind == SWEEP_ERROR;
    *ret_bad = !known || len > VISIT_ENCODED_MAX;
    if (*ret_bad || bytes->len - 5 < len)
        return false;
    *ret_kind = (enum sweep_message)kind;
    *ret_body = span_sub(*bytes, 5, len);
    *bytes = span_from(*bytes, 5 + len);
    return true;
}
