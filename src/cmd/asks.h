/* Every ask that Ajar can send, in one row: the ladder's, each probe's, the catalog's. */
#ifndef AJAR_CMD_ASKS_H
#define AJAR_CMD_ASKS_H

#include "base/buf.h"
#include "http/catalog.h"
#include "wire/ask.h"

/* The i-th ask, or NULL past the end. */
const struct ask *all_asks(const struct catalog *c, size_t i);
/* Appends an ask as one readable line: literal bytes escaped, holes as {label}, lengths as
 * {length}. */
void ask_print(struct buf *out, const struct ask *a);

#endif
