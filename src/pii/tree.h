/* Writes what a document says as NDJSON, a line a record, so that one reader serves many formats.
 *
 * A document is named values below named branches. Which branch is a record is found out on the way: the one
 * that holds the first value, until branches below it repeat; then each of those is one. The name of a branch
 * may be empty: then what is in it stands right in the line. */
#ifndef AJAR_PII_TREE_H
#define AJAR_PII_TREE_H

#include "base/span.h"

enum { TREE_LEVELS_MAX = 48, TREE_NAME_MAX = 95, TREE_OUT_BYTES = 8192, TREE_TEXT_MAX = 1900 };

struct tree_branch {
    uint8_t name[TREE_NAME_MAX], name_len;
    bool written;       /* its brace stands in the line */
    uint64_t last;      /* hash of the branch that was closed last in it, 0 = none */
};

struct tree {
    void (*emit)(void *self, struct span bytes);
    void *self;
    struct tree_branch at[TREE_LEVELS_MAX];
    size_t depth, deeper;
    size_t record;      /* how deep the branch is that is the record, 0 = none is open */
    size_t floor;       /* what lies less deep is no record any more */
    uint64_t first_key; /* of the record's first value */
    bool comma, told;   /* told: records begin and end where the caller says, repetition tells nothing */
    size_t text;        /* bytes of the text that is open as a value, 0 = none */
    size_t len;
    uint8_t out[TREE_OUT_BYTES];
};

void tree_init(struct tree *t, void (*emit)(void *self, struct span bytes), void *self);
void tree_open(struct tree *t, struct span name);
void tree_close(struct tree *t);
/* A value of the branch that is open; empty ones are left out. */
void tree_value(struct tree *t, struct span name, struct span value);
/* The same where a name that comes again tells that a record has ended ("Name:", "Phone:", "Name:"). */
void tree_value_of_list(struct tree *t, struct span name, struct span value);
/* Lines of text that belong to no field; those that follow one another stay together, so that what runs over lines is
 * found. */
void tree_text(struct tree *t, struct span text);
/* A branch without a name around all that follows, unless one is open. */
void tree_begin_root(struct tree *t);
/* The branch that is open is a record, unless it is within one. */
void tree_begin_record(struct tree *t);
/* A value of lines: a block of YAML. */
void tree_lines(struct tree *t, struct span name, struct span line);
/* What is open belongs to the record no longer; branches stay open. */
void tree_end_record(struct tree *t);
/* Nothing follows. */
void tree_finish(struct tree *t);

#endif
