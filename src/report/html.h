/* The parts of the HTML report. Every part prints from the sorted story; text of the story is
 * visible already and goes through html_text(), nothing else prints foreign text. The room's own
 * header. */
#ifndef AJAR_REPORT_HTML_H
#define AJAR_REPORT_HTML_H

#include "report/story.h"
#include "report/words.h"

enum {
    HTML_ROWS_MAX = 10000,       /* lines of the table */
    HTML_DETAILS_MAX = 1000,     /* findings shown in full, in all */
    HTML_DETAILS_EACH_MAX = 25,  /* ... of one job */
    HTML_PLACES_MAX = 500,       /* further endpoints of one job, by name */
    HTML_JOBS_MAX = 200,
    HTML_FIRST_MAX = 3,
    HTML_FLEETS_MAX = 50,
    HTML_PARTIES_MAX = 100,
    HTML_OLDEST_MAX = 8,
    HTML_CERTIFICATES_MAX = 500,
    HTML_KINDS_MAX = 40,
};

/* Escaped for text and attributes. */
/* Markup of ours: what stands between its tags, and in their aria-label, in the reader's language. Each such piece is
 * a sentence of the catalogue, spaces included; tools/sentences finds them here. */
void html_say(struct buf *out, const char *markup);
void html_text(struct buf *out, struct span visible);
/* Each line by itself; comment lines are marked for the eye. */
void html_code(struct buf *out, struct span visible_lines);
/* "969.8 M", or a dash where it is not known. */
void html_count(struct buf *out, int64_t n);
/* "6.8 billion"; of what is known. */
void html_count_words(struct buf *out, int64_t n);
void html_bytes(struct buf *out, int64_t n);
/* "1.2 M+": a lower bound. */
void html_count_at_least(struct buf *out, int64_t n);
void html_bytes_at_least(struct buf *out, int64_t n);
/* <span class="sev high">high</span> */
void html_severity(struct buf *out, enum severity s);
/* A bar of 0 to 1 of its room, as SVG. */
void html_bar(struct buf *out, double share, const char *class);

/* <span class="tag">...</span>, of literal text or of a word of ours. */
void html_tag(struct buf *out, const char *word);
/* A cell of a table that sorts by `n`; `put` writes it. */
void html_number_cell(struct buf *out, int64_t n, void (*put)(struct buf *, int64_t));
/* Whether the finding is shown in full, under "f-FINGERPRINT". */
bool html_in_full(const struct story_row *r);

void html_page_begin(const struct story *s, struct buf *out);
void html_page_end(const struct story *s, struct buf *out);
void html_lead(const struct story *s, const struct report_summary *sum, struct buf *out);
void html_table(const struct story *s, struct buf *out);
void html_within(const struct story *s, struct buf *out);
void html_whose(const struct story *s, struct buf *out);
void html_since(const struct story *s, struct buf *out);
void html_fleets(const struct story *s, struct buf *out);
void html_jobs(const struct story *s, struct buf *out);
void html_closed(const struct story *s, struct buf *out);
void html_certificates(const struct story *s, struct buf *out);
void html_coverage(const struct story *s, const struct report_summary *sum, struct buf *out);
/* Whether there is anything for "What is in it". */
bool html_has_within(const struct story *s);
/* Whether there is anything for "Since when". */
bool html_has_since(const struct story *s);

#endif
