/* What lies in a MySQL server, and what the session may do there. Private to src/probe/mysql*.c. */
#ifndef AJAR_PROBE_MYSQL_COUNT_H
#define AJAR_PROBE_MYSQL_COUNT_H

#include "probe/mysql_talk.h"

extern const struct ask MY_TOTALS, MY_TABLES, MY_COLUMNS, MY_RIGHTS, MY_GRANTS, MY_READ_ONLY, MY_WHO, MY_ACCOUNTS,
    MY_INDEXES, MY_INDEX_STATUS;

/* Counts a relational server, states what the session may do and gives the verdict: open where it may
 * read data, partial where it is let in and may read none, unclear where the server does not answer. */
enum outcome my_count(struct wire *w, struct observation *o);

/* The same for Sphinx and Manticore, which know no rights: who is let in may do all. */
enum outcome my_count_indexes(struct wire *w, struct observation *o);

#endif
