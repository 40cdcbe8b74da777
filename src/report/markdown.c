/* Markdown (CommonMark with GitHub's tables), for a ticket or a wiki. The same story as the HTML
 * report, shorter. Foreign names stand in code spans, where nothing is read as markup, link or
 * mention; sentences have their punctuation escaped, and @ is spelt out. */
#include "base/say.h"
#include "report/calm.h"
#include "report/origin.h"
#include "report/story.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { ROWS_MAX = 500, GROUPS_MAX = 100, PLACES_MAX = 20, CELL_MAX = 160, FLEETS_MAX = 20, MEMBERS_MAX = 30,
       PARTIES_MAX = 50, CLOSED_MAX = 100, KINDS_MAX = 40, CERTIFICATES_MAX = 50, UNKNOWN_MAX = 100,
       LINE_MAX_BYTES = 64 * 1024, TARGETS_MAX = 50 };

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)out;
    story_init(state, run, STORY_WHOLE);
}

/* ---- escaping ---- */

static size_t longest_run(struct span s, uint8_t byte)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < s.len; i++) {
        run = s.at[i] == byte ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* Cut where a UTF-8 sequence begins. */
static struct span shortened(struct span visible, size_t max)
{
    if (visible.len <= max)
        return visible;
    while (max > 0 && (visible.at[max] & 0xc0) == 0x80)
        max--;
    return span_first(visible, max);
}

static void put_code(struct buf *out, struct span visible)
{
    struct span s = shortened(visible, CELL_MAX);
    size_t fence = longest_run(s, '`') + 1;
    if (s.len == 0)
        return;
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
    if (fence > 1)
        buf_byte(out, ' ');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '|') /* ends a cell even inside a code span */
            buf_byte(out, '\\');
        buf_byte(out, s.at[i]);
    }
    if (s.len < visible.len)
        buf_str(out, "...");
    if (fence > 1)
        buf_byte(out, ' ');
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
}

static void put_prose(struct buf *out, struct span visible)
{
    for (size_t i = 0; i < visible.len; i++) {
        uint8_t c = visible.at[i];
        if (c == '@') {
            buf_str(out, "(at)");
            continue;
        }
        if (c == '<' || c == '&') {
            buf_str(out, c == '<' ? "&lt;" : "&amp;");
            continue;
        }
        bool plain = c >= 0x80 || ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                     c == ' ' || c == ',' || c == ';' || c == '(' || c == ')' || c == '\'' || c == '/';
        if (!plain)
            buf_byte(out, '\\');
        buf_byte(out, c);
    }
}

static void put_fenced(struct buf *out, struct span lines)
{
    size_t fence = longest_run(lines, '`') + 1;
    fence = fence < 3 ? 3 : fence;
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
    buf_byte(out, '\n');
    buf_put(out, lines);
    if (!lines.len || lines.at[lines.len - 1] != '\n')
        buf_byte(out, '\n');
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
    buf_str(out, "\n\n");
}

static void put_number(struct buf *out, int64_t n)
{
    if (n < 0)
        buf_byte(out, '-');
    else
        say_brief(out, (uint64_t)n);
}

static void put_bytes(struct buf *out, int64_t n)
{
    if (n < 0)
        buf_byte(out, '-');
    else
        put_size(out, (uint64_t)n);
}

/* ---- the parts ---- */

static void nothing_found(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    struct buf line;
    enum calm c = calm_of(s, sum);
    buf_init(&line, LINE_MAX_BYTES);
    buf_str(&line, calm_meaning(c));
    buf_str(&line, line.len ? say_gap() : "");
    size_t before = line.len;
    calm_doubts(s, &line);
    buf_str(&line, line.len > before ? _(". ") : "");
    calm_counts(s, sum, &line);
    buf_str(out, "**");
    put_prose(out, span_str(calm_headline(c)));
    buf_str(out, "** ");
    put_prose(out, buf_span(&line));
    buf_str(out, "\n\n");
    buf_release(&line);
}

static void headline(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    buf_str(out, _("# What Ajar found open\n\n"));
    put_date(out, s->run.started_ms);
    buf_str(out, _(", "));
    buf_printf(out, say_many("%s endpoint planned. No password was tried, %s, nothing was changed.",
                             "%s endpoints planned. No password was tried, %s, nothing was changed.", s->run.endpoints),
               COUNTED(s->run.endpoints), people_conduct(&s->people));
    buf_str(out, "\n\n");
    if (!s->rows.len && !s->unkept) {
        nothing_found(s, sum, out);
        return;
    }
    buf_str(out, _("| critical | high | medium | low | info | open services | records in them | bytes in them |\n"
                 "|--:|--:|--:|--:|--:|--:|--:|--:|\n|"));
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
        buf_byte(out, ' ');
        put_count(out, s->severities[i]);
        buf_str(out, " |");
    }
    buf_byte(out, ' ');
    put_count(out, s->outcomes[OUTCOME_OPEN]);
    buf_str(out, " | ");
    put_number(out, s->open_records);
    buf_str(out, " | ");
    put_bytes(out, s->open_bytes);
    buf_str(out, " |\n\n");
    size_t before = out->len;
    people_lead(&s->people, s->outcomes[OUTCOME_OPEN], put_prose, out);
    buf_str(out, out->len > before ? "\n\n" : "");
}

/* "2021-05-01 (again), likely 2020-12-24" */
static void since_cell(const struct story_row *r, struct buf *out)
{
    if (r->life.known)
        put_date(out, r->life.opened_ms);
    if (r->life.known && (r->life.is_new || r->life.reopened))
        buf_str(out, r->life.is_new ? _(" (new)") : _(" (again)"));
    char text[UNSEEN_WORDS_MAX];
    struct span unseen = words_unseen(&r->life, text, say);
    if (unseen.len) {
        buf_str(out, _(", "));
        put_code(out, unseen);
    }
    if (r->proven_ms != COUNT_UNKNOWN) {
        buf_str(out, r->life.known ? _(", ") : "");
        buf_str(out, say(strength_name(r->proven)));
        buf_byte(out, ' ');
        put_date(out, r->proven_ms);
    }
    if (r->outside_ms != COUNT_UNKNOWN) {
        buf_str(out, r->life.known || r->proven_ms != COUNT_UNKNOWN ? _(", ") : "");
        buf_str(out, _("seen from outside since "));
        put_date(out, r->outside_ms);
    }
}

static void whose_cell(const struct story_row *r, struct buf *out)
{
    if (!r->party) {
        put_code(out, r->host);
        return;
    }
    put_code(out, r->party->who);
    if (r->party->tier.len) {
        buf_str(out, _(", "));
        put_code(out, r->party->tier);
    }
    if (r->party->how.len) {
        buf_str(out, " (");
        buf_str(out, say(strength_name(r->party->strength)));
        buf_byte(out, ')');
    }
}

static bool has_since(const struct story *s)
{
    return s->has_life || s->has_evidence;
}

static void row_line(const struct story *s, const struct story_row *r, struct buf *out)
{
    buf_str(out, "| ");
    buf_str(out, say(severity_name(r->group->severity)));
    buf_str(out, " | ");
    put_code(out, r->where);
    buf_str(out, " | ");
    put_code(out, r->what);
    buf_str(out, " | ");
    whose_cell(r, out);
    buf_str(out, " | ");
    put_number(out, r->records);
    buf_str(out, r->at_least && r->records >= 0 ? "+ | " : " | ");
    put_bytes(out, r->bytes);
    buf_str(out, r->at_least && r->bytes >= 0 ? "+ | " : " | ");
    if (has_since(s)) {
        since_cell(r, out);
        buf_str(out, " | ");
    }
    put_prose(out, r->group->title);
    if (r->accepted_until_ms != COUNT_UNKNOWN) {
        buf_str(out, _(" (accepted until "));
        put_date(out, r->accepted_until_ms - 1);
        buf_str(out, r->accepted_why.len ? _(": ") : "");
        put_code(out, r->accepted_why);
        buf_byte(out, ')');
    }
    buf_str(out, " |\n");
}

static void more(struct buf *out, uint64_t left, const char *of)
{
    if (!left)
        return;
    buf_str(out, _("\nand "));
    put_count(out, left);
    buf_str(out, of);
}

static void table_of_rows(const struct story *s, struct buf *out)
{
    size_t shown = s->rows.len < ROWS_MAX ? s->rows.len : ROWS_MAX;
    if (!shown)
        return;
    buf_str(out, _("## What is open\n\n| severity | where | what | whose | records | size |"));
    buf_str(out, has_since(s) ? _(" open since | finding |\n|---|---|---|---|--:|--:|---|---|\n")
                                : _(" finding |\n|---|---|---|---|--:|--:|---|\n"));
    for (size_t i = 0; i < shown; i++)
        row_line(s, s->ranked ? s->ranked[i] : s->rows.at[i], out);
    more(out, s->rows.len - shown + s->unkept, _(" more, see the JSON output\n"));
    buf_byte(out, '\n');
}

static void personal_data(const struct people *p, struct buf *out)
{
    size_t shown = p->count < KINDS_MAX ? p->count : KINDS_MAX;
    if (!shown)
        return;
    buf_str(out, _("## What is in it: personal data\n\nTold by the names of fields, or confirmed in a random sample "
                 "where the owner asked for one. Records are all that these services hold.\n\n"
                 "| kind | known from | services | records | persons |\n|---|---|--:|--:|--:|\n"));
    for (size_t i = 0; i < shown; i++) {
        const struct people_kind *k = &p->kinds[i];
        buf_str(out, "| ");
        put_code(out, k->name);
        buf_str(out, " | ");
        buf_str(out, people_how(k));
        buf_str(out, " | ");
        put_count(out, k->services);
        buf_str(out, " | ");
        put_number(out, k->records);
        buf_str(out, " | ");
        people_persons(k, out);
        buf_str(out, " |\n");
    }
    buf_str(out, p->count > shown || p->left ? _("\nand more kinds, see the JSON output\n\n") : "\n");
}

static void parties(const struct story *s, struct buf *out)
{
    size_t shown = s->parties.len < PARTIES_MAX ? s->parties.len : PARTIES_MAX;
    if (!shown)
        return;
    buf_str(out, _("## Whose\n\n| who | tier | contact | known from | worst | findings | open | records |\n"
                 "|---|---|---|---|---|--:|--:|--:|\n"));
    for (size_t i = 0; i < shown; i++) {
        const struct story_party *p = s->parties.at[i];
        buf_str(out, "| ");
        put_code(out, p->who);
        buf_str(out, " | ");
        put_code(out, p->tier);
        buf_str(out, " | ");
        put_code(out, p->contact);
        buf_str(out, " | ");
        put_prose(out, p->how.len ? p->how : span_str(_("scope file")));
        if (p->how.len) {
            buf_str(out, " (");
            buf_str(out, say(strength_name(p->strength)));
            buf_byte(out, ')');
        }
        buf_str(out, " | ");
        buf_str(out, say(severity_name(p->worst)));
        buf_str(out, " | ");
        put_count(out, p->findings);
        buf_str(out, " | ");
        put_count(out, p->open);
        buf_str(out, " | ");
        put_number(out, p->records);
        buf_str(out, " |\n");
    }
    more(out, s->parties.len - shown, _(" more, see the JSON output\n"));
    buf_byte(out, '\n');
}

static void fleet(const struct story_fleet *f, int64_t now_ms, struct buf *out)
{
    size_t shown = f->member_count < MEMBERS_MAX ? f->member_count : MEMBERS_MAX;
    buf_str(out, "**");
    put_prose(out, f->counts);
    buf_str(out, "**");
    if (f->reasons.len) {
        buf_str(out, ": ");
        put_prose(out, f->reasons);
    }
    if (f->accepted_until_ms != COUNT_UNKNOWN) {
        buf_str(out, _("\\. Accepted as a whole until "));
        put_date(out, f->accepted_until_ms - 1);
    } else {
        buf_str(out, _("\\. Close them all, see below. Or carry the risk of all knowingly: `"));
        words_accept(out, f->fingerprint, now_ms);
        buf_byte(out, '`');
    }
    buf_str(out, _("\n\n| worst | where | what | state | records | size |\n|---|---|---|---|--:|--:|\n"));
    for (size_t i = 0; i < shown; i++) {
        const struct story_member *m = &f->members[i];
        buf_str(out, "| ");
        buf_str(out, m->worst[0] ? say(severity_name(m->severity)) : "-");
        buf_str(out, " | ");
        put_code(out, m->where);
        buf_str(out, " | ");
        put_code(out, m->what);
        buf_str(out, " | ");
        buf_str(out, m->state);
        buf_str(out, " | ");
        put_number(out, m->records);
        buf_str(out, " | ");
        put_bytes(out, m->bytes);
        buf_str(out, " |\n");
    }
    more(out, f->count > shown ? f->count - shown : 0, _(" more\n"));
    buf_byte(out, '\n');
}

static void alike(const struct story *s, struct buf *out)
{
    size_t shown = s->fleets.len < FLEETS_MAX ? s->fleets.len : FLEETS_MAX;
    if (!shown)
        return;
    buf_str(out, _("## How many alike\n\nSet up as copies of each other, so what is wrong with one is wrong with "
                 "all.\n\n"));
    for (size_t i = 0; i < shown; i++)
        fleet(&s->fleets.at[i], s->run.started_ms, out);
    uint64_t left = s->fleets.len - shown + s->fleets_left;
    more(out, left, left == 1 ? _(" more fleet, see the JSON output\n\n") : _(" more fleets, see the JSON output\n\n"));
}

static void closed(const struct story *s, struct buf *out)
{
    size_t shown = s->closed.len < CLOSED_MAX ? s->closed.len : CLOSED_MAX;
    if (!shown)
        return;
    buf_str(out, _("## Closed by this scan\n\n"));
    for (size_t i = 0; i < shown; i++) {
        const struct story_closed *c = &s->closed.at[i];
        buf_str(out, "- ");
        buf_str(out, say(severity_name(c->severity)));
        buf_byte(out, ' ');
        put_code(out, c->where);
        buf_byte(out, ' ');
        put_code(out, c->what);
        buf_str(out, ": ");
        put_prose(out, c->title);
        buf_str(out, "\\. ");
        put_prose(out, c->how);
        buf_byte(out, '\n');
    }
    buf_byte(out, '\n');
    more(out, s->closed.len - shown + s->closed_left, _(" more, see the JSON output\n\n"));
}

static void job(const struct story *s, const struct story_group *g, size_t number, struct buf *out)
{
    buf_str(out, "### ");
    put_count(out, number);
    buf_str(out, "\\. ");
    put_prose(out, g->title);
    buf_str(out, ": ");
    put_code(out, g->product);
    buf_str(out, "\n\n**");
    buf_str(out, say(severity_name(g->severity)));
    buf_str(out, "**, ");
    buf_printf(out, say_many("%s endpoint:", "%s endpoints:", g->count), COUNTED(g->count));
    for (size_t i = 0; i < g->count && i < PLACES_MAX; i++) {
        buf_byte(out, ' ');
        put_code(out, s->rows.at[g->at + i]->where);
    }
    if (g->count > PLACES_MAX)
        more(out, g->count - PLACES_MAX, _(" more"));
    buf_str(out, "\n\n");
    put_prose(out, s->rows.at[g->at]->why);
    buf_str(out, "\n\n");
    if (g->count > 1) {
        buf_str(out, _("Written for "));
        put_code(out, g->first->where);
        buf_str(out, ":\n\n");
    }
    put_fenced(out, g->fix);
}

static void jobs(const struct story *s, struct buf *out)
{
    size_t shown = s->groups.len < GROUPS_MAX ? s->groups.len : GROUPS_MAX, number = 0;
    if (shown)
        buf_str(out, _("## What to do, in this order\n\n"));
    for (size_t i = 0; i < shown; i++)
        if (s->groups.at[i]->count)
            job(s, s->groups.at[i], ++number, out);
    size_t left = s->groups.len - shown;
    more(out, left, left == 1 ? _(" more job, see the JSON output\n\n") : _(" more jobs, see the JSON output\n\n"));
}

static void certificates(const struct story *s, struct buf *out)
{
    size_t shown = s->certificates.len < CERTIFICATES_MAX ? s->certificates.len : CERTIFICATES_MAX;
    if (!shown)
        return;
    buf_str(out, _("## Certificates, the first to end first\n\n"
                 "| ends | subject | issuer | endpoints |\n|---|---|---|--:|\n"));
    for (size_t i = 0; i < shown; i++) {
        const struct story_certificate *c = s->certificates.at[i];
        buf_str(out, "| ");
        if (c->not_after_ms != COUNT_UNKNOWN)
            put_date(out, c->not_after_ms);
        bool expired = c->not_after_ms != COUNT_UNKNOWN && c->not_after_ms <= s->run.started_ms;
        buf_str(out, expired ? _(" (expired) | ") : " | ");
        put_code(out, c->subject);
        buf_str(out, " | ");
        put_code(out, c->issuer);
        buf_str(out, " | ");
        put_count(out, c->places.count);
        buf_str(out, " |\n");
    }
    more(out, s->certificates.len - shown, _(" more\n"));
    buf_byte(out, '\n');
}

static void unknown(const struct story *s, struct buf *out)
{
    const struct unknowns *u = &s->unknown;
    if (!u->spoke && !u->silent)
        return;
    buf_str(out, _("\n### Answered like nothing that Ajar knows\n\n"));
    buf_printf(out, say_many("%s service said something, %s answered no question; the JSON output has them all.",
                             "%s services said something, %s answered no question; the JSON output has them all.",
                                 u->spoke),
               COUNTED(u->spoke), COUNTED(u->silent));
    buf_byte(out, '\n');
    for (size_t i = 0; i < u->kept.len && i < UNKNOWN_MAX; i++) {
        buf_str(out, i ? "- " : "\n- ");
        put_prose(out, u->kept.at[i]);
        buf_byte(out, '\n');
    }
}

static void origin(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    origin_targets(&s->run, TARGETS_MAX, &line);
    if (line.len) {
        buf_str(out, _("Looked at: "));
        put_prose(out, buf_span(&line));
        buf_str(out, "\\. ");
        buf_reset(&line);
    }
    origin_when(&s->run, sum, &line);
    buf_byte(&line, ' ');
    origin_how(&s->run, &line);
    put_prose(out, buf_span(&line));
    buf_str(out, "\n\n");
    buf_release(&line);
}

static void coverage(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    buf_str(out, _("## What was looked at\n\n"));
    origin(s, sum, out);
    buf_printf(out, say_many("%s endpoint done, %s skipped, %s failed; %s answered. ",
                             "%s endpoints done, %s skipped, %s failed; %s answered. ", sum->done),
               COUNTED(sum->done), COUNTED(sum->skipped), COUNTED(sum->failed), COUNTED(sum->answered));
    buf_printf(out, _("%.1f endpoints a second, estimated loss %.1f %%."), sum->rate > 0 ? sum->rate : 0,
               sum->loss > 0 ? sum->loss * 100 : 0);
    if (sum->interrupted || sum->trouble) {
        struct buf why;
        buf_init(&why, LINE_MAX_BYTES);
        if (sum->trouble)
            words_trouble(&why, sum->trouble);
        buf_str(out, " **");
        buf_str(out, _("The run ended early"));
        buf_str(out, sum->trouble ? _(": ") : "");
        put_prose(out, buf_span(&why));
        buf_str(out, "** ");
        buf_printf(out, _("%s not reached."), COUNTED(sum->unreached));
        buf_release(&why);
    }
    buf_byte(out, '\n');
    for (size_t i = 0; i < STORY_REASONS_MAX && s->reasons[i].count; i++) {
        buf_str(out, i ? "- " : "\n- ");
        buf_printf(out, _("%s not judged: "), COUNTED(s->reasons[i].count));
        put_prose(out, s->reasons[i].text);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < s->remarks.kept.len; i++) {
        buf_str(out, i ? "- " : "\n- ");
        put_prose(out, s->remarks.kept.at[i]);
        buf_byte(out, '\n');
    }
    more(out, s->remarks.left, _(" more; the JSON output has them\n"));
    unknown(s, out);
}

static void end(void *state, const struct report_summary *sum, struct buf *out)
{
    struct story *s = state;
    story_sort(s);
    headline(s, sum, out);
    table_of_rows(s, out);
    personal_data(&s->people, out);
    parties(s, out);
    alike(s, out);
    jobs(s, out);
    closed(s, out);
    certificates(s, out);
    coverage(s, sum, out);
    story_release(s);
}

const struct report report_markdown = {
    .name = "markdown",
    .about = N_("Markdown, for a ticket or a wiki"),
    .state_size = sizeof(struct story),
    .begin = begin,
    .visit = story_visit,
    .closed = story_closed,
    .remark = story_remark,
    .fleets = story_fleets,
    .end = end,
};
