/* A strict mapper from YAML to structs: a table says which keys a map may hold and what takes each.
 * Every error names file, line and the whole key. The room's own header. */
#ifndef AJAR_WATCH_MAPPER_H
#define AJAR_WATCH_MAPPER_H

#include "text/node.h"
#include "watch/config.h"

struct mapper {
    struct arena *arena;
    struct error *error;
    const char *file, *dir;
    char key[200]; /* where we are: "notices.webhook.url" */
};

struct field {
    const char *key;
    bool (*take)(struct mapper *m, const struct node *n, void *to);
    size_t offset; /* of `to` inside the struct */
};

/* Reads a map into the struct at `to`; `fields` ends with a row without a key. */
bool map_fields(struct mapper *m, const struct node *map, const struct field *fields, void *to);
/* False, with file, line and key in front. */
[[gnu::format(printf, 3, 4)]] bool map_wrong(struct mapper *m, const struct node *n, const char *format, ...);

/* What takes a value. Comments name the type of `to`. */
bool take_text(struct mapper *m, const struct node *n, void *to);     /* const char *: one line */
bool take_path(struct mapper *m, const struct node *n, void *to);     /* const char * */
bool take_texts(struct mapper *m, const struct node *n, void *to);    /* struct texts: one or a list */
bool take_paths(struct mapper *m, const struct node *n, void *to);    /* struct texts */
bool take_list(struct mapper *m, const struct node *n, void *to);     /* struct texts: a list */
bool take_joined(struct mapper *m, const struct node *n, void *to);   /* const char *: "a,b,c" */
bool take_number(struct mapper *m, const struct node *n, void *to);   /* const char *: digits, a point */
bool take_bool(struct mapper *m, const struct node *n, void *to);     /* bool */
bool take_duration(struct mapper *m, const struct node *n, void *to); /* int64_t, ms: 90s 10m 6h 7d 2w */
bool take_severity(struct mapper *m, const struct node *n, void *to); /* enum severity */
bool take_minute(struct mapper *m, const struct node *n, void *to);   /* int: "03:00" */
bool take_minutes(struct mapper *m, const struct node *n, void *to);  /* struct times */
bool take_zone(struct mapper *m, const struct node *n, void *to);     /* bool: true is local */
bool take_host_port(struct mapper *m, const struct node *n, void *to);/* struct host_port */
bool take_url(struct mapper *m, const struct node *n, void *to);      /* struct url */
bool take_pairs(struct mapper *m, const struct node *n, void *to);    /* struct pairs: HTTP headers */
bool take_address(struct mapper *m, const struct node *n, void *to);  /* const char *: a mail address */
bool take_addresses(struct mapper *m, const struct node *n, void *to);/* struct texts */

#endif
