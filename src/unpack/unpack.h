/* The readers of containers, one file a library. Each takes what lies on a descriptor apart and hands over
 * parts that `ajar classify` can read: bytes as they are, or rows as CSV, or text.
 *
 * Ceilings against bombs: UNPACK_PARTS_MAX parts, UNPACK_RATIO times the container's size (and at least
 * UNPACK_BYTES_LEAST) in all; strings that a workbook shares UNPACK_STRINGS_MAX bytes. */
#ifndef AJAR_UNPACK_UNPACK_H
#define AJAR_UNPACK_UNPACK_H

#include "base/buf.h"

enum {
    UNPACK_PARTS_MAX = 100000,
    UNPACK_RATIO = 200,
    UNPACK_BYTES_LEAST = 256 << 20,
    UNPACK_STRINGS_MAX = 96 << 20,
    UNPACK_CELL_MAX = 32 << 10
};

/* Where parts go. */
struct sink {
    bool (*write)(void *self, struct span bytes); /* false: nobody reads any more */
    void *self;
    struct buf data;       /* of the part at hand, not yet written */
    uint64_t left;         /* bytes that may still come */
    size_t parts;
    bool open, told; /* within a part; a fault was told */
    bool over, dead; /* nothing more is wanted; nobody reads any more */
};

void sink_init(struct sink *s, uint64_t container_bytes, bool (*write)(void *, struct span), void *self);
void sink_release(struct sink *s);
/* `kind`: letters and digits, shown to people. False where nothing more is wanted. */
bool sink_begin(struct sink *s, const char *kind);
bool sink_data(struct sink *s, struct span bytes);
void sink_end(struct sink *s);
/* A sentence of ours; the first one is told. */
void sink_fault(struct sink *s, const char *sentence);
/* A cell of a table, quoted; commas are the caller's. */
bool sink_cell(struct sink *s, struct span cell);

/* archive.c: archives and compressed files by libarchive, which knows them by their bytes; workbooks and
 * documents in zip archives go to office.c. */
void unpack_archive(int fd, struct sink *s);
/* database.c: every table of an SQLite database as CSV. database_open() before the fence. */
struct sqlite3 *database_open(int fd);
/* The same of a database in memory, which stays the caller's; NULL where it is none. */
struct sqlite3 *database_over(struct span bytes);
void database_close(struct sqlite3 *db);
void unpack_database(struct sqlite3 *db, struct sink *s);

#endif
