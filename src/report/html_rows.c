/* The table of findings, and the jobs: each with its fix and, finding by finding, the evidence. */
#include "base/say.h"
#include "report/html.h"
#include "text/amount.h"

/* ---- the table ---- */

/* Whether anything says since when, so that the column has something in it. */
static bool has_since(const struct story *s)
{
    return s->has_life || s->has_evidence;
}

void html_number_cell(struct buf *out, int64_t n, void (*put)(struct buf *, int64_t))
{
    bool is_size = put == html_bytes || put == html_bytes_at_least;
    buf_str(out, is_size ? "<td class=\"num size\" data-v=\"" : "<td class=\"num\" data-v=\"");
    buf_i64(out, n);
    buf_str(out, "\">");
    put(out, n);
    buf_str(out, "</td>");
}

static void where_cell(const struct story_row *r, struct buf *out)
{
    buf_str(out, "<td class=\"where\">");
    if (html_in_full(r)) {
        buf_str(out, "<a href=\"#f-");
        html_text(out, span_str(r->fingerprint));
        buf_str(out, "\">");
    }
    buf_str(out, "<code>");
    html_text(out, r->where);
    buf_str(out, html_in_full(r) ? "</code></a>" : "</code>");
    if (r->host.len) {
        buf_str(out, "<small>");
        html_text(out, r->host);
        buf_str(out, "</small>");
    }
    buf_str(out, "</td>");
}

static void whose_cell(const struct story_row *r, struct buf *out)
{
    const struct story_party *p = r->party;
    buf_str(out, "<td class=\"whose\">");
    if (p) {
        html_text(out, p->who);
        if (p->tier.len || p->how.len)
            buf_str(out, "<small>");
        html_text(out, p->tier);
        if (p->how.len && p->tier.len)
            buf_str(out, _(", "));
        if (p->how.len)
            buf_str(out, say(strength_name(p->strength)));
        if (p->tier.len || p->how.len)
            buf_str(out, "</small>");
    }
    buf_str(out, "</td>");
}

static void since_cell(const struct story_row *r, struct buf *out)
{
    buf_str(out, "<td class=\"since\" data-v=\"");
    buf_i64(out, r->life.opened_ms);
    buf_str(out, "\">");
    if (r->life.known)
        put_date(out, r->life.opened_ms);
    if (r->life.known && (r->life.is_new || r->life.reopened)) {
        buf_byte(out, ' ');
        html_tag(out, r->life.is_new ? _("new") : _("again"));
    }
    if (r->life.known && r->life.unseen) {
        buf_byte(out, ' ');
        html_tag(out, _("not seen"));
    }
    if (r->proven_ms != COUNT_UNKNOWN) {
        buf_str(out, "<small>");
        buf_str(out, say(strength_name(r->proven)));
        buf_str(out, " ");
        put_date(out, r->proven_ms);
        buf_str(out, "</small>");
    }
    if (r->outside_ms != COUNT_UNKNOWN) {
        html_say(out, "<small>seen from outside since ");
        put_date(out, r->outside_ms);
        buf_str(out, "</small>");
    }
    buf_str(out, "</td>");
}

static void row(const struct story *s, const struct story_row *r, struct buf *out)
{
    buf_str(out, "<tr><td class=\"how\" data-v=\"");
    buf_u64(out, r->group->severity);
    buf_str(out, "\">");
    html_severity(out, r->group->severity);
    buf_str(out, "</td>");
    where_cell(r, out);
    buf_str(out, "<td class=\"what\">");
    html_text(out, r->what);
    if (r->collections > 0) {
        html_say(out, r->at_least ? "<small>at least " : "<small>");
        say_count(out, (uint64_t)r->collections, "name", "names");
        buf_str(out, "</small>");
    }
    buf_str(out, "</td><td class=\"title\">");
    html_text(out, r->group->title);
    if (r->accepted_until_ms != COUNT_UNKNOWN) {
        html_say(out, " <span class=\"tag\">accepted until ");
        put_date(out, r->accepted_until_ms - 1);
        buf_str(out, "</span>");
    }
    buf_str(out, "</td>");
    if (s->parties.len)
        whose_cell(r, out);
    html_number_cell(out, r->records, r->at_least ? html_count_at_least : html_count);
    html_number_cell(out, r->bytes, r->at_least ? html_bytes_at_least : html_bytes);
    if (has_since(s))
        since_cell(r, out);
    buf_str(out, "</tr>\n");
}

void html_table(const struct story *s, struct buf *out)
{
    size_t shown = s->rows.len < HTML_ROWS_MAX ? s->rows.len : HTML_ROWS_MAX;
    if (!shown)
        return;
    html_say(out, "<section id=\"open\"><h2>What is open</h2><p class=\"dim\">");
    say_count(out, s->rows.len + s->unkept, "finding", "findings");
    html_say(out, ", worst first. An address leads to its evidence.</p>\n<table class=\"rows sortable\">"
                 "<thead><tr><th>Severity</th><th>Where</th><th>What</th><th>Finding</th>");
    if (s->parties.len)
        html_say(out, "<th>Whose</th>");
    html_say(out, "<th class=\"num\">Records</th><th class=\"num\">Size</th>");
    if (has_since(s))
        html_say(out, "<th>Open since</th>");
    buf_str(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        row(s, s->ranked ? s->ranked[i] : s->rows.at[i], out);
    buf_str(out, "</tbody></table>\n");
    if (s->rows.len + s->unkept > shown) {
        html_say(out, "<p class=\"dim\">and ");
        put_count(out, s->rows.len + s->unkept - shown);
        html_say(out, " more; <code>--format json</code> has all of them.</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- one finding in full ---- */

static void largest(const struct story_row *r, struct buf *out)
{
    if (!r->largest_count)
        return;
    html_say(out, "<h4>What is in it</h4><table class=\"small\"><thead><tr><th>Name</th><th class=\"num\">Records</th>"
                 "<th class=\"num\">Size</th></tr></thead><tbody>");
    for (size_t i = 0; i < r->largest_count; i++) {
        const struct story_collection *c = &r->largest[i];
        buf_str(out, "<tr><td><code>");
        html_text(out, c->name);
        buf_str(out, "</code></td>");
        html_number_cell(out, c->records, html_count);
        html_number_cell(out, c->bytes, html_bytes);
        buf_str(out, "</tr>");
    }
    buf_str(out, "</tbody></table>");
    if (r->collections > (int64_t)r->largest_count) {
        html_say(out, "<p class=\"dim\">the largest ");
        put_count(out, r->largest_count);
        buf_str(out, r->at_least ? _(" of at least ") : _(" of "));
        put_count(out, (uint64_t)r->collections);
        buf_str(out, "</p>");
    }
}

static void evidence(const struct story_row *r, struct buf *out)
{
    if (!r->evidence_count)
        return;
    html_say(out, "<h4>Evidence</h4><table class=\"small\"><thead><tr><th>Fact</th><th>Value</th><th>Asked with</th>"
                 "<th>The answer shows</th></tr></thead><tbody>");
    for (size_t i = 0; i < r->evidence_count; i++) {
        const struct story_evidence *e = &r->evidence[i];
        buf_str(out, "<tr><td><code>");
        html_text(out, e->key);
        buf_str(out, "</code></td><td>");
        html_text(out, e->value);
        buf_str(out, "</td><td>");
        html_text(out, e->ask);
        buf_str(out, e->shows.len ? "</td><td><code>" : "</td><td>");
        html_text(out, e->shows);
        buf_str(out, e->shows.len ? "</code></td></tr>" : "</td></tr>");
    }
    buf_str(out, "</tbody></table>");
    if (r->evidence_left) {
        html_say(out, "<p class=\"dim\">and ");
        put_count(out, r->evidence_left);
        html_say(out, " more in the JSON output</p>");
    }
}

static void whose(const struct story_row *r, struct buf *out)
{
    const struct story_party *p = r->party;
    if (!p && !r->owner_count)
        return;
    html_say(out, "<h4>Whose it is</h4><ul class=\"says\">");
    if (p && !p->how.len) {
        buf_str(out, "<li><b>");
        html_text(out, p->who);
        buf_str(out, "</b>");
        if (p->tier.len) {
            buf_str(out, _(", "));
            html_text(out, p->tier);
        }
        if (p->contact.len) {
            buf_str(out, _(", "));
            html_text(out, p->contact);
        }
        html_say(out, " <span class=\"dim\">as the scope file states it</span></li>");
    }
    for (size_t i = 0; i < r->owner_count; i++) {
        buf_str(out, "<li>");
        html_text(out, r->owners[i].who);
        buf_str(out, " <span class=\"dim\">");
        html_text(out, r->owners[i].how);
        buf_str(out, "</span> ");
        html_tag(out, say(strength_name(r->owners[i].strength)));
        buf_str(out, "</li>");
    }
    buf_str(out, "</ul>");
}

static void since(const struct story *s, const struct story_row *r, struct buf *out)
{
    if (!r->life.known && !r->since_count)
        return;
    html_say(out, "<h4>Since when</h4><ul class=\"says\">");
    if (r->life.known && r->life.is_new) {
        html_say(out, "<li>New in this run</li>");
    } else if (r->life.known) {
        buf_str(out, "<li><b>");
        put_date(out, r->life.opened_ms);
        buf_str(out, "</b>");
        buf_str(out, _(", "));
        say_age(out, s->run.started_ms - r->life.opened_ms);
        html_say(out, " <span class=\"dim\">seen open by Ajar since then");
        if (r->life.first_ms < r->life.opened_ms) {
            buf_str(out, _("; first on "));
            put_date(out, r->life.first_ms);
        }
        if (r->life.reopened) {
            buf_str(out, _("; closed "));
            say_count(out, r->life.reopened, "time", "times");
            buf_str(out, _(" in between"));
        }
        buf_str(out, "</span></li>");
    }
    char text[UNSEEN_WORDS_MAX];
    struct span unseen = words_unseen(&r->life, text, say);
    if (unseen.len) {
        buf_str(out, "<li>");
        html_text(out, unseen);
        buf_str(out, "</li>");
    }
    for (size_t i = 0; i < r->since_count; i++) {
        buf_str(out, "<li><b>");
        put_date(out, r->since[i].at_ms);
        buf_str(out, "</b> <span class=\"dim\">");
        html_text(out, r->since[i].source);
        buf_str(out, r->since[i].text.len ? _(": ") : "");
        html_text(out, r->since[i].text);
        buf_str(out, "</span> ");
        html_tag(out, say(strength_name(r->since[i].strength)));
        buf_str(out, "</li>");
    }
    buf_str(out, "</ul>");
}

static void decision(const struct story_row *r, struct buf *out)
{
    buf_str(out, "<p class=\"dim\">");
    if (r->accepted_until_ms != COUNT_UNKNOWN) {
        buf_str(out, _("Accepted until "));
        put_date(out, r->accepted_until_ms - 1);
        buf_str(out, r->accepted_why.len ? _(": ") : "");
        html_text(out, r->accepted_why);
        buf_str(out, _(". "));
    }
    html_say(out, "Finding <code>");
    html_text(out, span_str(r->fingerprint));
    buf_str(out, "</code></p>");
}

static void fix(struct buf *out, struct span lines)
{
    buf_str(out, "<pre class=\"fix\"><code>");
    html_code(out, lines);
    buf_str(out, "</code></pre>\n");
}

static void in_full(const struct story *s, const struct story_row *r, struct buf *out)
{
    buf_str(out, "<details id=\"f-");
    html_text(out, span_str(r->fingerprint));
    buf_str(out, "\"><summary><code>");
    html_text(out, r->where);
    buf_str(out, "</code> <span>");
    html_text(out, r->what);
    if (r->host.len) {
        buf_str(out, " <span class=\"dim\">");
        html_text(out, r->host);
        buf_str(out, "</span>");
    }
    buf_str(out, "</span>");
    if (r->records >= 0 || r->bytes >= 0) {
        buf_str(out, "<span class=\"size\">");
        if (r->records >= 0) {
            html_count(out, r->records);
            buf_str(out, r->records == 1 ? _(" record") : _(" records"));
        }
        if (r->bytes >= 0) {
            buf_str(out, r->records >= 0 ? _(", ") : "");
            html_bytes(out, r->bytes);
        }
        buf_str(out, "</span>");
    }
    buf_str(out, "</summary><div class=\"body\"><p>");
    html_text(out, r->why);
    buf_str(out, "</p>");
    largest(r, out);
    whose(r, out);
    since(s, r, out);
    evidence(r, out);
    if (r->fix.len) {
        html_say(out, "<h4>The fix, for this one</h4>");
        fix(out, r->fix);
    }
    decision(r, out);
    buf_str(out, "</div></details>\n");
}

/* ---- jobs ---- */

static void others(const struct story *s, const struct story_group *g, size_t from, struct buf *out)
{
    size_t end = g->count < from + HTML_PLACES_MAX ? g->count : from + HTML_PLACES_MAX;
    if (from >= g->count)
        return;
    html_say(out, "<details class=\"others\"><summary><span>and ");
    say_count(out, g->count - from, "more endpoint", "more endpoints");
    buf_str(out, "</span></summary><p class=\"places\">");
    for (size_t i = from; i < end; i++) {
        buf_str(out, "<code>");
        html_text(out, s->rows.at[g->at + i]->where);
        buf_str(out, "</code> ");
    }
    if (end < g->count) {
        buf_str(out, _("and "));
        put_count(out, g->count - end);
        buf_str(out, _(" more in the JSON output"));
    }
    buf_str(out, "</p></details>\n");
}

static void job(const struct story *s, const struct story_group *g, size_t number, struct buf *out)
{
    buf_str(out, "<article class=\"job\" id=\"job-");
    put_count(out, number);
    buf_str(out, "\"><h3><span class=\"n\">");
    put_count(out, number);
    buf_str(out, "</span>");
    html_text(out, g->title);
    buf_str(out, "</h3><p class=\"meta\">");
    html_severity(out, g->severity);
    buf_str(out, "<span>");
    html_text(out, g->product);
    buf_str(out, "</span><span>");
    say_count(out, g->count, "endpoint", "endpoints");
    buf_str(out, "</span>");
    if (g->records >= 0) {
        buf_str(out, "<span>");
        html_count(out, g->records);
        html_say(out, g->records == 1 ? " record</span>" : " records</span>");
    }
    if (g->bytes >= 0) {
        buf_str(out, "<span>");
        html_bytes(out, g->bytes);
        buf_str(out, "</span>");
    }
    buf_str(out, "</p>\n");
    if (g->count > 1) {
        html_say(out, "<p class=\"dim\">Written for <code>");
        html_text(out, g->first->where);
        html_say(out, "</code>; put in the address and port of each.</p>");
    }
    fix(out, g->fix);
    for (size_t i = 0; i < g->detailed; i++)
        in_full(s, s->rows.at[g->at + i], out);
    others(s, g, g->detailed, out);
    buf_str(out, "</article>\n");
}

void html_jobs(const struct story *s, struct buf *out)
{
    size_t shown = s->groups.len < HTML_JOBS_MAX ? s->groups.len : HTML_JOBS_MAX;
    if (!shown)
        return;
    html_say(out, "<section id=\"do\"><h2>What to do, in this order</h2>\n");
    for (size_t i = 0; i < shown; i++)
        if (s->groups.at[i]->count)
            job(s, s->groups.at[i], i + 1, out);
    if (s->groups.len > shown) {
        html_say(out, "<p class=\"dim\">and ");
        say_count(out, s->groups.len - shown, "more job", "more jobs");
        html_say(out, " in the JSON output</p>\n");
    }
    buf_str(out, "</section>\n");
}
