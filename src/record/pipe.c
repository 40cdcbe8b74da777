#include "record/pipe.h"

#include "record/codec.h"

bool sweep_message_cut(struct span *bytes, enum sweep_message *ret_kind, struct span *ret_body, bool *ret_bad)
{
    *ret_bad = false;
    if (bytes->len < 5)
        return false;
    size_t len = 0;
    for (size_t i = 4; i > 0; i--)
        len = len << 8 | bytes->at[i];
    uint8_t kind = bytes->at[0];
    bool known = kind == SWEEP_VISIT || kind == SWEEP_SENT || kind == SWEEP_REMARK || kind == SWEEP_END ||
                 kind == SWEEP_ERROR;
    *ret_bad = !known || len > VISIT_ENCODED_MAX;
    if (*ret_bad || bytes->len - 5 < len)
        return false;
    *ret_kind = (enum sweep_message)kind;
    *ret_body = span_sub(*bytes, 5, len);
    *bytes = span_from(*bytes, 5 + len);
    return true;
}
