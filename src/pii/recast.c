/* See recast.h. What a format is, and how its bytes are cut into lines, segments or tags. */
#include "pii/recast.h"

#include <stdlib.h>

#include "pii/recast_inside.h"

static const struct format {
    const char *name;
    void (*take)(struct recast *r, struct span line);
    void (*end)(struct recast *r);
} FORMATS[] = {
    [RECAST_XML] = { "xml", NULL, markup_end },          [RECAST_HTML] = { "html", NULL, markup_end },
    [RECAST_LDIF] = { "ldif", cards_line, cards_end },   [RECAST_VCARD] = { "vcard", cards_line, cards_end },
    [RECAST_CALENDAR] = { "icalendar", cards_line, cards_end }, [RECAST_MAIL] = { "mail", mail_line, mail_end },
    [RECAST_GIT] = { "git log", mail_line, mail_end },   [RECAST_YAML] = { "yaml", yaml_line, yaml_end },
    [RECAST_INI] = { "ini", ini_line, NULL },            [RECAST_FORM] = { "form", form_line, NULL },
    [RECAST_HL7] = { "hl7", hl7_segment, NULL },         [RECAST_X12] = { "x12", x12_segment, NULL },
    [RECAST_EDIFACT] = { "edifact", edifact_segment, NULL }, [RECAST_FIXED] = { "fixed width", fixed_line, NULL },
};

const char *recast_name(enum recast_kind kind)
{
    return FORMATS[kind].name;
}

struct recast *recast_new(enum recast_kind kind, struct span head, bool whole,
                          void (*emit)(void *self, struct span bytes), void *self)
{
    struct recast *r = calloc(1, sizeof(*r));
    if (!r)
        return NULL;
    r->kind = kind;
    tree_init(&r->tree, emit, self);
    r->tree.told = kind != RECAST_XML && kind != RECAST_YAML && kind != RECAST_INI;
    buf_init(&r->line, 2 * RECAST_PIECE_MAX);
    buf_init(&r->value, 4 * RECAST_PIECE_MAX);
    buf_init(&r->cells, 2 * RECAST_PIECE_MAX);
    buf_init(&r->heads, 2 * RECAST_PIECE_MAX);
    if (kind == RECAST_X12 || kind == RECAST_EDIFACT)
        (void)edi_begin(&r->edi, kind, head);
    else if (kind == RECAST_FIXED)
        (void)fixed_begin(&r->fixed, head, whole);
    else if (kind == RECAST_MAIL || kind == RECAST_GIT)
        r->mail.is_text = true;
    return r;
}

void recast_free(struct recast *r)
{
    if (!r)
        return;
    buf_release(&r->line);
    buf_release(&r->value);
    buf_release(&r->cells);
    buf_release(&r->heads);
    free(r);
}

size_t recast_left_out(const struct recast *r)
{
    return r->left_out;
}

/* Where the line or segment ends: its offset, or s.len where that is not here. */
static size_t find_end(const struct recast *r, struct span s)
{
    if (r->kind == RECAST_HL7) {
        size_t n = 0;
        while (n < s.len && s.at[n] != '\r' && s.at[n] != '\n')
            n++;
        return n;
    }
    if (r->kind == RECAST_X12)
        return span_index(s, r->edi.terminator);
    return span_index(s, r->kind == RECAST_EDIFACT ? r->edi.terminator : '\n');
}

/* A segment of EDIFACT whose end is written "?'" goes on. */
static bool goes_on(const struct recast *r, struct span s)
{
    size_t releases = 0, before = r->line.len;
    if (r->kind != RECAST_EDIFACT)
        return false;
    while (releases < s.len && s.at[s.len - 1 - releases] == r->edi.release)
        releases++;
    for (; releases >= s.len && before && r->line.at[before - 1] == r->edi.release; before--)
        releases++;
    return releases % 2;
}

static void take_line(struct recast *r, struct span line)
{
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    FORMATS[r->kind].take(r, line);
}

/* EDIFACT unescapes into r->line, which holds the segment then. */
static void take_gathered(struct recast *r)
{
    struct buf line = r->line;
    buf_init(&r->line, 2 * RECAST_PIECE_MAX);
    take_line(r, buf_span(&line));
    buf_release(&r->line);
    r->line = line;
    buf_reset(&r->line);
}

void recast_write(struct recast *r, struct span s)
{
    if (!FORMATS[r->kind].take) {
        markup_write(r, s);
        return;
    }
    while (s.len) {
        size_t n = find_end(r, s);
        struct span line = span_first(s, n);
        bool ends = n < s.len && !goes_on(r, line), sign = n < s.len && !ends;
        if (ends && r->line.len == 0 && r->kind != RECAST_EDIFACT) {
            take_line(r, line);
        } else {
            if (r->line.len + line.len > RECAST_PIECE_MAX) /* a line as long is cut */
                take_gathered(r);
            while (line.len > RECAST_PIECE_MAX) {
                take_line(r, span_first(line, RECAST_PIECE_MAX));
                line = span_from(line, RECAST_PIECE_MAX);
            }
            buf_put(&r->line, line);
            if (sign)
                buf_byte(&r->line, s.at[n]);
            if (ends)
                take_gathered(r);
        }
        s = span_from(s, n + (n < s.len));
    }
}

void recast_end(struct recast *r)
{
    if (FORMATS[r->kind].take && r->line.len)
        take_gathered(r);
    if (FORMATS[r->kind].end)
        FORMATS[r->kind].end(r);
    tree_finish(&r->tree);
}
