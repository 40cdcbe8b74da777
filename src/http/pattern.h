/* The catalog's text pattern: whole-text matching with `*` and at most one capture. It is small on
 * purpose: no alternation and no repetition, so its cost is that of reading the text.
 *
 *   literal bytes    themselves
 *   *                any bytes, also none, as few as possible
 *   {v}              captures a version: letters, digits and . - + _ ~ ; 1 to 64 bytes
 *   {n}              captures digits; 1 to 20
 *   {t}              captures text up to the next literal byte; 1 to 256 bytes, no control byte
 *                    (no capture stands right behind a star: nothing would say where it begins)
 *   \x               the byte x itself, where x would be special
 *
 * Whatever else stands in braces is literal, so JSON can be written as it is. */
#ifndef AJAR_HTTP_PATTERN_H
#define AJAR_HTTP_PATTERN_H

#include "base/error.h"
#include "base/span.h"

enum { PATTERN_MAX = 400, PATTERN_STARS_MAX = 8 };

/* Whether `pattern` is well formed: not too long, not too many stars, at most one capture (and
 * exactly one where `capture` is set), no backslash at its end. */
bool pattern_check(struct span pattern, bool capture, struct error *e);

/* Whether the whole text matches. *ret_capture (may be NULL) is set only on a match, to the
 * captured bytes of `text`, or an empty span where the pattern has no capture. */
bool pattern_match(struct span pattern, struct span text, struct span *ret_capture);

/* The longest literal that every text which matches must hold, written to `bytes` (PATTERN_MAX); an
 * empty span where there is none. True where holding it is all that is asked: "*literal*". */
bool pattern_literal(struct span pattern, uint8_t *bytes, struct span *ret);

/* The literal with which every text that matches must begin, written to `bytes` (PATTERN_MAX); empty where there is
 * none. */
struct span pattern_front(struct span pattern, uint8_t *bytes);

#endif
