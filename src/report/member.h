/* Writes JSON objects member by member, commas included, for the formats that other tools read
 * (SARIF, OCSF, l9format). Those tools show text to people as it is, so foreign text is made
 * visible first: what they decode holds no control byte and no bidirectional mark either.
 * The room's own header.
 *
 * `key` is NULL inside an array. Keys are literals of our own and are not escaped. */
#ifndef AJAR_REPORT_MEMBER_H
#define AJAR_REPORT_MEMBER_H

#include "report/report.h"

enum { MEMBER_TEXT_MAX = 64 * 1024 }; /* longer text is cut, and ends in "..." */

/* `what` is '{' or '['. */
void member_open(struct buf *out, const char *key, char what);
/* `what` is '}' or ']'. */
void member_close(struct buf *out, char what);
/* One line: a line feed becomes \x0a. An empty span is an empty string. */
void member_text(struct buf *out, const char *key, struct span foreign);
/* Several lines: line feeds stay, everything else is made visible. */
void member_lines(struct buf *out, const char *key, struct span foreign);
/* Raw bytes of a peer's answer, made visible. */
void member_bytes(struct buf *out, const char *key, struct span raw);
/* As member_text(); absent where text is NULL. */
void member_str(struct buf *out, const char *key, const char *text);
void member_i64(struct buf *out, const char *key, int64_t n);
void member_bool(struct buf *out, const char *key, bool yes);
void member_time(struct buf *out, const char *key, int64_t wall_ms);
/* The value in its own type. */
void member_fact(struct buf *out, const char *key, const struct fact *f);

/* new, first_seen, opened, reopened, accepted_until, accepted_why: what is known of them. */
void member_life(struct buf *out, const struct finding *f);
/* owner, tier, contact, and the lists owners and since, each with its strength; what is known. */
void member_whose(struct buf *out, const struct finding *f);

#endif
