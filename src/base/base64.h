/* Base64 (RFC 4648), read. */
#ifndef AJAR_BASE_BASE64_H
#define AJAR_BASE_BASE64_H

#include "base/buf.h"

/* Appends what the text stands for, in the alphabet of section 4 or 5; what is no character of it (line ends, padding)
 * is left out, and a last character that makes no whole byte says nothing. */
void base64_read(struct buf *to, struct span s);

#endif
