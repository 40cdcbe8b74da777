/* The grammar of statements (law.h): one SELECT of named columns, counts and sums over tables of
 * names and sizes, or one of a list of whole statements such as SHOW DATABASES. What it does not
 * know is refused: other statements, `*`, other tables, columns and functions, a second way to
 * quote, comments, a second statement. A name from outside never stands in a statement. */
#ifndef AJAR_HTTP_LAW_SQL_H
#define AJAR_HTTP_LAW_SQL_H

#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"

/* Whether the statement may be sent to a product that speaks the dialect ("clickhouse"). */
bool law_statement(struct span dialect, struct span statement, struct error *e);

void law_statements_print(struct buf *out);

#endif
