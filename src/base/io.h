/* The one way to hand bytes to a descriptor. */
#ifndef AJAR_BASE_IO_H
#define AJAR_BASE_IO_H

#include "base/span.h"

/* Writes all of it, however many calls that takes; false, errno set, where the descriptor refuses.
 * What was written before that stays written. */
bool io_write_all(int fd, struct span s);

#endif
