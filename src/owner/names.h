/* Names of addresses that the user knows from elsewhere: a file of lines "ADDRESS NAME". */
#ifndef AJAR_OWNER_NAMES_H
#define AJAR_OWNER_NAMES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "record/address.h"

enum { NAMES_FILE_BYTES_MAX = 32 << 20, NAMES_LINES_MAX = 1000000 };

struct name_book {
    struct table by_address;
    size_t count;
};

/* Reads the lines into the arena; # starts a comment. Of several names of one address the first
 * counts. The error names file, line and what is wrong; then nothing is to be used. */
bool name_book_read(struct name_book *b, struct arena *a, const char *file, struct span text,
                    struct error *e);
/* The name, or NULL. */
const char *name_book_find(const struct name_book *b, const struct address *a);

#endif
