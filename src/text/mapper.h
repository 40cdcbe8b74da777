/* The one strict mapper from YAML to structs: a table says which keys a map may hold and what takes each.
 * Catalog entries, rules, scope files and watch.yaml are read by it.
 *
 * What is not understood is an error, because a "denny" that is ignored would be asked and a rule that is ignored is
 * a store that stays open. Every error is "FILE:LINE: PATH.OF.KEY: what is wrong", with what to write instead. */
#ifndef AJAR_TEXT_MAPPER_H
#define AJAR_TEXT_MAPPER_H

#include <stddef.h>

#include "base/list.h"
#include "text/node.h"

enum {
    MAP_PATH_MAX = 200,
    MAP_KEYS_MAX = 32,  /* of one map */
    MAP_TEXT_MAX = 2000, /* bytes of map_str() */
    MAP_SHOWN_MAX = 61,
};

struct mapper {
    struct arena *arena; /* holds what is read; text of the file must live as long as it */
    struct error *error;
    const char *file;        /* as errors name it */
    void *self;              /* what the takers of one format share */
    char path[MAP_PATH_MAX]; /* where we are: "notices.webhook.url" */
    const char *skip;        /* a key of the outermost map that is neither read nor missed where it stands last in its
                                file, as "examples"; NULL: all is read */
};

/* Takes one value to `to`; false, with map_wrong(), where it does not fit. */
typedef bool map_take(struct mapper *m, const struct node *n, void *to);

struct map_key {
    const char *key;
    map_take *take;      /* NULL: known here, read elsewhere */
    size_t offset;       /* of `to` inside the struct */
    const char *missing; /* NULL: it need not be there; else what follows 'the key "x" is missing' */
};

/* Parses the file's text; NULL and the error where it is no YAML document. */
struct node *map_parse(struct mapper *m, struct span text);
/* Reads a map into the struct at `to`; `keys` ends with a row without a key. The values are taken in the
 * order of the table, whatever the file's: a row may need what an earlier one left. */
bool map_keys(struct mapper *m, const struct node *map, const struct map_key *keys, void *to);
/* Goes into a value by hand, for maps whose keys the file's author chooses; map_leave() with what it gave. */
size_t map_enter(struct mapper *m, struct span key);
void map_leave(struct mapper *m, size_t was);

/* Both return false. `n` gives the line, and its key where that is not the last of the path; or NULL. */
[[gnu::format(printf, 3, 4)]] bool map_wrong(struct mapper *m, const struct node *n, const char *format, ...);
bool map_no_memory(struct mapper *m);
/* Splits an error of this mapper into its line (0: none) and what follows file and line. */
unsigned map_error_line(const char *file, struct span error, struct span *ret_text);

/* A word of the file as it may stand in an error: printable ASCII, cut. */
const char *map_shown(struct span s, char text[static MAP_SHOWN_MAX]);

/* What may be written as one value or as a list of values: the first, and the others. */
const struct node *map_first(const struct node *n);
const struct node *map_next(const struct node *n, const struct node *at);

/* ---- takers; the comment names the type of `to` ---- */

bool map_str(struct mapper *m, const struct node *n, void *to);    /* const char *: one line, 1 to MAP_TEXT_MAX bytes */
bool map_prose(struct mapper *m, const struct node *n, void *to);  /* const char *: any text that is not empty */
bool map_text(struct mapper *m, const struct node *n, void *to);   /* struct span: a scalar, not empty */
bool map_scalar(struct mapper *m, const struct node *n, void *to); /* struct span: a scalar */
bool map_bool(struct mapper *m, const struct node *n, void *to);   /* bool */
bool map_i64(struct mapper *m, const struct node *n, void *to);    /* int64_t: a whole number */
bool map_port(struct mapper *m, const struct node *n, void *to);   /* uint16_t: 1 to 65535 */

/* Whether it is a list with at least one entry. */
bool map_list(struct mapper *m, const struct node *n);
/* One of the NULL-ended words; *ret is its place. */
bool map_word(struct mapper *m, const struct node *n, const char *const *words, int *ret);

#endif
