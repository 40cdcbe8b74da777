/* What takes a value of watch.yaml, beyond what text/mapper.h takes. The mapper's `self` is the struct
 * watch_config that is being read. Comments name the type of `to`. The room's own header. */
#ifndef AJAR_WATCH_VALUES_H
#define AJAR_WATCH_VALUES_H

#include "record/words.h"
#include "watch/config.h"

bool take_path(struct mapper *m, const struct node *n, void *to);     /* const char *; below the file's folder */
bool take_texts(struct mapper *m, const struct node *n, void *to);    /* struct texts: one or a list */
bool take_paths(struct mapper *m, const struct node *n, void *to);    /* struct texts */
bool take_list(struct mapper *m, const struct node *n, void *to);     /* struct texts: a list */
bool take_joined(struct mapper *m, const struct node *n, void *to);   /* const char *: "a,b,c" */
bool take_number(struct mapper *m, const struct node *n, void *to);   /* const char *: digits, a point */
bool take_duration(struct mapper *m, const struct node *n, void *to); /* int64_t, ms: 90s 10m 6h 7d 2w */
bool take_minute(struct mapper *m, const struct node *n, void *to);   /* int: "03:00" */
bool take_minutes(struct mapper *m, const struct node *n, void *to);  /* struct times */
bool take_zone(struct mapper *m, const struct node *n, void *to);     /* bool: true is local */
bool take_host_port(struct mapper *m, const struct node *n, void *to);/* struct host_port */
bool take_url(struct mapper *m, const struct node *n, void *to);      /* struct url */
bool take_pairs(struct mapper *m, const struct node *n, void *to);    /* struct pairs: HTTP headers */
bool take_address(struct mapper *m, const struct node *n, void *to);  /* const char *: a mail address */
bool take_addresses(struct mapper *m, const struct node *n, void *to);/* struct texts */

#endif
