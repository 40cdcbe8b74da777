/* What the verbs over the store share: options, and a stored finding as a row and as JSON. */
#ifndef AJAR_CMD_STORED_H
#define AJAR_CMD_STORED_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "store/store.h"
#include "text/json_write.h"

enum { STORED_OUT_MAX = 1 << 30, STORED_FLUSH_BYTES = 64 * 1024 };

/* One row of a table; `columns` is the width of the terminal. `mark` stands first, such as "new"; may
 * be NULL. */
void stored_row_head(struct buf *out, const char *mark, size_t columns);
void stored_row(struct buf *out, const struct stored_finding *f, const char *mark, const char *note,
                int64_t now_ms, size_t columns);
/* Begins an object of JSON Lines: json_line() ends it. */
struct json stored_json(struct buf *out, const char *type);
/* The members of a finding, into the object that is open (report/finding_json.h). */
void stored_json_finding(struct json *j, const struct stored_finding *f);
/* "another product answers there: grafana": what proved that it is over. */
void put_proof(struct buf *out, const struct exposure *x);
/* "not seen since 2026-11-22 04:27: no answer". */
void put_unseen(struct buf *out, const struct stored_finding *f);

/* Columns of the terminal, or of COLUMNS, or 100. */
size_t stored_columns(void);
/* "30d", "12h", "2w", "1y", or a date; the time that long ago (or that date). False and a sentence. */
bool time_option(const char *name, const char *value, int64_t now_ms, int64_t *ret_ms,
                 struct error *e);
/* Writes the buffer when it has grown; false and a sentence where that fails. Then the buffer has failed, too. */
bool stored_flush(struct buf *out, bool all, struct error *e);

/* What it means that a verb over the store failed: its output could not be given whole, or what it was told was
 * wrong. */
enum exit_status stored_status(const struct buf *out);

#endif
