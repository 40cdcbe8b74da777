/* Files of endoflife.date and of CISA's catalog, turned into rows of Ajar's tables. The files come
 * from the user, who had them from the network: sizes, counts and characters are bounded, and a file
 * that is wrong anywhere is refused as a whole. */
#ifndef AJAR_TABLES_LIFECYCLE_IMPORT_H
#define AJAR_TABLES_LIFECYCLE_IMPORT_H

#include "base/buf.h"
#include "base/table.h"
#include "text/node.h"

enum { FEED_BYTES_MAX = 32 * 1024 * 1024, FEED_PRODUCTS_MAX = 2048, FEED_FLAWS_MAX = 20000 };

enum feed_kind { FEED_LIFECYCLE, FEED_EXPLOITED };

struct feed {
    enum feed_kind kind;
    struct arena *arena;
    int64_t as_of_ms;
    size_t products, rows;
    struct table names; /* FEED_LIFECYCLE: the products in it */
};

/* Knows three shapes: endoflife.date's API v0 (a list of the cycles of one product, whose name is
 * `name`), its API v1 (one product, or all with their releases), and the known exploited
 * vulnerabilities of CISA. Appends rows (without the line of columns) to `rows`. `file_ms` is the
 * day of the table where the file does not tell one. */
bool feed_read(struct arena *a, struct span json, struct span name, int64_t file_ms, struct buf *rows,
               struct feed *ret, struct error *e);

#endif
