/* A message as text for people, for mail and chats. Everything is made visible again: a file in the
 * queue proves nothing. The room's own header. */
#ifndef AJAR_WATCH_PROSE_H
#define AJAR_WATCH_PROSE_H

#include "watch/deliver.h"

enum { PROSE_BYTES_MAX = 8 << 20 };

/* Appends the one sentence of a message (a change or a digest) in the reader's language: English as it is written in
 * it,
 * else put together from its members. Visible, at most `max` bytes. */
void prose_sentence(struct buf *out, const struct node *message, size_t max);
/* The same of a title of a rule. */
void prose_title(struct buf *out, struct span english, size_t max);

/* Appends every change of the message, with where, why, since when and how to close it (at most
 * `fix_lines` lines each). */
void prose_changes(struct buf *out, const struct message *m, size_t fix_lines);

#endif
