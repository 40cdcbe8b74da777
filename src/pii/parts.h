/* One large file by several threads: after a first stretch, which says what the file is, lines are
 * dealt out in parts, each with a profile of its own, and put together in order. The result is that
 * of one thread. */
#ifndef AJAR_PII_PARTS_H
#define AJAR_PII_PARTS_H

#include "pii/input.h"

enum { PARTS_MAX = 8 };

/* Reads a descriptor to its end like input_read; `threads` beyond PARTS_MAX are not used. */
bool parts_read(struct input *in, int fd, unsigned threads, struct error *e);

#endif
