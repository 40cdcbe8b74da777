/* See classify_report.h: over all files, and what stands in front of them and behind. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/classify_report.h"
#include "report/html.h"
#include "text/escape.h"
#include "text/json_write.h"

enum { SUMMARY_BYTES_MAX = 8 << 20 };

enum classify_format classify_format_by_name(const char *name)
{
    static const char *const NAMES[CLASSIFY_FORMATS] = { "text", "json", "csv", "html", "sarif" };
    unsigned i = 0;
    while (i < CLASSIFY_FORMATS && strcmp(name, NAMES[i]) != 0)
        i++;
    return (enum classify_format)i;
}

void classify_summary_init(struct classify_summary *s)
{
    memset(s, 0, sizeof(*s));
    arena_init(&s->arena, SUMMARY_BYTES_MAX);
    s->types = arena_array(&s->arena, SUMMARY_TYPES_MAX, sizeof(*s->types));
}

void classify_summary_release(struct classify_summary *s)
{
    arena_release(&s->arena);
}

static void count_type(struct classify_summary *s, const char *path, const struct ajar_pii_finding *f)
{
    size_t i = 0;
    while (i < s->type_count && strcmp(s->types[i].type, f->type) != 0)
        i++;
    if (i == SUMMARY_TYPES_MAX || !s->types)
        return;
    if (i == s->type_count) {
        char *type = arena_str(&s->arena, span_str(f->type)), *label = arena_str(&s->arena, span_str(f->label));
        if (!type || !label)
            return;
        s->types[s->type_count++].type = type;
        s->types[i].label = label;
    }
    s->types[i].files += s->types[i].last != path;
    s->types[i].last = path;
    s->types[i].distinct += f->distinct;
}

static bool is_better(const struct ajar_pii_finding *f, const char *path, const struct look_row *row)
{
    bool confirmed = f->state == AJAR_PII_CONFIRMED;
    if (confirmed != row->confirmed)
        return confirmed;
    if (f->distinct > row->distinct || f->distinct < row->distinct)
        return f->distinct > row->distinct;
    return strcmp(path, row->file) < 0; /* not by which thread came first */
}

static void add_row(struct classify_summary *s, const char *path, const struct ajar_pii_finding *f)
{
    size_t at = s->row_count;
    s->row_total++;
    while (at > 0 && is_better(f, path, &s->rows[at - 1]))
        at--;
    if (at == LOOK_ROWS_MAX)
        return;
    struct look_row row = { .file = arena_str(&s->arena, span_str(path)),
                            .field = arena_str(&s->arena, span_str(f->field)),
                            .label = arena_str(&s->arena, span_str(f->label)),
                            .confirmed = f->state == AJAR_PII_CONFIRMED,
                            .line = f->line,
                            .record = f->record,
                            .distinct = f->distinct };
    if (!row.file || !row.field || !row.label)
        return;
    s->row_count += s->row_count < LOOK_ROWS_MAX;
    for (size_t i = s->row_count - 1; i > at; i--)
        s->rows[i] = s->rows[i - 1];
    s->rows[at] = row;
}

void classify_summary_add(struct classify_summary *s, const char *path, const struct ajar_pii_summary *file,
                          const struct ajar_pii_finding *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (found[i].state == AJAR_PII_CONFIRMED && !found[i].test_data)
            count_type(s, path, &found[i]);
        add_row(s, path, &found[i]);
    }
    for (size_t i = 0; i < s->type_count; i++)
        s->types[i].last = NULL; /* paths of parts come and go */
    if (file->persons_known) {
        s->persons_low += file->persons_low;
        s->persons += file->persons;
        s->persons_high += file->persons_high;
    }
}

/* "12 of 340 files hold personal data or secrets, of about 4100 persons; 5 more are suspected; 9 could not be
 * read." */
static void put_sentence(struct buf *b, const struct classify_summary *s)
{
    buf_printf(b, say_many("%zu of %zu files holds personal data or secrets",
                           "%zu of %zu files hold personal data or secrets",
                           s->confirmed), s->confirmed, s->files);
    if (s->persons_high > 0) {
        bool wide = s->persons_high > 1.5 * s->persons_low;
        if (wide)
            buf_printf(b, _(", of %.0f to %.0f persons"), s->persons_low, s->persons_high);
        else
            buf_printf(b, _(", of about %.0f persons"), s->persons);
    }
    if (s->suspected)
        buf_printf(b, say_many("; %zu more is suspected to", "; %zu more are suspected to", s->suspected),
                   s->suspected);
    if (s->unread)
        buf_printf(b, _("; %zu could not be read"), s->unread);
    buf_str(b, _("."));
}

static void put_row_place(struct buf *b, const struct look_row *row)
{
    if (row->line || row->record)
        buf_printf(b, row->line ? _("line %llu") : _("record %llu"),
                   (unsigned long long)(row->line ? row->line : row->record));
}

static void text_head(struct buf *b, const struct classify_summary *s)
{
    put_sentence(b, s);
    buf_str(b, "\n");
    for (size_t i = 0; i < s->type_count; i++)
        buf_printf(b, say_many("  %s: in %zu file, %.0f distinct\n", "  %s: in %zu files, %.0f distinct\n",
                               s->types[i].files),
                   say(s->types[i].label), s->types[i].files, s->types[i].distinct);
    if (s->row_count)
        buf_str(b, s->row_total > s->row_count ? _("\nWhere to look first:\n") : _("\nWhere to look:\n"));
    for (size_t i = 0; i < s->row_count; i++) {
        const struct look_row *row = &s->rows[i];
        buf_str(b, "  ");
        escape_tty(b, span_str(row->file));
        buf_str(b, row->line || row->record ? _(", ") : "");
        put_row_place(b, row);
        buf_str(b, _(": "));
        escape_tty(b, span_str(row->field));
        buf_str(b, _(", "));
        buf_printf(b, "%s%s\n", say(row->label), row->confirmed ? "" : _(" (suspected)"));
    }
    buf_str(b, s->row_count ? "\n" : "");
}

static void html_head(struct buf *b, const struct classify_summary *s)
{
    buf_printf(b, "<!doctype html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title>\n<style>", say_tag(),
               _("Personal data"));
    buf_str(b, "body{font:15px/1.5 sans-serif;max-width:72em;margin:2em auto;padding:0 1em}"
               "table{border-collapse:collapse}td,th{text-align:left;padding:.2em .8em;border-bottom:1px solid #ccc}"
               ".confirmed{background:#fff0ee}h2{font-size:1.05em;margin-top:2em}</style>\n<h1>");
    put_sentence(b, s);
    html_say(b, "</h1>\n<table><tr><th>what</th><th>files</th><th>distinct</th></tr>\n");
    for (size_t i = 0; i < s->type_count; i++)
        buf_printf(b, "<tr><td>%s<td>%zu<td>%.0f</tr>\n", say(s->types[i].label), s->types[i].files,
                   s->types[i].distinct);
    html_say(b, "</table>\n<h2>Where to look first</h2>\n"
                "<table><tr><th>file</th><th>place</th><th>field</th><th>what</th></tr>\n");
    for (size_t i = 0; i < s->row_count; i++) {
        const struct look_row *row = &s->rows[i];
        buf_printf(b, "<tr class=\"%s\"><td>", row->confirmed ? "confirmed" : "suspected");
        escape_html(b, span_str(row->file));
        buf_str(b, "<td>");
        put_row_place(b, row);
        buf_str(b, "<td>");
        escape_html(b, span_str(row->field));
        buf_printf(b, "<td>%s</tr>\n", say(row->label));
    }
    buf_str(b, "</table>\n");
}

void classify_put_head(struct buf *b, enum classify_format f, const struct classify_summary *s, bool many)
{
    if (f == CLASSIFY_TEXT && many)
        text_head(b, s);
    else if (f == CLASSIFY_HTML)
        html_head(b, s);
    else if (f == CLASSIFY_CSV)
        buf_str(b, "file,format,field,type,label,category,state,test_data,k,n,hits,distinct_low,distinct,distinct_high,"
                   "log10_odds,line,record\n");
    else if (f == CLASSIFY_SARIF)
        buf_str(b, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
                   "\"tool\":{\"driver\":{\"name\":\"ajar classify\"}},\"results\":[");
}

void classify_put_foot(struct buf *b, enum classify_format f)
{
    if (f == CLASSIFY_HTML)
        buf_str(b, "</html>\n");
    else if (f == CLASSIFY_SARIF)
        buf_str(b, "\n]}]}\n");
}
