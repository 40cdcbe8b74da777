/* The table of findings, and the jobs: each with its fix and, finding by finding, the evidence. */
#include "report/html.h"
#include "report/layout.h"

/* ---- the table ---- */

static void number_cell(struct buf *out, int64_t n, void (*put)(struct buf *, int64_t))
{
    buf_str(out, "<td class=\"num\" data-v=\"");
    buf_i64(out, n);
    buf_str(out, "\">");
    put(out, n);
    buf_str(out, "</td>");
}

static void where_cell(const struct story_row *r, bool detailed, struct buf *out)
{
    buf_str(out, "<td class=\"where\">");
    if (detailed) {
        buf_str(out, "<a href=\"#f-");
        html_text(out, span_str(r->fingerprint));
        buf_str(out, "\">");
    }
    buf_str(out, "<code>");
    html_text(out, r->where);
    buf_str(out, detailed ? "</code></a>" : "</code>");
    if (r->owner.len) {
        buf_str(out, "<small>");
        html_text(out, r->owner);
        buf_str(out, "</small>");
    }
    buf_str(out, "</td>");
}

static void since_cell(const struct story_row *r, struct buf *out)
{
    buf_str(out, "<td data-v=\"");
    buf_i64(out, r->since_ms);
    buf_str(out, "\">");
    html_date(out, r->since_ms);
    if (r->is_new)
        buf_str(out, " <span class=\"tag\">new</span>");
    else if (r->reopened)
        buf_str(out, " <span class=\"tag\">again</span>");
    buf_str(out, "</td>");
}

static void row(const struct story *s, const struct story_row *r, bool detailed, struct buf *out)
{
    buf_str(out, "<tr><td data-v=\"");
    buf_u64(out, r->group->severity);
    buf_str(out, "\">");
    html_severity(out, r->group->severity);
    buf_str(out, "</td>");
    where_cell(r, detailed, out);
    buf_str(out, "<td>");
    html_text(out, r->what);
    buf_str(out, "</td><td>");
    html_text(out, r->group->title);
    if (r->accepted_until_ms != COUNT_UNKNOWN) {
        buf_str(out, " <span class=\"tag\">accepted until ");
        html_date(out, r->accepted_until_ms);
        buf_str(out, "</span>");
    }
    buf_str(out, "</td>");
    number_cell(out, r->collections, html_count);
    number_cell(out, r->records, html_count);
    number_cell(out, r->bytes, html_bytes);
    if (s->run.history)
        since_cell(r, out);
    buf_str(out, "</tr>\n");
}

void html_table(const struct story *s, struct buf *out)
{
    size_t shown = s->rows.len < HTML_ROWS_MAX ? s->rows.len : HTML_ROWS_MAX, left = HTML_DETAILS_MAX;
    if (!shown)
        return;
    buf_str(out, "<section id=\"open\"><h2>What is open</h2><p class=\"dim\">");
    html_many(out, s->rows.len + s->unkept, "finding", "findings");
    buf_str(out, ", worst first. An address leads to its evidence.</p>\n<table class=\"rows sortable\">"
                 "<thead><tr><th>Severity</th><th>Where</th><th>What</th><th>Finding</th><th class=\"num\">Names</th>"
                 "<th class=\"num\">Records</th><th class=\"num\">Size</th>");
    if (s->run.history)
        buf_str(out, "<th>Open since</th>");
    buf_str(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < s->groups.len; i++) {
        const struct story_group *g = s->groups.at[i];
        size_t detailed = i < HTML_JOBS_MAX ? html_detailed(g, &left) : 0;
        for (size_t k = 0; k < g->count && g->at + k < shown; k++)
            row(s, s->rows.at[g->at + k], k < detailed, out);
    }
    buf_str(out, "</tbody></table>\n");
    if (s->rows.len + s->unkept > shown) {
        buf_str(out, "<p class=\"dim\">and ");
        layout_number(out, s->rows.len + s->unkept - shown);
        buf_str(out, " more; <code>--format json</code> has all of them.</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- one finding in full ---- */

static void largest(const struct story_row *r, struct buf *out)
{
    if (!r->largest_count)
        return;
    buf_str(out, "<h4>What is in it</h4><table class=\"small\"><thead><tr><th>Name</th><th class=\"num\">Records</th>"
                 "<th class=\"num\">Size</th></tr></thead><tbody>");
    for (size_t i = 0; i < r->largest_count; i++) {
        const struct story_collection *c = &r->largest[i];
        buf_str(out, "<tr><td><code>");
        html_text(out, c->name);
        buf_str(out, "</code></td>");
        number_cell(out, c->records, html_count);
        number_cell(out, c->bytes, html_bytes);
        buf_str(out, "</tr>");
    }
    buf_str(out, "</tbody></table>");
    if (r->collections > (int64_t)r->largest_count) {
        buf_str(out, "<p class=\"dim\">the largest ");
        layout_number(out, r->largest_count);
        buf_str(out, " of ");
        layout_number(out, (uint64_t)r->collections);
        buf_str(out, "</p>");
    }
}

static void evidence(const struct story_row *r, struct buf *out)
{
    if (!r->evidence_count)
        return;
    buf_str(out, "<h4>Evidence</h4><table class=\"small\"><thead><tr><th>Fact</th><th>Value</th><th>Asked with</th>"
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
        buf_str(out, "<p class=\"dim\">and ");
        layout_number(out, r->evidence_left);
        buf_str(out, " more in the JSON output</p>");
    }
}

static void life(const struct story *s, const struct story_row *r, struct buf *out)
{
    buf_str(out, "<p class=\"dim\">");
    if (s->run.history) {
        buf_str(out, r->is_new ? "New in this run. " : "First seen ");
        if (!r->is_new) {
            html_date(out, r->first_ms);
            buf_str(out, ", open since ");
            html_date(out, r->since_ms);
            buf_str(out, " (");
            html_age(out, s->run.started_ms - r->since_ms);
            buf_str(out, r->reopened ? "), closed in between. " : "). ");
        }
    }
    if (r->accepted_until_ms != COUNT_UNKNOWN) {
        buf_str(out, "Accepted until ");
        html_date(out, r->accepted_until_ms);
        buf_str(out, ": ");
        html_text(out, r->accepted_why);
        buf_str(out, " ");
    }
    buf_str(out, "Finding <code>");
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
    if (r->owner.len) {
        buf_str(out, " <span class=\"dim\">");
        html_text(out, r->owner);
        buf_str(out, "</span>");
    }
    buf_str(out, "</span>");
    if (r->records >= 0 || r->bytes >= 0) {
        buf_str(out, "<span class=\"size\">");
        if (r->records >= 0) {
            html_count(out, r->records);
            buf_str(out, r->records == 1 ? " record" : " records");
        }
        if (r->bytes >= 0) {
            buf_str(out, r->records >= 0 ? ", " : "");
            html_bytes(out, r->bytes);
        }
        buf_str(out, "</span>");
    }
    buf_str(out, "</summary><div class=\"body\"><p>");
    html_text(out, r->why);
    buf_str(out, "</p>");
    largest(r, out);
    evidence(r, out);
    if (r->fix.len) {
        buf_str(out, "<h4>The fix, for this one</h4>");
        fix(out, r->fix);
    }
    life(s, r, out);
    buf_str(out, "</div></details>\n");
}

/* ---- jobs ---- */

static void others(const struct story *s, const struct story_group *g, size_t from, struct buf *out)
{
    size_t end = g->count < from + HTML_PLACES_MAX ? g->count : from + HTML_PLACES_MAX;
    if (from >= g->count)
        return;
    buf_str(out, "<details class=\"others\"><summary><span>and ");
    html_many(out, g->count - from, "more endpoint", "more endpoints");
    buf_str(out, "</span></summary><p class=\"places\">");
    for (size_t i = from; i < end; i++) {
        buf_str(out, "<code>");
        html_text(out, s->rows.at[g->at + i]->where);
        buf_str(out, "</code> ");
    }
    if (end < g->count) {
        buf_str(out, "and ");
        layout_number(out, g->count - end);
        buf_str(out, " more in the JSON output");
    }
    buf_str(out, "</p></details>\n");
}

static void job(const struct story *s, const struct story_group *g, size_t number, size_t detailed, struct buf *out)
{
    buf_str(out, "<article class=\"job\" id=\"job-");
    layout_number(out, number);
    buf_str(out, "\"><h3><span class=\"n\">");
    layout_number(out, number);
    buf_str(out, "</span>");
    html_text(out, g->title);
    buf_str(out, "</h3><p class=\"meta\">");
    html_severity(out, g->severity);
    buf_str(out, "<span>");
    html_text(out, g->product);
    buf_str(out, "</span><span>");
    html_many(out, g->count, "endpoint", "endpoints");
    buf_str(out, "</span>");
    if (g->records >= 0) {
        buf_str(out, "<span>");
        html_count(out, g->records);
        buf_str(out, " records</span>");
    }
    if (g->bytes >= 0) {
        buf_str(out, "<span>");
        html_bytes(out, g->bytes);
        buf_str(out, "</span>");
    }
    buf_str(out, "</p>\n");
    if (g->count > 1) {
        buf_str(out, "<p class=\"dim\">Written for <code>");
        html_text(out, g->first->where);
        buf_str(out, "</code>; put in the address and port of each.</p>");
    }
    fix(out, g->fix);
    for (size_t i = 0; i < detailed; i++)
        in_full(s, s->rows.at[g->at + i], out);
    others(s, g, detailed, out);
    buf_str(out, "</article>\n");
}

void html_jobs(const struct story *s, struct buf *out)
{
    size_t shown = s->groups.len < HTML_JOBS_MAX ? s->groups.len : HTML_JOBS_MAX, left = HTML_DETAILS_MAX;
    if (!shown)
        return;
    buf_str(out, "<section id=\"do\"><h2>What to do, in this order</h2>\n");
    for (size_t i = 0; i < shown; i++) {
        size_t detailed = html_detailed(s->groups.at[i], &left);
        if (s->groups.at[i]->count)
            job(s, s->groups.at[i], i + 1, detailed, out);
    }
    if (s->groups.len > shown) {
        buf_str(out, "<p class=\"dim\">and ");
        html_many(out, s->groups.len - shown, "more job", "more jobs");
        buf_str(out, " in the JSON output</p>\n");
    }
    buf_str(out, "</section>\n");
}
