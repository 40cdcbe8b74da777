/* A message as text for people, for mail and chats. Everything is made visible again: a file in the
 * queue proves nothing. The room's own header. */
#ifndef AJAR_WATCH_PROSE_H
#define AJAR_WATCH_PROSE_H

#include "watch/deliver.h"

enum { PROSE_BYTES_MAX = 8 << 20 };

/* Appends every change of the message, with where, why, since when and how to close it (at most
 * `fix_lines` lines each). */
void prose_changes(struct buf *out, const struct message *m, size_t fix_lines);

#endif
