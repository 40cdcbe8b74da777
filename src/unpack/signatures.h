/* How the containers begin that `ajar-unpack` takes apart. */
#ifndef AJAR_UNPACK_SIGNATURES_H
#define AJAR_UNPACK_SIGNATURES_H

#include "base/span.h"

/* So many bytes tell all of them. */
enum { SIGNATURE_BYTES = 512 };

static inline bool signature_is_known(struct span head)
{
    static const struct {
        size_t at;
        struct span start;
    } STARTS[] = {
#define S(at, text) { at, { (const uint8_t *)text, sizeof(text) - 1 } }
        S(0, "PK\x03\x04"),          S(0, "PK\x05\x06"),     S(0, "7z\xbc\xaf\x27\x1c"),
        S(0, "Rar!\x1a\x07"),        S(0, "MSCF\0\0\0\0"),   S(0, "!<arch>\ndebian-binary"),
        S(0, "\xed\xab\xee\xdb"),   S(0, "\xfd\x37zXZ\0"),  S(4, "1AY&SY"),
        S(0, "\x04\x22\x4d\x18"),   S(0, "LZIP\x01"),       S(0, "\x1f\x9d"),
        S(0, "SQLite format 3\0"),   S(257, "ustar"),
#undef S
    };
    for (size_t i = 0; i < sizeof(STARTS) / sizeof(STARTS[0]); i++)
        if (span_starts(span_from(head, STARTS[i].at), STARTS[i].start))
            return true;
    return false;
}

#endif
