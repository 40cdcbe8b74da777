/* Text that somebody typed, made fit for one line of an error message. */
#ifndef AJAR_TEXT_QUOTE_H
#define AJAR_TEXT_QUOTE_H

#include "base/span.h"

struct quoted {
    char text[100];
};

/* Printable ASCII stays, every other byte becomes "?", long text is cut with "...". Returns
 * q->text. */
static inline const char *quote(struct quoted *q, struct span s)
{
    size_t max = sizeof(q->text) - 4, len = s.len < max ? s.len : max;
    for (size_t i = 0; i < len; i++)
        q->text[i] = s.at[i] >= ' ' && s.at[i] < 0x7f ? (char)s.at[i] : '?';
    memcpy(q->text + len, len < s.len ? "..." : "", len < s.len ? 4 : 1);
    return q->text;
}

#endif
