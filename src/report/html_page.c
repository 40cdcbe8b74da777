/* The frame of the HTML page (head, policy, bar at the top, foot) and its headline. */
#include "base/say.h"
#include "report/html.h"

#include "report/calm.h"
#include "report/html_assets.h"
#include "report/origin.h"
#include "text/amount.h"

enum { COUNTS_MAX = 64 * 1024, HTML_TARGETS_MAX = 4 };

/* A door that stands ajar. */
static const char DOOR[] =
    "<svg class=\"door\" viewBox=\"0 0 32 32\" aria-hidden=\"true\"><path class=\"light\" d=\"M18 6h6v20h-6z\"/>"
    "<path class=\"frame\" d=\"M6 28V4h20v24\"/><path class=\"leaf\" d=\"M8.5 6 18 9v20l-9.5-3z\"/>"
    "<circle class=\"knob\" cx=\"15.5\" cy=\"18.5\" r=\"1.2\"/><path class=\"frame\" d=\"M3 28h26\"/></svg>";

static const char CLOSED_DOOR[] =
    "<svg class=\"door\" viewBox=\"0 0 32 32\" aria-hidden=\"true\"><path class=\"leaf\" d=\"M8 28V6h16v22z\"/>"
    "<path class=\"frame\" d=\"M5 28V3h22v25M2 28h28\"/>"
    "<circle class=\"knob\" cx=\"20.5\" cy=\"17.5\" r=\"1.2\"/></svg>";

static bool has_findings(const struct story *s)
{
    return s->rows.len || s->unkept;
}

static void nav(const struct story *s, struct buf *out)
{
    html_say(out, "<nav aria-label=\"Parts\">");
    if (has_findings(s))
        html_say(out, "<a href=\"#open\">Open</a>");
    if (html_has_within(s))
        html_say(out, "<a href=\"#within\">Data</a>");
    if (s->parties.len)
        html_say(out, "<a href=\"#whose\">Whose</a>");
    if (html_has_since(s))
        html_say(out, "<a href=\"#since\">Since</a>");
    if (s->fleets.len)
        html_say(out, "<a href=\"#alike\">Alike</a>");
    if (s->groups.len)
        html_say(out, "<a href=\"#do\">What to do</a>");
    if (s->closed.len)
        html_say(out, "<a href=\"#closed\">Closed</a>");
    if (s->certificates.len)
        html_say(out, "<a href=\"#certificates\">Certificates</a>");
    html_say(out, "<a href=\"#run\">Run</a></nav>");
}

/* What the script says, which is the same script in every language. */
static void put_words(struct buf *out)
{
    static const struct {
        const char *name, *english;
    } WORDS[] = { { "light", N_("Light") }, { "dark", N_("Dark") }, { "filter", N_("Filter") },
                  { "filter-table", N_("Filter the table") }, { "all", N_("Show all %s") }, { "hits", N_("%s of %s") },
                  { "copy", N_("Copy") }, { "copied", N_("Copied") } };
    for (size_t i = 0; say_is_foreign() && i < sizeof(WORDS) / sizeof(*WORDS); i++) {
        buf_printf(out, " data-%s=\"", WORDS[i].name);
        html_text(out, span_str(say(WORDS[i].english)));
        buf_byte(out, '"');
    }
}

void html_page_begin(const struct story *s, struct buf *out)
{
    buf_str(out, "<!doctype html>\n<html lang=\"");
    html_text(out, span_str(say_tag()));
    buf_byte(out, '"');
    put_words(out);
    buf_str(out, ">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '"
                 HTML_STYLE_HASH "'; script-src '" HTML_SCRIPT_HASH
                 "'; base-uri 'none'; form-action 'none'\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Ajar, ");
    put_date(out, s->run.started_ms);
    buf_printf(out, _(": %s open"), COUNTED(s->outcomes[OUTCOME_OPEN]));
    buf_str(out, "</title>\n<style>" HTML_STYLE "</style>\n</head>\n<body>\n<header class=\"top\">"
                 "<a class=\"mark\" href=\"#top\">");
    buf_str(out, DOOR);
    html_say(out, "<b>Ajar</b></a>");
    nav(s, out);
    html_say(out, "<button id=\"theme\" type=\"button\" hidden>Dark</button></header>\n<main id=\"top\">\n");
}

void html_page_end(const struct story *s, struct buf *out)
{
    buf_str(out, "</main>\n<footer><p>");
    buf_printf(out, _("Made by Ajar %s. It tries the handle; it never picks the lock: no password was tried, %s, "
                      "nothing was "
                      "changed."), s->run.ajar_version, people_conduct(&s->people));
    buf_str(out, say_gap());
    html_say(out, "Counts and sizes are what the services say of themselves. Dates are UTC.</p></footer>\n");
    buf_str(out, "<script>" HTML_SCRIPT "</script>\n</body>\n</html>\n");
}

/* ---- headline ---- */

/* Sentences of calm.h as they stand in the page. */
static void counts(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    struct buf line;
    buf_init(&line, COUNTS_MAX);
    calm_counts(s, sum, &line);
    html_text(out, buf_span(&line));
    buf_release(&line);
}

static void nothing_found(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    enum calm c = calm_of(s, sum);
    buf_str(out, "<div class=\"empty\">");
    if (c == CALM_KEPT)
        buf_str(out, CLOSED_DOOR);
    buf_str(out, "<p>");
    buf_str(out, calm_meaning(c));
    size_t before = out->len;
    buf_str(out, *calm_meaning(c) ? say_gap() : "");
    size_t doubts = out->len;
    calm_doubts(s, out);
    if (out->len == doubts)
        out->len = before;
    else
        buf_str(out, _("."));
    buf_str(out, out->len > before || *calm_meaning(c) ? say_gap() : "");
    counts(s, sum, out);
    html_say(out, " What was left out, and why, stands <a href=\"#run\">below</a>.</p></div>\n");
}

static void headline(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    uint64_t open = s->outcomes[OUTCOME_OPEN];
    buf_str(out, "<h1>");
    if (open) {
        buf_printf(out, say_many("%s service is open without a password.", "%s services are open without a password.",
                                 open),
                   COUNTED(open));
    } else if (has_findings(s)) {
        uint64_t left = s->rows.len + s->unkept;
        buf_printf(out, say_many("No service was found open. %s finding remains.",
                                 "No service was found open. %s findings remain.", left), COUNTED(left));
    } else {
        buf_str(out, calm_headline(calm_of(s, sum)));
    }
    buf_str(out, "</h1>\n");
}

static void data_in_words(const struct story *s, struct buf *out)
{
    if (s->open_records <= 0 && s->open_bytes <= 0)
        return;
    buf_str(out, s->outcomes[OUTCOME_OPEN] == 1 ? _("It says that it holds ") : _("They say that they hold "));
    if (s->open_records > 0) {
        buf_str(out, "<b>");
        html_count_words(out, s->open_records);
        html_say(out, s->open_records == 1 ? " record</b>" : " records</b>");
    }
    if (s->open_bytes > 0) {
        html_say(out, s->open_records > 0 ? " in <b>" : "<b>");
        html_bytes(out, s->open_bytes);
        buf_str(out, "</b>");
    }
    buf_str(out, _(". "));
}

static void owners_in_words(const struct story *s, struct buf *out)
{
    const struct story_party *first = NULL;
    size_t named = 0;
    for (size_t i = 0; i < s->parties.len; i++) {
        bool is_named = !s->parties.at[i]->how.len;
        named += is_named;
        first = is_named && !first ? s->parties.at[i] : first;
    }
    if (first) {
        if (named > 1) {
            buf_printf(out, _("%s owners answer for it, first of all "), COUNTED(named));
        }
        buf_str(out, "<b>");
        html_text(out, first->who);
        html_say(out, named > 1 ? "</b>. " : "</b> answers for it. ");
    } else if (s->parties.len) {
        buf_printf(out, say_many("%s party may answer for it. ", "%s parties may answer for it. ", s->parties.len),
                   COUNTED(s->parties.len));
    }
}

/* How many are new, and the longest that something is open, as the store knows it. */
static void life_in_words(const struct story *s, struct buf *out)
{
    uint64_t fresh = 0, known = 0;
    int64_t oldest_ms = s->run.started_ms;
    for (size_t i = 0; i < s->rows.len; i++) {
        const struct finding_life *l = &s->rows.at[i]->life;
        known += l->known;
        fresh += l->known && l->is_new;
        if (l->known && l->opened_ms < oldest_ms)
            oldest_ms = l->opened_ms;
    }
    if (!known)
        return;
    if (fresh < known && s->run.started_ms - oldest_ms >= 86400000) {
        html_say(out, "The oldest finding is open since <b class=\"date\">");
        put_date(out, oldest_ms);
        buf_str(out, "</b>");
        buf_str(out, _(", "));
        say_age(out, s->run.started_ms - oldest_ms);
        buf_printf(out, say_many("; %s is new. ", "; %s are new. ", fresh), COUNTED(fresh));
    } else if (fresh == known) {
        buf_str(out, _("All of it is new to Ajar. "));
    }
}

static void fleets_in_words(const struct story *s, struct buf *out)
{
    if (!s->fleets.len)
        return;
    buf_str(out, "<a href=\"#alike\">");
    html_text(out, s->fleets.at[0].counts);
    html_say(out, "</a>. ");
}

static void in_words(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    buf_str(out, "<p class=\"sub\">");
    data_in_words(s, out);
    people_lead(&s->people, s->outcomes[OUTCOME_OPEN], html_text, out);
    owners_in_words(s, out);
    life_in_words(s, out);
    fleets_in_words(s, out);
    if (has_findings(s)) /* else it stands in nothing_found() */
        counts(s, sum, out);
    if (s->outcomes[OUTCOME_LOCKED]) {
        buf_printf(out, say_many(" %s service was locked, as it should be.",
                                 " %s services were locked, as it should be.",
                                 s->outcomes[OUTCOME_LOCKED]), COUNTED(s->outcomes[OUTCOME_LOCKED]));
    }
    buf_str(out, "</p>\n");
}

static void tiles(const struct story *s, struct buf *out)
{
    uint64_t all = 0, before = 0;
    for (size_t i = 0; i <= SEVERITY_CRITICAL; i++)
        all += s->severities[i];
    if (!all)
        return;
    html_say(out, "<div class=\"overview\" role=\"img\" aria-label=\"Findings by severity\">"
                 "<svg class=\"stack\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; before += s->severities[i], i--) {
        if (!s->severities[i])
            continue;
        buf_str(out, "<rect class=\"");
        buf_str(out, severity_name((enum severity)i));
        buf_str(out, "\" x=\"");
        put_tenths(out, 1000.0 * (double)before / (double)all);
        buf_str(out, "\" width=\"");
        put_tenths(out, 1000.0 * (double)s->severities[i] / (double)all);
        buf_str(out, "\" height=\"10\"/>");
    }
    buf_str(out, "</svg></div>\n<ul class=\"tiles\">");
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
        buf_str(out, s->severities[i] ? "<li><b>" : "<li class=\"zero\"><b>");
        put_count(out, s->severities[i]);
        buf_str(out, "</b>");
        html_severity(out, (enum severity)i);
        buf_str(out, "</li>");
    }
    buf_str(out, "</ul>\n");
}

static void first_jobs(const struct story *s, struct buf *out)
{
    size_t shown = s->groups.len < HTML_FIRST_MAX ? s->groups.len : HTML_FIRST_MAX;
    if (!shown)
        return;
    html_say(out, "<section class=\"first\"><h2>Do this first</h2><ol>");
    for (size_t i = 0; i < shown; i++) {
        const struct story_group *g = s->groups.at[i];
        buf_str(out, "<li><a href=\"#job-");
        put_count(out, i + 1);
        buf_str(out, "\">");
        html_text(out, g->title);
        buf_str(out, "</a> <span class=\"dim\">");
        html_text(out, g->product);
        buf_str(out, _(", "));
        say_count(out, g->count, "endpoint", "endpoints");
        if (g->records > 0) {
            buf_str(out, _(", "));
            html_count_words(out, g->records);
            buf_str(out, g->records == 1 ? _(" record") : _(" records"));
        }
        buf_str(out, "</span>");
        html_severity(out, g->severity);
        buf_str(out, "</li>");
    }
    buf_str(out, "</ol></section>\n");
}

/* " of 10.20.0.0/24, 2026-11-30" */
static void eyebrow(const struct story *s, struct buf *out)
{
    struct buf line;
    buf_init(&line, ORIGIN_TEXT_MAX);
    origin_targets(&s->run, HTML_TARGETS_MAX, &line);
    if (line.len) {
        struct buf text;
        buf_init(&text, 8 * ORIGIN_TEXT_MAX);
        html_text(&text, buf_span(&line));
        /* TRANSLATORS: of which networks */
        buf_printf(out, _("Exposure report of %.*s"), SPAN_FMT(buf_span(&text)));
        buf_release(&text);
    } else {
        buf_str(out, _("Exposure report"));
    }
    buf_release(&line);
    buf_str(out, _(", "));
    put_date(out, s->run.started_ms);
}

void html_lead(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    html_say(out, "<section class=\"lead\">\n<p class=\"eyebrow\">");
    eyebrow(s, out);
    buf_str(out, "</p>\n");
    headline(s, sum, out);
    in_words(s, sum, out);
    if (sum->interrupted || sum->trouble)
        html_say(out, "<p class=\"note\">The run ended early: what follows is a part.</p>\n");
    if (!has_findings(s))
        nothing_found(s, sum, out);
    tiles(s, out);
    buf_str(out, "</section>\n");
    first_jobs(s, out);
}
