/* The tables of data/ and of imported feeds: UTF-8 lines of fields without quotes, "#" comments,
 * and a first line that names the columns. A file that is wrong anywhere is refused as a whole. */
#ifndef AJAR_TEXT_CSV_H
#define AJAR_TEXT_CSV_H

#include "base/arena.h"
#include "base/error.h"

enum { CSV_BYTES_MAX = 8 * 1024 * 1024, CSV_COLUMNS_MAX = 16, CSV_LINES_MAX = 100000, CSV_FIELD_MAX = 200 };

struct csv_row {
    struct span field[CSV_COLUMNS_MAX];
    unsigned line; /* 1-based */
};

/* All of DIR/NAME, and its path, in the arena. Where `ret_missing` is not NULL, a file that is not there is no
 * error. */
bool csv_read(struct arena *a, const char *dir, const char *name, const char **ret_path, struct span *ret,
              bool *ret_missing, struct error *e);

/* Calls `take` for each row. `header` is the line of column names that is wanted, such as
 * "product,cve". `take` returns false with a sentence, which gets file and line in front. */
bool csv_rows(const char *path, struct span text, const char *header,
              bool (*take)(void *self, const struct csv_row *row, struct error *e), void *self,
              struct error *e);

/* A field that is a date, "2026-08-22". */
bool csv_date(struct span field, int64_t *ret_ms);

#endif
