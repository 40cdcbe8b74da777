/* Content codings (RFC 9110 8.4): gzip, deflate, zstd. Ajar asks for none of them; some proxies
 * compress all the same. The one file of this room that knows zlib and zstd. */
#ifndef AJAR_HTTP_CODING_H
#define AJAR_HTTP_CODING_H

#include "base/buf.h"

enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_ZSTD, CODING_UNKNOWN };

/* Which coding a word of Content-Encoding or Transfer-Encoding names; "identity" and an empty word
 * are none. */
enum coding coding_named(struct span word);

/* Adds what `in` stands for to `out`, whose own ceiling cuts a bomb; costs time in proportion to
 * `in` and to that ceiling, and at most 9 MB of memory while it runs. False where not a byte could
 * be undone; *ret_whole is false where the stream broke off or was cut. Both kinds of "deflate" that
 * are in use are understood: with zlib's frame and without. */
bool coding_undo(enum coding c, struct span in, struct buf *out, bool *ret_whole);

#endif
