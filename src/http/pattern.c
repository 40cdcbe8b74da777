/* Patterns of the catalog: see pattern.h. The text is foreign, the pattern is ours and checked.
 *
 * The pattern is cut at its stars. Every piece but the last is placed at the first offset where it
 * fits; the last must end where the text ends. A piece that floats begins with a literal, which
 * memmem() finds; where a run of captured bytes ends is remembered from one attempt to the next, and
 * an end behind which the piece did not go on is not tried twice. So the cost is that of the text. */
#include "http/pattern.h"

enum { CAPTURE_VERSION_MAX = 64, CAPTURE_NUMBER_MAX = 20, CAPTURE_TEXT_MAX = 256 };

/* Which capture stands at the front of `p`: 'v', 'n', 't', or 0. */
static char capture_at(struct span p)
{
    if (p.len < 3 || p.at[0] != '{' || p.at[2] != '}')
        return 0;
    char c = (char)p.at[1];
    return c == 'v' || c == 'n' || c == 't' ? c : 0;
}

static bool is_version_byte(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '.' ||
           c == '-' || c == '+' || c == '_' || c == '~';
}

/* A piece between two stars, its backslashes undone: a literal, a capture or none, a literal. */
struct piece {
    uint8_t bytes[PATTERN_MAX];
    struct span before, after;
    char kind; /* of the capture, or 0 */
};

/* Cuts the piece before the next bare star off the front; whether there was one. */
static bool next_piece(struct span *pattern, struct piece *ret)
{
    size_t n = 0, split = 0, i = 0;
    ret->kind = 0;
    for (; i < pattern->len && pattern->at[i] != '*' && n < PATTERN_MAX; i++) {
        char kind = capture_at(span_from(*pattern, i));
        if (kind) {
            ret->kind = kind;
            split = n;
            i += 2;
            continue;
        }
        if (pattern->at[i] == '\\' && i + 1 < pattern->len)
            i++;
        ret->bytes[n++] = pattern->at[i];
    }
    ret->before = span_of(ret->bytes, ret->kind ? split : n);
    ret->after = span_from(span_of(ret->bytes, n), ret->before.len);
    bool star = i < pattern->len;
    *pattern = span_from(*pattern, i + (star ? 1 : 0));
    return star;
}

static size_t capture_max(char kind)
{
    return kind == 'v' ? CAPTURE_VERSION_MAX : kind == 'n' ? CAPTURE_NUMBER_MAX : CAPTURE_TEXT_MAX;
}

/* Whether the capture takes the byte. */
static bool takes(const struct piece *p, uint8_t c)
{
    if (p->kind == 'v')
        return is_version_byte(c);
    if (p->kind == 'n')
        return ascii_is_digit(c);
    return c >= 0x20 && c != 0x7f && (p->after.len == 0 || c != p->after.at[0]);
}

/* Where a run of bytes that the capture takes ends. */
static size_t run_end(const struct piece *p, struct span text, size_t from)
{
    while (from < text.len && takes(p, text.at[from]))
        from++;
    return from;
}

/* Where the piece stands in the text. */
struct place {
    size_t end;
    struct span capture;
};

/* What a search remembers: the bytes from `from` to `end` are one run. */
struct run {
    size_t from, end;
    bool known;
};

/* Tries the capture and what follows it at `at`, behind the first literal. */
static bool fits(const struct piece *p, struct span text, size_t at, bool to_end, struct run *run,
                 struct place *ret)
{
    if (!run->known || at < run->from || at > run->end)
        *run = (struct run){ at, run_end(p, text, at), true };
    size_t most = capture_max(p->kind), n = run->end - at < most ? run->end - at : most;
    struct span rest = span_from(text, at + n);
    if (n == 0 || !span_starts(rest, p->after) || (to_end && rest.len != p->after.len))
        return false;
    *ret = (struct place){ at + n + p->after.len, span_sub(text, at, n) };
    return true;
}

/* Places a piece at the front of the text. */
static bool place_front(const struct piece *p, struct span text, bool to_end, struct place *ret)
{
    struct run run = { 0 };
    if (!span_starts(text, p->before))
        return false;
    if (p->kind)
        return fits(p, text, p->before.len, to_end, &run, ret);
    *ret = (struct place){ .end = p->before.len };
    return !to_end || text.len == p->before.len;
}

/* Places a piece behind a star: at the first offset where it fits. */
static bool place_floating(const struct piece *p, struct span text, bool to_end, struct place *ret)
{
    struct run run = { 0 };
    bool behind_run = p->after.len && !takes(p, p->after.at[0]); /* what follows is no byte of the run */
    if (!p->kind) {
        size_t at = to_end ? text.len - p->before.len : span_find(text, p->before);
        *ret = (struct place){ .end = to_end ? text.len : at + p->before.len };
        return to_end ? span_ends(text, p->before) : at != SIZE_MAX;
    }
    for (size_t from = 0;;) {
        size_t found = span_find(span_from(text, from), p->before);
        if (found == SIZE_MAX || from > text.len)
            return false;
        size_t at = from + found + p->before.len;
        if (fits(p, text, at, to_end, &run, ret))
            return true;
        from += found + 1;
        size_t most = capture_max(p->kind);
        /* The run ended and the piece did not go on behind it: no later start in the run helps. */
        if (run.end > at && run.end - at <= most && run.end - p->before.len > from)
            from = run.end - p->before.len;
        /* Only a start near the end of the run helps. */
        if (behind_run && run.end - at > most && run.end - most - p->before.len > from)
            from = run.end - most - p->before.len;
    }
}

bool pattern_match(struct span pattern, struct span text, struct span *ret_capture)
{
    struct span capture = SPAN_NONE;
    struct piece p;
    struct place place = { 0 };
    bool star = next_piece(&pattern, &p);
    if (!place_front(&p, text, !star, &place))
        return false;
    capture = place.capture;
    while (star) {
        text = span_from(text, place.end);
        star = next_piece(&pattern, &p);
        if (!place_floating(&p, text, !star && (p.before.len || p.kind), &place))
            return false;
        if (place.capture.len)
            capture = place.capture;
    }
    if (ret_capture)
        *ret_capture = capture;
    return true;
}

bool pattern_literal(struct span pattern, uint8_t *bytes, struct span *ret)
{
    struct piece p;
    bool star = true, exact = pattern.len && pattern.at[0] == '*';
    size_t pieces = 0;
    *ret = SPAN_NONE;
    while (star) {
        star = next_piece(&pattern, &p);
        exact &= p.kind == 0;
        pieces += p.before.len > 0;
        exact &= star || p.before.len == 0; /* what is left behind the last star */
        struct span longest = p.before.len >= p.after.len ? p.before : p.after;
        if (longest.len > ret->len) {
            memcpy(bytes, longest.at, longest.len);
            *ret = span_of(bytes, longest.len);
        }
    }
    return exact && pieces == 1;
}

struct span pattern_front(struct span pattern, uint8_t *bytes)
{
    struct piece p;
    (void)next_piece(&pattern, &p);
    memcpy(bytes, p.before.at, p.before.len);
    return span_of(bytes, p.before.len);
}

bool pattern_check(struct span pattern, bool capture, struct error *e)
{
    size_t stars = 0, captures = 0;
    if (pattern.len == 0)
        return error_set(e, "the pattern is empty");
    if (pattern.len > PATTERN_MAX)
        return error_set(e, "the pattern is longer than %d bytes", PATTERN_MAX);
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.at[i] == '\\') {
            if (++i == pattern.len)
                return error_set(e, "the pattern ends in a backslash");
        } else if (pattern.at[i] == '*') {
            stars++;
            if (capture_at(span_from(pattern, i + 1)))
                return error_set(e, "a capture may not follow a star: nothing says where it begins");
        } else if (capture_at(span_from(pattern, i))) {
            captures++;
            i += 2;
        }
    }
    if (stars > PATTERN_STARS_MAX)
        return error_set(e, "the pattern has more than %d stars", PATTERN_STARS_MAX);
    if (captures > 1 || (capture && captures == 0))
        return error_set(e, "the pattern needs %s capture ({v}, {n} or {t})",
                         capture ? "exactly one" : "at most one");
    return true;
}
