/* Fleets, certificates and their calendar, and what the run looked at. */
#include "base/clock.h"
#include "base/say.h"
#include "report/html.h"
#include "report/origin.h"
#include "text/amount.h"

enum { MONTHS = 12, BARS = MONTHS + 2, TARGETS_MAX = 200 };

static void places(struct buf *out, const struct story_places *p)
{
    for (size_t i = 0; i < p->count && i < STORY_PLACES_MAX; i++) {
        buf_str(out, "<code>");
        html_text(out, p->listed[i]);
        buf_str(out, "</code> ");
    }
    if (p->count > STORY_PLACES_MAX) {
        buf_printf(out, _("and %s more"), COUNTED(p->count - STORY_PLACES_MAX));
    }
}

/* ---- what closed ---- */

void html_closed(const struct story *s, struct buf *out)
{
    if (!s->closed.len)
        return;
    html_say(out, "<section id=\"closed\"><h2>Closed by this scan</h2><table><thead><tr><th>Severity</th>"
                 "<th>Where</th><th>What</th><th>It was</th><th>How</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < s->closed.len; i++) {
        const struct story_closed *c = &s->closed.at[i];
        buf_str(out, "<tr><td>");
        html_severity(out, c->severity);
        buf_str(out, "</td><td><code>");
        html_text(out, c->where);
        buf_str(out, "</code></td><td>");
        html_text(out, c->what);
        buf_str(out, "</td><td>");
        html_text(out, c->title);
        buf_str(out, "</td><td>");
        html_text(out, c->how);
        buf_str(out, "</td></tr>\n");
    }
    buf_str(out, "</tbody></table>\n");
    if (s->closed_left) {
        html_say(out, "<p>and ");
        put_count(out, s->closed_left);
        html_say(out, " more</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- fleets ---- */

static void sizes(struct buf *out, int64_t records, int64_t bytes)
{
    if (records >= 0) {
        buf_str(out, "<span>");
        html_count(out, records);
        html_say(out, records == 1 ? " record</span>" : " records</span>");
    }
    if (bytes >= 0) {
        buf_str(out, "<span>");
        html_bytes(out, bytes);
        buf_str(out, "</span>");
    }
}

static void member(struct buf *out, const struct story_member *m)
{
    buf_str(out, "<tr><td>");
    if (m->worst[0])
        html_severity(out, m->severity);
    buf_str(out, "</td><td><code>");
    html_text(out, m->where);
    buf_str(out, "</code></td><td>");
    html_text(out, m->what);
    buf_str(out, "</td><td>");
    buf_str(out, m->state);
    buf_str(out, "</td><td class=\"num\">");
    html_count(out, m->records);
    buf_str(out, "</td><td class=\"num\">");
    html_bytes(out, m->bytes);
    buf_str(out, "</td></tr>\n");
}

static void members(struct buf *out, const struct story_fleet *f)
{
    if (!f->member_count)
        return;
    buf_str(out, "<details class=\"members\"><summary><span>");
    buf_printf(out, say_many("The %s deployment, worst first", "The %s deployments, worst first", f->count),
               COUNTED(f->count));
    html_say(out, "</span></summary><table class=\"small\"><thead><tr><th>Worst</th><th>Where</th>"
                 "<th>What</th><th>State</th><th class=\"num\">Records</th><th class=\"num\">Size</th></tr></thead>"
                 "<tbody>\n");
    for (size_t i = 0; i < f->member_count; i++)
        member(out, &f->members[i]);
    buf_str(out, "</tbody></table>");
    if (f->count > f->member_count) {
        html_say(out, "<p class=\"dim\">and ");
        put_count(out, f->count - f->member_count);
        html_say(out, " more in the JSON output</p>");
    }
    buf_str(out, "</details>");
}

static void fleet(const struct story_fleet *f, int64_t now_ms, struct buf *out)
{
    buf_str(out, "<article class=\"fleet\" id=\"fleet-");
    html_text(out, span_str(f->fingerprint));
    buf_str(out, "\"><h3>");
    html_text(out, f->counts);
    buf_str(out, "</h3><p class=\"meta\">");
    html_severity(out, f->severity);
    sizes(out, f->records, f->bytes);
    buf_str(out, "<span>");
    buf_printf(out, _("%u %% alike"), (unsigned)(f->score > 0 ? f->score < 1 ? f->score * 100 + 0.5 : 100 : 0));
    buf_str(out, "</span></p>");
    if (f->reasons.len) {
        html_say(out, "<p>What they share: ");
        html_text(out, f->reasons);
        buf_str(out, ".</p>");
    }
    members(out, f);
    if (f->accepted_until_ms != COUNT_UNKNOWN) {
        html_say(out, "<p>Accepted as a whole until ");
        put_date(out, f->accepted_until_ms - 1);
        buf_str(out, ".</p></article>\n");
        return;
    }
    html_say(out, "<p class=\"dim\"><a href=\"#do\">Close them all</a>. Or carry the risk of all knowingly: <code>");
    words_accept(out, f->fingerprint, now_ms);
    buf_str(out, "</code></p></article>\n");
}

void html_fleets(const struct story *s, struct buf *out)
{
    size_t shown = s->fleets.len < HTML_FLEETS_MAX ? s->fleets.len : HTML_FLEETS_MAX;
    size_t left = s->fleets.len - shown + (size_t)s->fleets_left;
    if (!shown)
        return;
    html_say(out, "<section id=\"alike\"><h2>How many alike</h2><p class=\"dim\">Set up as copies of each other, so "
                 "what is wrong with one is wrong with all.</p>\n");
    for (size_t i = 0; i < shown; i++)
        fleet(&s->fleets.at[i], s->run.started_ms, out);
    if (left) {
        html_say(out, "<p class=\"dim\">and ");
        say_count(out, left, "more fleet", "more fleets");
        html_say(out, " in the JSON output</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- certificates ---- */

/* Months since the year 0, in UTC. */
static uint64_t month_of(int64_t wall_ms)
{
    char text[TIME_TEXT_MAX];
    uint64_t year = 0, month = 1;
    time_text(wall_ms, text);
    span_u64(span_of(text, 4), 9999, &year);
    span_u64(span_of(text + 5, 2), 12, &month);
    return year * 12 + month - 1;
}

/* 0: expired; 1..MONTHS: this month and those after it; MONTHS + 1: later. */
static size_t bar_of(int64_t not_after_ms, int64_t now_ms)
{
    if (not_after_ms <= now_ms)
        return 0;
    uint64_t ahead = month_of(not_after_ms) - month_of(now_ms);
    return ahead < MONTHS ? (size_t)ahead + 1 : MONTHS + 1;
}

static const char *bar_name(size_t bar, int64_t now_ms)
{
    static const char *const NAMES[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
                                         N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };
    return bar == 0 ? _("Past") : bar == BARS - 1 ? _("Later") : say(NAMES[(month_of(now_ms) + bar - 1) % 12]);
}

static void calendar(const struct story *s, struct buf *out)
{
    uint64_t ending[BARS] = { 0 }, most = 1;
    for (size_t i = 0; i < s->certificates.len; i++) {
        const struct story_certificate *c = s->certificates.at[i];
        if (c->not_after_ms == COUNT_UNKNOWN)
            continue;
        size_t bar = bar_of(c->not_after_ms, s->run.started_ms);
        ending[bar]++;
        most = ending[bar] > most ? ending[bar] : most;
    }
    html_say(out, "<ol class=\"months\" aria-label=\"Certificates by the month in which they end\">");
    for (size_t i = 0; i < BARS; i++) {
        buf_str(out, i == 0 ? "<li class=\"gone\"><b>" : "<li><b>");
        if (ending[i])
            put_count(out, ending[i]);
        buf_str(out, "</b><svg viewBox=\"0 0 10 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                     "<rect class=\"");
        buf_str(out, i == 0 ? "critical" : i == 1 ? "high" : i == 2 ? "medium" : "calm");
        buf_str(out, "\" width=\"10\" y=\"");
        put_tenths(out, 100 - 100.0 * (double)ending[i] / (double)most);
        buf_str(out, "\" height=\"");
        put_tenths(out, 100.0 * (double)ending[i] / (double)most);
        buf_str(out, "\"/></svg><span>");
        buf_str(out, bar_name(i, s->run.started_ms));
        buf_str(out, "</span></li>");
    }
    buf_str(out, "</ol>\n");
}

static void certificate(const struct story *s, const struct story_certificate *c, struct buf *out)
{
    bool expired = c->not_after_ms != COUNT_UNKNOWN && c->not_after_ms <= s->run.started_ms;
    buf_str(out, "<tr><td data-v=\"");
    buf_i64(out, c->not_after_ms);
    buf_str(out, expired ? "\"><span class=\"sev critical\">" : "\">");
    if (c->not_after_ms != COUNT_UNKNOWN)
        put_date(out, c->not_after_ms);
    buf_str(out, expired ? "</span></td><td>" : "</td><td>");
    html_text(out, c->subject);
    if (c->names.len) {
        buf_str(out, "<small>");
        html_text(out, c->names);
        buf_str(out, "</small>");
    }
    buf_str(out, "</td><td>");
    html_text(out, c->issuer);
    if (c->self_signed)
        html_say(out, " <span class=\"tag\">self-signed</span>");
    buf_str(out, "</td><td>");
    html_text(out, c->key);
    buf_str(out, "</td><td data-v=\"");
    buf_u64(out, c->places.count);
    buf_str(out, "\" class=\"places\">");
    places(out, &c->places);
    buf_str(out, "</td></tr>\n");
}

void html_certificates(const struct story *s, struct buf *out)
{
    size_t shown = s->certificates.len < HTML_CERTIFICATES_MAX ? s->certificates.len : HTML_CERTIFICATES_MAX;
    if (!shown)
        return;
    html_say(out, "<section id=\"certificates\"><h2>Certificates</h2>"
                 "<p class=\"dim\">When they end, from this month on.</p>\n");
    calendar(s, out);
    html_say(out, "<table class=\"certs sortable\"><thead><tr><th>Ends</th><th>Subject</th><th>Issuer</th><th>Key</th>"
                 "<th>Seen at</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        certificate(s, s->certificates.at[i], out);
    buf_str(out, "</tbody></table>\n");
    if (s->certificates.len > shown) {
        html_say(out, "<p class=\"dim\">and ");
        say_count(out, s->certificates.len - shown, "more certificate", "more certificates");
        html_say(out, "; <code>--format json</code> has all of them.</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- the run ---- */

static void number(struct buf *out, const char *what, uint64_t n)
{
    buf_str(out, "<div><dt>");
    buf_str(out, what);
    buf_str(out, "</dt><dd>");
    put_count(out, n);
    buf_str(out, "</dd></div>");
}

static void tenths(struct buf *out, const char *what, double value, const char *unit)
{
    buf_str(out, "<div><dt>");
    buf_str(out, what);
    buf_str(out, "</dt><dd>");
    put_tenths(out, value);
    buf_str(out, unit);
    buf_str(out, "</dd></div>");
}

/* Who answered and is nobody that we know: somebody else may. */
static void unknown(const struct story *s, struct buf *out)
{
    const struct unknowns *u = &s->unknown;
    if (!u->spoke && !u->silent)
        return;
    html_say(out, "<h3>Answered like nothing that Ajar knows</h3><p>");
    buf_printf(out, say_many("%s service said something, %s answered no question; the JSON output has them all.",
                             "%s services said something, %s answered no question; the JSON output has them all.",
                                 u->spoke),
               COUNTED(u->spoke), COUNTED(u->silent));
    buf_str(out, "</p>\n<ul class=\"reasons\">");
    for (size_t i = 0; i < u->kept.len; i++) {
        buf_str(out, "<li>");
        html_text(out, u->kept.at[i]);
        buf_str(out, "</li>");
    }
    buf_str(out, "</ul>\n");
}

static void origin(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    struct buf line;
    buf_init(&line, ORIGIN_TEXT_MAX);
    origin_targets(&s->run, TARGETS_MAX, &line);
    buf_str(out, "<p>");
    if (line.len) {
        buf_str(out, "<b>");
        html_text(out, buf_span(&line));
        buf_str(out, "</b>");
        buf_str(out, _(", "));
    }
    buf_reset(&line);
    origin_when(&s->run, sum, &line);
    buf_byte(&line, ' ');
    origin_how(&s->run, &line);
    html_text(out, buf_span(&line));
    buf_str(out, ".</p>\n");
    buf_release(&line);
}

void html_coverage(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    html_say(out, "<section id=\"run\"><h2>What was looked at</h2>");
    origin(s, sum, out);
    buf_str(out, "<dl class=\"numbers\">");
    number(out, _("planned"), s->run.endpoints);
    number(out, _("done"), sum->done);
    number(out, _("skipped"), sum->skipped);
    number(out, _("failed"), sum->failed);
    number(out, _("answered"), sum->answered);
    for (int i = OUTCOME_IDENTIFIED; i <= OUTCOME_UNCLEAR; i++)
        if (s->outcomes[i])
            number(out, say(outcome_name((enum outcome)i)), s->outcomes[i]);
    tenths(out, _("endpoints a second"), sum->rate, "");
    tenths(out, _("estimated loss"), sum->loss * 100, " %");
    tenths(out, _("took"), (double)sum->took_ms / 1000, _(" s"));
    buf_str(out, "</dl>\n");
    if (s->reasons[0].count) {
        html_say(out, "<h3>Not judged</h3><ul class=\"reasons\">");
        for (size_t i = 0; i < STORY_REASONS_MAX && s->reasons[i].count; i++) {
            buf_str(out, "<li><b>");
            put_count(out, s->reasons[i].count);
            buf_str(out, "</b> ");
            html_text(out, s->reasons[i].text);
            buf_str(out, "</li>");
        }
        if (s->other_reasons) {
            buf_str(out, "<li><b>");
            put_count(out, s->other_reasons);
            html_say(out, "</b> for other reasons</li>");
        }
        buf_str(out, "</ul>\n");
    }
    if (s->remarks.kept.len) {
        html_say(out, "<h3>Not looked at whole, seen on the way, or gone since</h3><ul class=\"reasons\">");
        for (size_t i = 0; i < s->remarks.kept.len; i++) {
            buf_str(out, "<li>");
            html_text(out, s->remarks.kept.at[i]);
            buf_str(out, "</li>");
        }
        if (s->remarks.left) {
            buf_str(out, "<li><b>");
            put_count(out, s->remarks.left);
            html_say(out, "</b> more; the JSON output has them</li>");
        }
        buf_str(out, "</ul>\n");
    }
    unknown(s, out);
    if (s->unkept) {
        buf_str(out, "<p class=\"note\">");
        buf_printf(out, say_many("%s finding had no room in this report; the JSON output has them.",
                                 "%s findings had no room in this report; the JSON output has them.", s->unkept),
                   COUNTED(s->unkept));
        buf_str(out, "</p>\n");
    }
    buf_str(out, "</section>\n");
}
