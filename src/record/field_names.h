/* The names of the fields or columns of a store: which kinds of data it holds can be told from them
 * without a record. Each counts once; a name that looks like a value (a schema grown out of data may hold
 * "13800138000") is counted and never kept.
 *
 *     field_names_init(&names, arena, seed);
 *     field_names_note(&names, name);                for each, the most telling first
 *     field_names_state(&names, o, ask, proof);      or field_names_drop(), where they were not whole */
#ifndef AJAR_RECORD_FIELD_NAMES_H
#define AJAR_RECORD_FIELD_NAMES_H

#include "base/buf.h"
#include "base/table.h"
#include "record/record.h"

enum { FIELDS_SEEN_MAX = 20000 };

struct field_names {
    struct table seen;
    struct buf text; /* "a, b, c": whole names, as many as a fact holds */
    int64_t count;
};

/* `seed`: of the table, so that no peer can foretell where its names lie. */
void field_names_init(struct field_names *f, struct arena *a, uint64_t seed);
/* At most FIELDS_SEEN_MAX different names are looked at. `name` is not copied: it must outlive *f. */
void field_names_note(struct field_names *f, struct span name);
/* States `fields.count` and `fields`, where there are any, and releases. */
void field_names_state(struct field_names *f, struct observation *o, const char *ask, struct span proof);
void field_names_drop(struct field_names *f);

#endif
