/* Writes JSON (RFC 8259), value by value. Commas, colons and the right closing bracket are put by the
 * writer; all text goes through the escaper, so that the result is always valid UTF-8.
 *
 * `key` names the value inside an object, and is NULL inside an array and for the value as a whole.
 * Keys are literals of ours or have passed fact_key_ok(): they are not escaped.
 *
 * Limits: JSON_LEVELS_MAX levels; no printf, no memory but the buffer's. A buffer that overflows, and
 * a level too many, make buf_ok(out) false for good: half a value is never taken for a whole one.
 *
 *     struct json j = json_over(out);
 *     json_object(&j, NULL);
 *     json_i64(&j, "n", 5);
 *     json_line(&j);          // {"n":5} and a line feed
 */
#ifndef AJAR_TEXT_JSON_WRITE_H
#define AJAR_TEXT_JSON_WRITE_H

#include "base/buf.h"

enum { JSON_LEVELS_MAX = 32, JSON_TEXT_MAX = 64 * 1024 };

struct json {
    struct buf *out; /* where to; may be another one for each call */
    /* 0: text arrives at who decodes it as it came. Else it is made visible first, for readers that
     * show it as it is: no control byte and no mark that turns the reading direction arrives either;
     * what is longer than so many bytes in visible form is cut there and ends in "...". */
    size_t shown_max;
    uint32_t is_object, has_values; /* bit n: the level n + 1 */
    unsigned depth;
    bool on_new_line;
};

/* Text as it came. */
struct json json_over(struct buf *out);
/* Visible text of at most JSON_TEXT_MAX bytes each. */
struct json json_visible_over(struct buf *out);

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
/* Closes the innermost object or array; nothing where none is open. */
void json_close(struct json *j);
/* Closes all that is open, ends the line, and is ready for the next whole value. */
void json_line(struct json *j);
/* What comes next, a value or a bracket, begins on a line of its own. */
void json_break(struct json *j);

/* One line of text: where text is made visible a line feed becomes \x0a. */
void json_text(struct json *j, const char *key, struct span text);
/* The same, null where it is empty; and absent where it is empty. */
void json_text_or_null(struct json *j, const char *key, struct span text);
void json_text_if(struct json *j, const char *key, struct span text);
/* Several lines: line feeds stay. */
void json_lines(struct json *j, const char *key, struct span text);
/* Raw bytes of a peer's answer, each made visible (escape_bytes) whatever the mode. */
void json_bytes(struct json *j, const char *key, struct span raw);
/* As json_text(); absent where NULL. */
void json_str(struct json *j, const char *key, const char *text);

void json_i64(struct json *j, const char *key, int64_t n);
void json_u64(struct json *j, const char *key, uint64_t n);
/* null where negative: what is not known. */
void json_known(struct json *j, const char *key, int64_t n);
void json_known_time(struct json *j, const char *key, int64_t wall_ms);
void json_bool(struct json *j, const char *key, bool yes);
void json_null(struct json *j, const char *key);
void json_time(struct json *j, const char *key, int64_t wall_ms);
void json_tenths(struct json *j, const char *key, double value); /* put_tenths() */
void json_share(struct json *j, const char *key, double share);  /* put_share() */
/* A value that is JSON already. */
void json_raw(struct json *j, const char *key, struct span value);

#endif
