/* Numbers of seven bits a byte, the lowest first, the top bit says that more follow: LEB128, as Protocol Buffers and
 * our own packed lists have them. */
#ifndef AJAR_BASE_VARINT_H
#define AJAR_BASE_VARINT_H

#include "base/reader.h"

/* At most ten bytes. A number of more than 64 bits fails the reader, and reads 0. */
static inline uint64_t reader_varint(struct reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = reader_u8(r);
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    reader_fail(r, "a number is longer than 64 bits");
    return 0;
}

#endif
