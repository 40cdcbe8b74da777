/* Patterns of the catalog: see pattern.h. The text is foreign, the pattern is ours and checked.
 *
 * The pattern is cut at its stars. Every piece but the last is placed at the first offset where it
 * fits; the last must end where the text ends. Captures are bounded, so one attempt to place a
 * piece costs no more than the piece plus 256 bytes. */
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

/* How many bytes of `text` the capture takes; `next` is the literal that must follow, or -1. */
static size_t capture_len(char kind, struct span text, int next)
{
    size_t max = kind == 'v'   ? CAPTURE_VERSION_MAX
                 : kind == 'n' ? CAPTURE_NUMBER_MAX
                               : CAPTURE_TEXT_MAX;
    size_t n = 0;
    while (n < text.len && n < max) {
        uint8_t c = text.at[n];
        if (kind == 'v' && !is_version_byte(c))
            break;
        if (kind == 'n' && !ascii_is_digit(c))
            break;
        if (kind == 't' && (c == next || c < 0x20 || c == 0x7f))
            break;
        n++;
    }
    return n;
}

/* Tries to place one star-free piece at the front of `text`. SIZE_MAX where it does not fit, else
 * how many bytes it took. */
static size_t piece_fits(struct span piece, struct span text, struct span *capture)
{
    size_t taken = 0;
    while (piece.len) {
        char kind = capture_at(piece);
        if (kind) {
            piece = span_from(piece, 3);
            int next = piece.len == 0                         ? -1
                       : piece.at[0] == '\\' && piece.len > 1 ? piece.at[1]
                                                              : piece.at[0];
            struct span rest = span_from(text, taken);
            size_t n = capture_len(kind, rest, next);
            if (n == 0)
                return SIZE_MAX;
            *capture = span_first(rest, n);
            taken += n;
            continue;
        }
        if (piece.at[0] == '\\' && piece.len > 1)
            piece = span_from(piece, 1);
        if (taken >= text.len || text.at[taken] != piece.at[0])
            return SIZE_MAX;
        taken++;
        piece = span_from(piece, 1);
    }
    return taken;
}

/* Cuts the piece before the next bare star off the front; *ret_star says whether there was one. */
static struct span next_piece(struct span *pattern, bool *ret_star)
{
    size_t i = 0;
    while (i < pattern->len && pattern->at[i] != '*')
        i += pattern->at[i] == '\\' ? 2 : 1;
    if (i > pattern->len)
        i = pattern->len;
    *ret_star = i < pattern->len;
    struct span piece = span_first(*pattern, i);
    *pattern = span_from(*pattern, i + (*ret_star ? 1 : 0));
    return piece;
}

bool pattern_match(struct span pattern, struct span text, struct span *ret_capture)
{
    struct span capture = SPAN_NONE;
    bool floating = false, star;
    do {
        struct span piece = next_piece(&pattern, &star), found = SPAN_NONE;
        size_t last = floating ? text.len : 0, at = 0, taken = SIZE_MAX;
        for (; at <= last; at++) {
            found = SPAN_NONE;
            taken = piece_fits(piece, span_from(text, at), &found);
            if (taken != SIZE_MAX && (star || at + taken == text.len))
                break;
            taken = SIZE_MAX;
        }
        /* An empty last piece after a star takes whatever is left. */
        if (!star && floating && piece.len == 0)
            at = text.len, taken = 0;
        if (taken == SIZE_MAX)
            return false;
        if (found.len)
            capture = found;
        text = span_from(text, at + taken);
        floating = true;
    } while (star);
    if (ret_capture)
        *ret_capture = capture;
    return true;
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
