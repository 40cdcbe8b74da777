/* Readers of formats: each takes a buffer of bytes with masks, pushes the values of whole units
 * (a JSON token, a row, a tuple, lines) into a profile and says how far it came. The rest is shown
 * again, with more behind it. Nothing depends on where the buffers end. */
#ifndef AJAR_PII_READER_H
#define AJAR_PII_READER_H

#include "pii/profile.h"

enum pii_format { FORMAT_UNKNOWN, FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_SQL };

/* TITLE_ROWS_MAX: what may stand above the heading of a table, "List of visitors", "sep=;". */
enum { JSON_LEVELS_MAX = 64, COLUMNS_MAX = 1024, TABLES_MAX = 128, TITLE_ROWS_MAX = 4 };

enum json_expect { EXPECT_VALUE, EXPECT_KEY, EXPECT_COLON, EXPECT_COMMA };

struct json_level {
    uint16_t field; /* path of this object or array */
    uint16_t last;  /* the child read last, for the guess */
    bool array;
};

enum { FLAT_OPEN_BYTES = 48, PAIR_NAME_MAX = 64 };

/* How a member of a flat record begins: its key with quotes and colon, and a string's quote. */
struct flat_member {
    uint64_t head[2], mask[2]; /* its first 16 bytes */
    uint8_t open[FLAT_OPEN_BYTES], open_len;
    bool scalar; /* no string */
    uint16_t field;
};

/* What all records look like: strings and numbers under the same keys in the same order, and how they
 * are spaced. */
struct flat {
    struct flat_member members[COLUMNS_AT_ONCE];
    size_t count;  /* 0: not known */
    uint32_t next; /* between two values: `","` or `", "` */
    uint32_t next_mask;
    uint8_t key_behind;      /* from a value's end to the next key's quote */
    bool scalars;            /* some member is no string */
    uint16_t rest, patience; /* records that are left to the general reader; how many next time */
};

struct json_reader {
    struct json_level levels[JSON_LEVELS_MAX];
    size_t depth, deeper; /* deeper: levels beyond the array, counted only */
    size_t record_depth;  /* depth at which the current record began, 0 = none */
    uint16_t key;         /* field of the value to come */
    uint8_t expect;       /* enum json_expect */
    bool container;       /* one document around all records */
    bool inside;          /* inside a string longer than the buffer */
    uint64_t damaged;     /* places where the syntax broke */
    uint8_t pair[PAIR_NAME_MAX]; /* of {"name": "mail", "value": ...}: what the value is called */
    size_t pair_len, pair_depth; /* pair_len 0: nothing */
    struct flat flat;
};

struct csv_cell {
    uint32_t from, to;
    bool doubled; /* holds "" for a quote */
};

struct csv_reader {
    uint16_t columns[COLUMNS_MAX];
    struct csv_cell cells[COLUMNS_MAX]; /* of the row at hand */
    size_t column_count;
    uint8_t delim;
    bool begun;
};

struct sql_table {
    uint16_t field; /* of the table */
    uint16_t first; /* index in columns */
    uint16_t count;
};

struct sql_reader {
    struct sql_table tables[TABLES_MAX];
    size_t table_count;
    uint16_t columns[COLUMNS_MAX * 2];
    size_t column_count;
    uint16_t current[COLUMNS_MAX]; /* fields of the statement that is being read */
    size_t current_count;
    uint16_t table;
    uint8_t mode;
};

struct text_reader {
    uint16_t field;
    uint64_t lines;
};

struct reader_state {
    enum pii_format format;
    union {
        struct json_reader json;
        struct csv_reader csv;
        struct sql_reader sql;
        struct text_reader text;
    };
};

/* What this is, from its first bytes; also the delimiter of a table. */
enum pii_format reader_guess(struct span head, uint8_t *ret_delim);
/* How many bytes stand in front of a JSON document that is written as a script: "var x = ", "callback(". 0 where
 * it is none. */
size_t reader_script_head(struct span head);
const char *reader_format_name(enum pii_format f);

/* Sets the reader up and the quote and delimiter in the profile's plan. */
void reader_init(struct reader_state *r, struct profile *p, enum pii_format format, uint8_t delim,
                 struct span head);

/* Reads; returns how many bytes are done with. `last`: nothing follows. `full`: the buffer cannot
 * grow, so something must be taken. */
size_t reader_read(struct reader_state *r, struct profile *p, const struct text *t, bool last,
                   bool full);

/* May what follows be read by a reader of its own? Only between two lines, in formats whose records
 * are lines, with nothing open. */
bool reader_is_between(const struct reader_state *r);
/* Takes over what a reader of the lines that followed has come to know; `p` has been merged. */
void reader_merge(struct reader_state *r, struct profile *p, const struct reader_state *part);
/* More columns than before: "column 4", as many as `count`. */
void csv_columns_add(struct csv_reader *r, struct profile *p, size_t count);

/* reader_flat.c: reads records of NDJSON that look like those before, from the brace at `at` on. Returns
 * where it ends: between two records, or at a key of a record that is open then (as open_level() and
 * take_key() leave it); `at` itself where nothing was read. Values may wait in the profile's columns. */
size_t flat_read(struct json_reader *r, struct profile *p, const struct text *t, size_t at);

size_t json_read(struct json_reader *r, struct profile *p, const struct text *t, bool last,
                 bool full);
size_t pii_csv_read(struct csv_reader *r, struct profile *p, const struct text *t, bool last,
                    bool full);
size_t sql_read(struct sql_reader *r, struct profile *p, const struct text *t, bool last,
                bool full);
size_t text_read(struct text_reader *r, struct profile *p, const struct text *t, bool last,
                 bool full);

/* Where free text may be cut: behind the last line, else before the last word, else anywhere. */
size_t text_cut(const struct text *t, size_t from, bool full);

/* The next byte at or after `from` whose bit is set in a mask of m_ at word b_, an expression given at
 * the call; t->len if none. */
#define TEXT_NEXT(t, from, mask_of) \
    ({ \
        const struct masks *m_ = (t)->masks; \
        size_t at_ = (from); \
        for (; at_ < (t)->len; at_ += CLASS_BLOCK) { \
            size_t b_ = at_ / CLASS_BLOCK; \
            uint64_t bits_ = (mask_of) >> (at_ % CLASS_BLOCK); \
            b_++; \
            bits_ |= ((mask_of) << 1) << (CLASS_BLOCK - 1 - at_ % CLASS_BLOCK); \
            if (bits_) { \
                at_ += (size_t)__builtin_ctzll(bits_); \
                break; \
            } \
        } \
        at_ < (t)->len ? at_ : (t)->len; \
    })

#endif
