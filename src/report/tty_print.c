/* The table (or blocks, on a narrow terminal) and how to close what was found. */
#include "base/say.h"
#include "report/layout.h"
#include "report/tty.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { WHAT_COLUMNS_MAX = 34, WHAT_COLUMNS_CUT = 18, WHAT_COLUMNS_MIN = 14,
       ENDPOINTS_LISTED_MAX = 12, WHYS_LISTED_MAX = 3 };

/* ---- the table ---- */

static const char *const HEADS[TTY_COLUMN_COUNT] = { N_("SEVERITY"), N_("ENDPOINT"), N_("PRODUCT"), N_("STATE"),
                                                     N_("SINCE"),
                                                     N_("NAMES"), N_("RECORDS"), N_("SIZE") };

/* The text of a cell; numbers are made in *scratch. Unknown is "-". */
static struct span cell(const struct story_row *r, enum tty_column c, bool brief, struct buf *scratch)
{
    int64_t number = c == TTY_COLLECTIONS ? r->collections : c == TTY_RECORDS ? r->records : r->bytes;
    switch (c) {
    case TTY_SEVERITY:
        return r->group ? span_str(say(severity_name(r->group->severity))) : SPAN_NONE;
    case TTY_WHERE:
        return r->where;
    case TTY_WHAT:
        return r->what;
    case TTY_STATE:
        return span_str(r->state);
    case TTY_SINCE:
        if (!r->life.known || r->life.is_new)
            return span_str(r->life.known ? _("new") : "-");
        buf_reset(scratch);
        put_date(scratch, r->life.opened_ms);
        return buf_span(scratch);
    default:
        break;
    }
    if (number < 0)
        return SPAN("-");
    buf_reset(scratch);
    if (c == TTY_BYTES)
        put_size(scratch, (uint64_t)number);
    else if (brief)
        say_brief(scratch, (uint64_t)number);
    else
        put_count(scratch, (uint64_t)number);
    if (r->at_least)
        buf_byte(scratch, '+');
    return buf_span(scratch);
}

/* Sets the widths that the rows ask for and returns their sum with gaps. */
static size_t measure(struct story *t, struct story_row *const *rows, size_t count, struct tty_shape *s)
{
    size_t all = 0;
    for (int c = 0; c < TTY_COLUMN_COUNT; c++) {
        s->wide[c] = 0;
        if (c == TTY_SINCE && !s->since)
            continue;
        s->wide[c] = c == TTY_SEVERITY && count && !rows[0]->group ? 0 : text_columns(span_str(say(HEADS[c])));
        for (size_t i = 0; i < count; i++) {
            size_t wide = text_columns(cell(rows[i], (enum tty_column)c, s->brief, &t->scratch));
            if (wide > s->wide[c])
                s->wide[c] = wide;
        }
        if (c == TTY_WHAT && s->wide[c] > WHAT_COLUMNS_MAX)
            s->wide[c] = WHAT_COLUMNS_MAX;
        all += s->wide[c] ? s->wide[c] + (c ? TTY_GAP : 0) : 0;
    }
    return all;
}

struct tty_shape tty_shape_of(struct story *t, struct story_row *const *rows, size_t count)
{
    struct tty_shape s = { .columns = t->run.columns ? t->run.columns : TTY_COLUMNS_TABLE };
    if (s.columns < TTY_COLUMNS_MIN)
        s.columns = TTY_COLUMNS_MIN;
    if (s.columns > TTY_COLUMNS_MAX)
        s.columns = TTY_COLUMNS_MAX;
    s.since = t->has_life && count && rows[0]->group;
    size_t all = measure(t, rows, count, &s);
    if (all > s.columns) {
        s.brief = true;
        all = measure(t, rows, count, &s);
    }
    while (all > s.columns && s.since && s.wide[TTY_WHAT] > WHAT_COLUMNS_CUT) {
        s.wide[TTY_WHAT]--;
        all--;
    }
    if (all > s.columns && s.since) {
        s.since = false;
        all = measure(t, rows, count, &s);
    }
    while (all > s.columns && s.wide[TTY_WHAT] > WHAT_COLUMNS_MIN) {
        s.wide[TTY_WHAT]--;
        all--;
    }
    s.blocks = s.columns < TTY_COLUMNS_TABLE || all > s.columns;
    return s;
}

static void trim_spaces(struct buf *out)
{
    while (out->len && out->at[out->len - 1] == ' ')
        out->len--;
}

static void put_heads(const struct story *t, const struct tty_shape *s, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, "\033[2m");
    for (int c = 0; c < TTY_COLUMN_COUNT; c++) {
        if (!s->wide[c])
            continue;
        if (c >= TTY_COLLECTIONS)
            layout_right(out, span_str(say(HEADS[c])), s->wide[c]);
        else
            layout_left(out, span_str(say(HEADS[c])), s->wide[c]);
        layout_spaces(out, TTY_GAP);
    }
    trim_spaces(out);
    if (t->run.colour)
        buf_str(out, "\033[0m");
    buf_byte(out, '\n');
}

static void put_semicolon(struct buf *line)
{
    if (line->len)
        buf_str(line, _("; "));
}

/* Beyond what the store saw. */
static void put_proven(struct buf *line, const struct story_row *r)
{
    static const char *const SURELY[] = { N_("a hint at "), N_("likely since "), N_("since ") };
    if (r->proven_ms == COUNT_UNKNOWN)
        return;
    put_semicolon(line);
    buf_str(line, say(SURELY[(unsigned)r->proven <= STRENGTH_PROVEN ? r->proven : STRENGTH_HINT]));
    put_date(line, r->proven_ms);
    buf_str(line, _(" ("));
    buf_put(line, r->proven_by);
    buf_str(line, _(")"));
}

static void put_accepted(struct buf *line, const struct story_row *r)
{
    if (r->accepted_until_ms <= 0)
        return;
    put_semicolon(line);
    buf_str(line, _("accepted until "));
    put_date(line, r->accepted_until_ms - 1);
    buf_str(line, r->accepted_why.len ? _(": ") : "");
    buf_put(line, r->accepted_why);
}

static void put_unseen(struct buf *line, const struct finding_life *life)
{
    char text[UNSEEN_WORDS_MAX];
    struct span unseen = words_unseen(life, text, say);
    if (!unseen.len)
        return;
    put_semicolon(line);
    buf_put(line, unseen);
}

/* What is known beside the finding itself. */
static struct span note_of(struct story *t, const struct tty_shape *s, const struct story_row *r)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (!s->since || s->blocks) {
        words_life(line, &r->life, t->run.started_ms);
    } else if (r->life.known && r->life.reopened) {
        buf_printf(line, say_many("closed %s time before", "closed %s times before", r->life.reopened),
                   COUNTED(r->life.reopened));
    }
    put_unseen(line, &r->life);
    put_proven(line, r);
    put_accepted(line, r);
    if (r->outside_ms != COUNT_UNKNOWN) {
        put_semicolon(line);
        buf_str(line, _("seen from outside since "));
        put_date(line, r->outside_ms);
    }
    if (r->whose.len) {
        put_semicolon(line);
        buf_str(line, _("whose: "));
        buf_put(line, r->whose);
    }
    return buf_span(line);
}

static void put_note(struct story *t, const struct tty_shape *s, const struct story_row *r, size_t indent,
                     struct buf *out)
{
    struct span note = note_of(t, s, r);
    if (!note.len)
        return;
    if (t->run.colour)
        buf_str(out, "\033[2m");
    layout_wrap(out, note, indent, s->columns - indent);
    if (t->run.colour) {
        out->len--;
        buf_str(out, "\033[0m\n");
    }
}

/* The findings of a service, worst first; `shown` has its product, state and counts. */
struct service {
    const struct story_row *shown;
    struct story_row *const *rows;
    const size_t *next; /* of each row the next one of its service; SIZE_MAX: the last */
    size_t first;
};

static size_t widest_severity(void)
{
    size_t widest = 0;
    for (int s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
        size_t columns = tty_severity_columns((enum severity)s);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* Its title, with its severity where the service has several, and what is known beside it. */
static void put_finding(struct story *t, const struct tty_shape *s, const struct story_row *r, bool several,
                        size_t indent, struct buf *out)
{
    size_t used = several ? widest_severity() + TTY_GAP : 0;
    if (several) {
        layout_spaces(out, indent);
        tty_severity(t, r->group->severity, used - TTY_GAP, out);
        layout_spaces(out, TTY_GAP);
    }
    size_t before = out->len;
    layout_wrap(out, r->group->title, indent + used, s->columns - indent - used);
    if (several && out->len > before + indent + used) { /* the first line has its indent already */
        memmove(out->at + before, out->at + before + indent + used, out->len - before - indent - used);
        out->len -= indent + used;
    }
    put_note(t, s, r, indent + used, out);
}

static void put_findings(struct story *t, const struct tty_shape *s, const struct service *x, size_t indent,
                         struct buf *out)
{
    bool several = x->next[x->first] != SIZE_MAX;
    for (size_t i = x->first; i != SIZE_MAX; i = x->next[i])
        put_finding(t, s, x->rows[i], several, indent, out);
}

static void put_row(struct story *t, const struct tty_shape *s, const struct service *x, struct buf *out)
{
    const struct story_row *worst = x->rows[x->first];
    size_t before = out->len;
    for (int c = 0; c < TTY_COLUMN_COUNT; c++) {
        if (!s->wide[c])
            continue;
        struct span text = cell(c == TTY_SINCE ? worst : x->shown, (enum tty_column)c, s->brief, &t->scratch);
        if (c == TTY_SEVERITY)
            tty_severity(t, worst->group->severity, s->wide[c], out);
        else if (c >= TTY_COLLECTIONS)
            layout_right(out, text, s->wide[c]);
        else
            layout_left(out, text, s->wide[c]);
        layout_spaces(out, TTY_GAP);
    }
    while (out->len > before && out->at[out->len - 1] == ' ')
        out->len--;
    buf_byte(out, '\n');
    if (worst->group)
        put_findings(t, s, x, s->wide[TTY_SEVERITY] + TTY_GAP, out);
}

/* ", " before all but the first part. */
static void put_part(struct buf *line, int64_t n, const char *one, const char *many)
{
    if (n < 0)
        return;
    if (line->len)
        buf_str(line, _(", "));
    say_count(line, (uint64_t)n, one, many);
}

static void put_block(struct story *t, const struct tty_shape *s, const struct service *x, struct buf *out)
{
    const struct story_row *r = x->shown, *worst = x->rows[x->first];
    if (worst->group) {
        tty_severity(t, worst->group->severity, tty_severity_columns(worst->group->severity), out);
        layout_spaces(out, TTY_GAP);
    }
    layout_clip(out, r->where, s->columns - (worst->group ? widest_severity() + TTY_GAP : 0));
    buf_byte(out, '\n');

    buf_reset(&t->scratch);
    buf_put(&t->scratch, r->what);
    if (r->state[0]) {
        buf_str(&t->scratch, _(", "));
        buf_str(&t->scratch, r->state);
    }
    layout_wrap(out, buf_span(&t->scratch), TTY_GAP, s->columns - TTY_GAP);
    buf_reset(&t->scratch);
    put_part(&t->scratch, r->collections, "name", "names");
    put_part(&t->scratch, r->records, "record", "records");
    if (r->bytes >= 0) {
        if (t->scratch.len)
            buf_str(&t->scratch, _(", "));
        put_size(&t->scratch, (uint64_t)r->bytes);
    }
    if (t->scratch.len && r->at_least)
        buf_str(&t->scratch, _(" at least"));
    if (t->scratch.len)
        layout_wrap(out, buf_span(&t->scratch), TTY_GAP, s->columns - TTY_GAP);
    if (worst->group)
        put_findings(t, s, x, TTY_GAP, out);
}

/* Which service a row belongs to: what speaks of none, such as a certificate, joins the one at its place. */
static struct span service_key(struct story *t, const struct table *places, const struct story_row *r)
{
    const struct story_row *of = r->state[0] ? r : table_get(places, r->where);
    of = of ? of : r;
    buf_reset(&t->scratch);
    buf_put(&t->scratch, of->where);
    buf_byte(&t->scratch, 0);
    buf_put(&t->scratch, of->what);
    return buf_span(&t->scratch);
}

/* Chains the rows of each service: next[i], and heads[i] where row i is its first. Without memory each row stands for
 * itself. */
static void chain(struct story *t, struct story_row *const *rows, size_t count, size_t *next,
                  const struct story_row **heads)
{
    struct table places, services;
    size_t *last = arena_array(&t->arena, count, sizeof(*last)); /* of the service whose first row is i, its last */
    table_init(&places, &t->arena, t->run.seed);
    table_init(&services, &t->arena, t->run.seed);
    for (size_t i = 0; i < count; i++)
        if (rows[i]->state[0] && !table_get(&places, rows[i]->where))
            table_put(&places, rows[i]->where, rows[i]);
    for (size_t i = 0; i < count; i++) {
        struct span key = service_key(t, &places, rows[i]);
        const size_t *first = last && rows[i]->group ? table_get(&services, key) : NULL;
        next[i] = SIZE_MAX;
        heads[i] = first ? NULL : rows[i];
        if (first) {
            size_t head = (size_t)(first - last);
            next[last[head]] = i;
            last[head] = i;
            if (!heads[head]->state[0] && rows[i]->state[0])
                heads[head] = rows[i];
        } else if (last) {
            last[i] = i;
            table_put(&services, arena_copy(&t->arena, key), &last[i]);
        }
    }
}

void tty_rows(struct story *t, const struct tty_shape *s, struct story_row *const *rows, size_t count, struct buf *out)
{
    static const size_t ALONE = SIZE_MAX;
    size_t *next = arena_array(&t->arena, count, sizeof(*next)), before = SIZE_MAX;
    const struct story_row **heads = next ? arena_array(&t->arena, count, sizeof(*heads)) : NULL;
    if (heads)
        chain(t, rows, count, next, heads);
    if (!s->blocks)
        put_heads(t, s, out);
    for (size_t i = 0; i < count; i++) {
        struct service x = { heads ? heads[i] : rows[i], rows, next, i };
        if (!heads) { /* no memory: each finding is a row */
            x.rows = &rows[i];
            x.next = &ALONE;
            x.first = 0;
        }
        if (!x.shown)
            continue;
        bool other = before != SIZE_MAX && rows[i]->group && rows[i]->group->severity != rows[before]->group->severity;
        if (other || (before != SIZE_MAX && s->blocks))
            buf_byte(out, '\n');
        before = i;
        if (s->blocks)
            put_block(t, s, &x, out);
        else
            put_row(t, s, &x, out);
    }
}

/* ---- how to close it ---- */

static void put_endpoints(struct story *t, const struct tty_shape *s, struct story_row *const *rows,
                          size_t count, struct buf *out)
{
    buf_reset(&t->scratch);
    for (size_t i = 0; i < count && i < ENDPOINTS_LISTED_MAX; i++) {
        if (i)
            buf_str(&t->scratch, _(", "));
        buf_put(&t->scratch, rows[i]->where);
    }
    if (count > ENDPOINTS_LISTED_MAX) {
        buf_printf(&t->scratch, _(" and %s more"), COUNTED(count - ENDPOINTS_LISTED_MAX));
    }
    layout_wrap(out, buf_span(&t->scratch), TTY_GAP, s->columns - TTY_GAP);
}

/* Lines of a fix are never wrapped: they are there to be pasted. */
static void put_fix(const struct story_group *g, struct buf *out)
{
    struct span rest = g->fix;
    while (rest.len) {
        struct span line = span_cut(&rest, '\n');
        if (line.len)
            layout_spaces(out, TTY_GAP * 2);
        buf_put(out, line);
        buf_byte(out, '\n');
    }
}

static void put_group(struct story *t, const struct tty_shape *s, const struct story_group *g, struct buf *out)
{
    struct story_row *const *rows = &t->rows.at[g->at];
    size_t count = g->count;
    size_t used = tty_severity_columns(g->severity) + TTY_GAP;
    tty_severity(t, g->severity, used - TTY_GAP, out);
    buf_reset(&t->scratch);
    buf_put(&t->scratch, g->title);
    buf_str(&t->scratch, _(" ("));
    buf_put(&t->scratch, g->product);
    if (count > 1)
        buf_printf(&t->scratch, _(", %s times"), COUNTED(count));
    buf_str(&t->scratch, _(")"));
    struct span title = buf_span(&t->scratch);
    if (text_columns(title) <= s->columns - used) {
        layout_spaces(out, TTY_GAP);
        buf_put(out, title);
        buf_byte(out, '\n');
    } else {
        buf_byte(out, '\n');
        layout_wrap(out, title, TTY_GAP, s->columns - TTY_GAP);
    }
    if (count > 1 || span_index(rows[0]->where, ' ') < rows[0]->where.len)
        put_endpoints(t, s, rows, count, out);
    for (size_t i = 0; i < count && i < WHYS_LISTED_MAX; i++)
        layout_wrap(out, rows[i]->why, TTY_GAP, s->columns - TTY_GAP);
    buf_reset(&t->scratch);
    if (g->varied)
        buf_printf(&t->scratch, _("To close it (written for %.*s):"), SPAN_FMT(g->first->where));
    else
        buf_str(&t->scratch, _("To close it:"));
    layout_wrap(out, buf_span(&t->scratch), TTY_GAP, s->columns - TTY_GAP);
    put_fix(g, out);
}

void tty_jobs(struct story *t, const struct tty_shape *s, struct buf *out)
{
    for (size_t i = 0; i < t->groups.len; i++) {
        const struct story_group *g = t->groups.at[i];
        if (!g->count)
            continue; /* its finding had no room */
        buf_byte(out, '\n');
        put_group(t, s, g, out);
    }
}
