/* Columns of a fixed width: what programs print for people and old ones write for others. Where all lines
 * have a blank in the same place, one column ends. */
#include <stdio.h>

#include "pii/recast_inside.h"

enum { LINE_CHARS_MAX = 1024, LINES_LEAST = 8, COLUMNS_LEAST = 3, RULE_LEAST = 3 };

static bool is_continued(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

/* A rule of dashes under a heading, or between groups. */
static bool is_rule(struct span s)
{
    size_t dashes = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!strchr("-=+| \t\r", s.at[i]) || !s.at[i])
            return false;
        dashes += s.at[i] == '-' || s.at[i] == '=';
    }
    return dashes >= RULE_LEAST;
}

/* Notes which characters of the line are none but blanks; returns how many there are. */
static size_t note_blanks(struct span s, uint16_t filled[static LINE_CHARS_MAX])
{
    size_t at = 0;
    for (size_t i = 0; i < s.len && at < LINE_CHARS_MAX; i++) {
        if (is_continued(s.at[i]))
            continue;
        filled[at] = (uint16_t)(filled[at] + (s.at[i] > ' '));
        at++;
    }
    return at;
}

static struct span chars_of(struct span s, size_t from, size_t to)
{
    size_t at = 0, start = s.len, end = s.len;
    for (size_t i = 0; i < s.len; i++) {
        if (is_continued(s.at[i]))
            continue;
        if (at == from)
            start = i;
        if (at == to) {
            end = i;
            break;
        }
        at++;
    }
    return span_trim(span_sub(s, start, end > start ? end - start : 0));
}

static bool looks_like_heads(const struct fixed *f, struct span line)
{
    size_t named = 0;
    for (size_t i = 0; i < f->count; i++) {
        struct span cell = chars_of(line, f->columns[i].from, f->columns[i].to);
        for (size_t k = 0; k < cell.len; k++)
            if (ascii_is_digit(cell.at[k]) || cell.at[k] == '@')
                return false;
        named += cell.len > 0;
    }
    return named * 4 >= f->count * 3;
}

/* Is the text of the columns that of a table: few cells hold a blank, and columns are padded? */
static bool is_padded(const struct fixed *f, struct span head, size_t lines)
{
    size_t cells = 0, wordy = 0, padded = 0;
    for (size_t n = 0; n < lines && head.len; n++) {
        struct span line = span_cut(&head, '\n');
        for (size_t i = 0; i < f->count; i++) {
            struct span cell = chars_of(line, f->columns[i].from, f->columns[i].to);
            size_t words = 1;
            for (size_t k = 0; k < cell.len; k++)
                words += cell.at[k] == ' ';
            bool last = i + 1 == f->count; /* nothing pads it */
            cells += cell.len > 0 && !last;
            wordy += words > 4;
            padded += cell.len > 0 && !last && cell.len + 1 < f->columns[i].to - f->columns[i].from;
        }
    }
    return cells && wordy * 10 <= cells && padded * 6 >= cells;
}

bool fixed_begin(struct fixed *f, struct span head, bool whole)
{
    uint16_t filled[LINE_CHARS_MAX] = { 0 };
    size_t lines = 0, longest = 0, shortest = LINE_CHARS_MAX;
    struct span rest = head, first = head;
    first = span_first(head, span_index(head, '\n'));
    *f = (struct fixed){ .count = 0 };
    while (rest.len && lines < RECAST_LINES_LOOKED_AT) {
        struct span line = span_cut(&rest, '\n');
        if (rest.len == 0 && !whole)
            break;
        if (span_trim(line).len == 0 || is_rule(line))
            continue;
        if (span_index(line, '\t') < line.len || span_index(line, '{') < line.len)
            return false;
        size_t n = note_blanks(line, filled);
        longest = n > longest ? n : longest;
        shortest = n < shortest ? n : shortest;
        lines++;
    }
    if (lines < LINES_LEAST || longest >= LINE_CHARS_MAX || shortest * 2 < longest)
        return false;
    for (size_t at = 0; at < longest;) {
        while (at < longest && filled[at] == 0)
            at++;
        size_t from = at;
        while (at < longest && filled[at])
            at++;
        if (from == at)
            break;
        if (f->count == RECAST_COLUMNS_MAX)
            return false;
        f->columns[f->count].from = from;
        f->columns[f->count++].to = at;
    }
    /* Behind the last column lines may go on. */
    if (f->count < COLUMNS_LEAST || f->columns[0].from > 8)
        return false;
    for (size_t i = 0; i + 1 < f->count; i++)
        f->columns[i].to = f->columns[i + 1].from;
    f->columns[f->count - 1].to = SIZE_MAX;
    if (!is_padded(f, head, lines))
        return false;
    f->has_head = looks_like_heads(f, first);
    return true;
}

void fixed_line(struct recast *r, struct span line)
{
    struct fixed *f = &r->fixed;
    char column[24];
    if (span_trim(line).len == 0 || is_rule(line))
        return;
    if (f->has_head && f->rows++ == 0) {
        for (size_t i = 0; i < f->count; i++) {
            buf_put(&r->heads, chars_of(line, f->columns[i].from, f->columns[i].to));
            buf_byte(&r->heads, 0);
        }
        return;
    }
    struct span heads = buf_span(&r->heads);
    tree_open(&r->tree, SPAN_NONE);
    for (size_t i = 0; i < f->count; i++) {
        struct span head = span_cut(&heads, 0);
        int n = snprintf(column, sizeof(column), "column %zu", i + 1);
        tree_value(&r->tree, head.len ? head : span_of(column, (size_t)n),
                   chars_of(line, f->columns[i].from, f->columns[i].to));
    }
    tree_close(&r->tree);
}
