/* Visits as bytes, for the pipe between sweeper and keeper and for the store. The decoder treats
 * its input as hostile: the sweeper may have been taken over by a peer. */
#ifndef AJAR_RECORD_CODEC_H
#define AJAR_RECORD_CODEC_H

#include "base/buf.h"
#include "base/reader.h"
#include "record/record.h"

enum { VISIT_ENCODED_MAX = 8 * 1024 * 1024 };

/* Appends one visit, prefixed with its length as 4 bytes little-endian. buf_ok() tells. */
void visit_encode(struct buf *out, const struct visit *v);
/* Decodes one visit (without the length prefix) into the arena. False, with the reader's
 * verdict saying why, where the bytes are not a visit. */
bool visit_decode(struct reader *r, struct arena *a, struct visit *ret);

#endif
