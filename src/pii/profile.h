/* What is learned about one source: its fields, and for each what its values are like. Readers
 * push values in; verdicts are read out at the end. Memory is bounded whatever comes in: at most
 * NODES_MAX names, samples within one budget, counters otherwise. */
#ifndef AJAR_PII_PROFILE_H
#define AJAR_PII_PROFILE_H

#include "pii/sample.h"
#include "pii/value.h"

/* How many records are looked at in full at first, and one of how many after them. A fuzzer, whose inputs
 * are short, sets both low to reach what comes behind. */
#ifndef PII_DEEP_FIRST
#define PII_DEEP_FIRST 1024
#define PII_DEEP_EVERY 64
#endif

enum {
    NODES_MAX = 2000,
    NODE_SLOTS = 8192,
    FIELD_NAME_MAX = 96,
    RECORD_ITEMS_MAX = 64,
    PAIRS_MAX = 256,
    NUMBERED_MAX = 16, /* keys that differ in a number, each an object: no more are kept apart */
    NUMBERED_SCALARS_MAX = 256, /* the same for keys of scalars: q1 to q200 of a form are columns */
    KEYED_MAX = 16,             /* objects alike under keys that nobody knows: no more are kept apart */
    KEYED_SCALARS_MAX = 64,     /* the same for scalars, each seen once or twice */
    KEYED_LEAST = 6,            /* at the end so many are put together */
    DEEP_FIRST = PII_DEEP_FIRST,
    DEEP_EVERY = PII_DEEP_EVERY,
    LOOK_EVERY = 16 * PII_DEEP_EVERY, /* of records and lines behind the first, one is looked at closely */
    DECADES = 24,
    COLUMNS_AT_ONCE = 32,
    COLUMN_ROWS = 32,
    SCRATCH_BYTES = 4096,
    SETTING_RECORDS = 256, /* in so many records a key with such a name is taken for a setting */
    SAMPLES_BYTES_MAX = 24 * 1024 * 1024
};

/* Counters that a verdict looks at; over values of deep records. */
struct traits {
    uint64_t first_number, last_number, number_min, number_max;
    uint32_t numbers, rising, small_steps;
    uint32_t forms[FORM_OTHER + 1];
    uint32_t dates, recent, decade[DECADES]; /* by date / 100000, from 1800 */
    uint32_t births, birth_decade[DECADES];
    uint32_t birth_sex[3];
    uint32_t counties; /* of births: the number begins with what has the form of a county */
    uint64_t provinces[2];
    uint32_t length_min, length_max;
    uint32_t texts, police,
        medical; /* values of some length; those with three words of a subject */
};

/* A masked example of a type, kept only where the caller asked for it. */
enum { SHAPES_PER_FIELD = 4, SHAPE_TEXT_MAX = 48 };
struct shape {
    unsigned type;
    char text[SHAPE_TEXT_MAX];
};

/* One step of a path ("case", then "reporter", then "phone"), and the statistics of its values. */
struct field {
    const char *name; /* escaped form is made on output; NULL for the root */
    size_t name_len;
    uint64_t head, head_mask; /* its first eight bytes, for a quick comparison */
    uint16_t parent, guess;   /* indexes; guess: the sibling that came next last time */
    uint16_t first;           /* the child that came first last time, or FIELD_NONE */
    struct name_hint hint;
    uint64_t values, empties;
    struct sample distinct; /* whole values */
    struct sample tokens;   /* candidates inside longer values */
    struct traits traits;
    struct shape *shapes; /* SHAPES_PER_FIELD, or NULL */
    uint64_t form;        /* hash of its name_form() where it is a key with a number, else 0 */
    uint64_t opened;      /* how often it was an object or array as a member */
    uint32_t children;
    const char *alias; /* shown instead of its name, or NULL: "column 4" */
    bool gathers;      /* it stands for all further keys of that form */
    bool key;          /* from a document, which may have keys that are data: no heading, no column */
    bool keyed;        /* keys below it are data: further ones are one field */
    bool folded;       /* put together with others, and empty since */
    bool setting;      /* what it is set to is a secret, by its name */
    bool names;        /* its values are names of fields: {"name": "mail", "value": ...} */
};

/* How often two fields of one record told the same. */
struct pair_count {
    uint16_t id, other;
    uint32_t birth_seen, birth_same, sex_seen, sex_same;
};

struct record_item {
    uint16_t field;
    int date, birth;
    enum sex sex, birth_sex;
};

/* Values of one field that wait to be looked at one behind the other. */
struct column {
    uint16_t field;
    uint16_t count;
    struct {
        uint32_t from, to;
    } at[COLUMN_ROWS];
};

struct profile {
    const struct detectors *d;
    struct class_plan plan;
    const struct class_engine *engine;
    struct arena arena;
    struct sample_budget budget;
    struct field **fields; /* [0] is the root */
    size_t field_count;
    uint16_t slots[NODE_SLOTS];
    struct pair_count pairs[PAIRS_MAX];
    size_t pair_count;
    size_t numbered;  /* keys with a number in them that were new */
    size_t inherited; /* fields that a part has from what it is a part of */
    struct record_item items[RECORD_ITEMS_MAX];
    size_t item_count;
    uint64_t records;
    uint64_t who;                          /* of the record at hand: its names and birth dates */
    struct sample people;                  /* of all such, in records that are looked at in full */
    uint64_t people_records, deep_records; /* how many had one; how many were looked at */
    bool in_record, fields_full, keep_shapes;
    bool cut;  /* a unit longer than the buffer was cut: then it matters where buffers end */
    bool deep; /* values at hand are looked at in full: in some records, and outside of all */
    uint16_t current; /* the field whose text is searched */
    const struct text *text;
    struct text window;    /* what the reader is shown of the source, or nothing */
    uint64_t window_line;  /* lines of the source in front of it */
    size_t counted_block;  /* of the window: in front of this block */
    uint64_t counted_lines; /* so many lines end */
    uint64_t place;        /* of the value that was looked at last */
    bool places_are_records;
    uint8_t scratch[SCRATCH_BYTES + 3 * CLASS_SLACK];
    struct masks scratch_masks;
    struct column columns[COLUMNS_AT_ONCE];
    unsigned rows; /* that have values in the columns */
};

enum { FIELD_ROOT = 0, FIELD_NONE = UINT16_MAX };

/* False where there is no memory. The detectors must outlive the profile. */
bool profile_init(struct profile *p, const struct detectors *d, const struct class_engine *engine);
void profile_release(struct profile *p);

/* merge.c: makes `part`, a profile just initialised, ready for a later stretch of the same source: the
 * same fields, and samples that want no more than those of `p` do. False where there is no room. */
bool profile_split(const struct profile *p, struct profile *part);
/* Adds the statistics of a field to another one's. */
void profile_field_add(struct profile *p, struct field *f, const struct field *from);
/* Adds what a part has learned that follows directly behind all of `p`; the result is the one that
 * `p` alone would have come to. False, and nothing done, where some limit (fields, pairs, memory of
 * the samples) is too near for that to be sure. */
bool profile_merge(struct profile *p, const struct profile *part);

/* fields.c: the child of `parent` with this name, made where it is new. A name that looks like a value
 * becomes "*". `after` is the sibling read before it (a hint), or FIELD_NONE. */
uint16_t profile_field(struct profile *p, uint16_t parent, struct span name, uint16_t after);
/* The same for the key of an object, which may be data. Where there are many siblings that differ from
 * it in a number only, further ones are one field, "user:#"; where many objects alike stand under keys
 * that nobody knows, further ones are "*". Keys that are data become values of "(keys)" beside them. */
uint16_t profile_key(struct profile *p, uint16_t parent, struct span name, uint16_t after);
/* Once, when all has been read: puts those together that came before it was known that their keys are
 * data. */
void profile_settle(struct profile *p);

void profile_record_begin(struct profile *p);
void profile_record_end(struct profile *p);

/* One value, as it lies in a text with masks. */
void profile_value(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to);
/* The same for a value that is counted already and needs more than quick_value(). */
void profile_value_whole(struct profile *p, uint16_t field, const struct text *t, size_t from,
                         size_t to);
/* columns.c: takes the values that wait, and empties the columns. */
void profile_columns(struct profile *p, const struct text *t);

/* May the values of `count` fields of a record that is not deep wait? Not where it matters which comes
 * first: for the examples of shapes, and where samples might run out of memory. */
static inline bool profile_may_wait(const struct profile *p, size_t count)
{
    return !p->keep_shapes && count <= COLUMNS_AT_ONCE &&
           p->budget.left_bytes >= 2 * count * sample_bytes(SAMPLE_MAX);
}

/* A further row is about to wait. Takes those that do where there is no room for it; true where so. */
static inline bool profile_row(struct profile *p, const struct text *t)
{
    bool full = p->rows == COLUMN_ROWS;
    if (full)
        profile_columns(p, t);
    p->rows++;
    return full;
}

static inline void column_put(struct column *c, uint16_t field, size_t from, size_t to)
{
    c->field = field;
    c->at[c->count].from = (uint32_t)from;
    c->at[c->count++].to = (uint32_t)to;
}

/* Is the record that comes next one that is looked at in full? */
static inline bool profile_next_is_deep(const struct profile *p)
{
    return p->records < DEEP_FIRST || p->records % DEEP_EVERY == 0;
}
/* The reader is shown `t`, and has taken `taken` bytes of it. */
void profile_window(struct profile *p, const struct text *t);
void profile_window_taken(struct profile *p, size_t taken);
/* The first SCRATCH_BYTES of it in the scratch buffer, with masks, until the next call. */
struct text profile_scratch(struct profile *p, struct span value);
/* One value that lies elsewhere (unescaped, or handed in by a caller). */
void profile_bytes(struct profile *p, uint16_t field, struct span value);
/* A stretch of free text: whole lines. */
void profile_text(struct profile *p, uint16_t field, const struct text *t, size_t from, size_t to);

/* A further part of the value before (more than SCRATCH_BYTES of unescaped text): searched only. */
void profile_more(struct profile *p, uint16_t field, struct span part);
/* What one line of free text is about; the caller takes a few lines, not all. `close`: look also for what words in
 * front say (lines.h). */
void profile_subject(struct profile *p, uint16_t field, const struct text *t, size_t from,
                     size_t to, bool close);

#endif
