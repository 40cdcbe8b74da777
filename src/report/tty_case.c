/* The case in the order in which it is asked about: what is open, what is in it, whose, since when,
 * how many alike. Sentences around the table of tty_print.c. */
#include "base/say.h"
#include "report/calm.h"
#include "report/layout.h"
#include "report/tty.h"
#include "report/words.h"
#include "text/amount.h"

static const int64_t DAY_MS = 86400000;

static void put_data(const struct story *t, struct buf *line)
{
    uint64_t open = t->outcomes[OUTCOME_OPEN];
    buf_printf(line, say_many("%s service is open without a password. ", "%s services are open without a password. ",
                              open),
               COUNTED(open));
    if (t->open_records <= 0 && t->open_bytes <= 0)
        return;
    buf_str(line, open == 1 ? _("It says that it holds ") : _("They say that they hold "));
    if (t->open_records > 0)
        say_count(line, (uint64_t)t->open_records, "record", "records");
    if (t->open_bytes > 0) {
        buf_str(line, t->open_records > 0 ? _(" in ") : "");
        put_size(line, (uint64_t)t->open_bytes);
    }
    buf_str(line, _(". "));
}

static void put_life(const struct story *t, struct buf *line)
{
    uint64_t fresh = 0, known = 0;
    int64_t oldest_ms = t->run.started_ms;
    for (size_t i = 0; i < t->rows.len; i++) {
        const struct finding_life *l = &t->rows.at[i]->life;
        known += l->known;
        fresh += l->known && l->is_new;
        if (l->known && l->opened_ms < oldest_ms)
            oldest_ms = l->opened_ms;
    }
    if (fresh == known || t->run.started_ms - oldest_ms < DAY_MS)
        return;
    buf_str(line, _("The oldest finding is open since "));
    put_date(line, oldest_ms);
    buf_str(line, _(", "));
    say_age(line, t->run.started_ms - oldest_ms);
    buf_printf(line, say_many("; %s is new. ", "; %s are new. ", fresh), COUNTED(fresh));
}

/* Owners that a scope file names, else those who may be. */
static void put_parties(const struct story *t, struct buf *line)
{
    uint64_t owners = 0;
    for (size_t i = 0; i < t->parties.len; i++)
        owners += !t->parties.at[i]->how.len;
    if (owners)
        buf_printf(line, say_many("%s owner answers for it. ", "%s owners answer for it. ", owners), COUNTED(owners));
    else if (t->parties.len)
        buf_printf(line, say_many("%s party may answer for it. ", "%s parties may answer for it. ", t->parties.len),
                   COUNTED(t->parties.len));
}

static void put_members(const struct story_fleet *f, struct buf *line)
{
    size_t shown = f->member_count < TTY_MEMBERS_MAX ? f->member_count : TTY_MEMBERS_MAX;
    buf_reset(line);
    for (size_t i = 0; i < shown; i++) {
        buf_str(line, i ? _(", ") : "");
        buf_put(line, f->members[i].where);
        buf_byte(line, ' ');
        buf_str(line, f->members[i].state);
    }
    if (f->count > shown)
        buf_printf(line, _(" and %s more"), COUNTED(f->count - shown));
}

void tty_lead(struct story *t, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (t->outcomes[OUTCOME_OPEN])
        put_data(t, line);
    people_lead(&t->people, t->outcomes[OUTCOME_OPEN], buf_put, line);
    put_parties(t, line);
    put_life(t, line);
    if (t->fleets.len) {
        buf_put(line, t->fleets.at[0].counts);
        buf_str(line, _(". "));
    }
    if (!line->len)
        return;
    layout_wrap(out, span_trim(buf_span(line)), 0, columns);
    buf_byte(out, '\n');
}

void tty_fleets(struct story *t, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    if (!t->fleets.len)
        return;
    tty_heading(t, _("How many alike"), out);
    for (size_t i = 0; i < t->fleets.len && i < TTY_FLEETS_MAX; i++) {
        const struct story_fleet *f = &t->fleets.at[i];
        buf_byte(out, '\n');
        tty_severity(t, f->severity, tty_severity_columns(f->severity), out);
        buf_str(out, "  ");
        layout_clip(out, f->counts, columns - tty_severity_columns(f->severity) - 2);
        buf_byte(out, '\n');
        if (f->reasons.len)
            layout_wrap(out, f->reasons, 2, columns - 2);
        put_members(f, line);
        if (line->len)
            layout_wrap(out, buf_span(line), 2, columns - 2);
        buf_reset(line);
        if (f->accepted_until_ms > 0) {
            buf_str(line, _("accepted as a whole until "));
            put_date(line, f->accepted_until_ms - 1);
        } else {
            buf_str(line, _("Close them all, see below. Or carry the risk of all knowingly: "));
            words_accept(line, f->fingerprint, t->run.started_ms);
        }
        layout_wrap(out, buf_span(line), 2, columns - 2);
    }
    uint64_t left = t->fleets_left + (t->fleets.len > TTY_FLEETS_MAX ? t->fleets.len - TTY_FLEETS_MAX : 0);
    if (left) {
        buf_reset(line);
        buf_printf(line, say_many("and %s more fleet, see --format json", "and %s more fleets, see --format json",
                                  left),
                   COUNTED(left));
        layout_wrap(out, buf_span(line), 0, columns);
    }
    buf_byte(out, '\n');
}

void tty_closed(struct story *t, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    size_t shown = t->closed.len < TTY_CLOSED_MAX ? t->closed.len : TTY_CLOSED_MAX;
    uint64_t left = t->closed.len - shown + t->closed_left;
    if (!shown)
        return;
    tty_heading(t, _("Closed by this scan"), out);
    for (size_t i = 0; i < shown; i++) {
        const struct story_closed *c = &t->closed.at[i];
        size_t used = tty_severity_columns(c->severity) + TTY_GAP;
        tty_severity(t, c->severity, used - TTY_GAP, out);
        layout_spaces(out, TTY_GAP);
        layout_clip(out, c->where, columns - used);
        buf_byte(out, '\n');
        buf_reset(line);
        buf_put(line, c->title);
        buf_str(line, _(" ("));
        buf_put(line, c->what);
        buf_str(line, _("). "));
        buf_put(line, c->how);
        layout_wrap(out, buf_span(line), TTY_GAP, columns - TTY_GAP);
    }
    if (left) {
        buf_reset(line);
        buf_printf(line, _("and %s more; --format json has them"), COUNTED(left));
        layout_wrap(out, buf_span(line), 0, columns);
    }
    buf_byte(out, '\n');
}

void tty_calm(struct story *t, const struct report_summary *s, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    enum calm c = calm_of(t, s);
    buf_reset(line);
    buf_str(line, calm_headline(c));
    buf_str(line, *calm_meaning(c) ? say_gap() : "");
    buf_str(line, calm_meaning(c));
    size_t before = line->len;
    buf_str(line, _(" But "));
    size_t doubts = line->len;
    calm_doubts(t, line);
    if (line->len == doubts)
        line->len = before;
    else
        buf_str(line, t->run.verbose ? _(".") : _("; --verbose names them."));
    buf_str(line, say_gap());
    calm_counts(t, s, line);
    layout_wrap(out, buf_span(line), 0, columns);
}
