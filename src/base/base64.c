/* Forgiving, as readers of foreign bytes are: what was no base64 gives bytes that nobody takes for anything. */
#include "base/base64.h"

static int value_of(uint8_t c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : ascii_is_digit(c)    ? c - '0' + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : -1;
}

void base64_read(struct buf *to, struct span s)
{
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < s.len; i++) {
        int value = value_of(s.at[i]);
        if (value < 0)
            continue;
        bits = bits << 6 | (unsigned)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_byte(to, (uint8_t)(bits >> have));
        }
    }
}
