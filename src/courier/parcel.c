#include "courier/parcel.h"

#include <stdio.h>

void parcel_put(struct buf *out, enum parcel_tag tag, struct span value)
{
    buf_byte(out, (uint8_t)tag);
    for (int i = 0; i < 4; i++)
        buf_byte(out, (uint8_t)(value.len >> 8 * i));
    buf_put(out, value);
}

void parcel_put_number(struct buf *out, enum parcel_tag tag, uint64_t value)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    parcel_put(out, tag, span_of(digits, (size_t)n));
}

bool parcel_next(struct reader *r, uint8_t *ret_tag, struct span *ret_value)
{
    if (!reader_more(r))
        return false;
    *ret_tag = reader_u8(r);
    *ret_value = reader_take(r, reader_le32(r));
    return reader_ok(r);
}
