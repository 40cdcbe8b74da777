/* What the formats for people say in the same words: how long something is open, whose it is, what
 * says so and how surely, and what makes a fleet one. Foreign text in them was made visible
 * (escape_tty); a format still escapes the whole for its own language. The room's own header. */
#ifndef AJAR_REPORT_WORDS_H
#define AJAR_REPORT_WORDS_H

#include "base/say.h"
#include "report/report.h"

enum { WORDS_TEXT_MAX = 300 }; /* bytes of one foreign text; longer is cut and ends in "..." */

/* In which language words are put that machines read as well: say for people, in_english for machines. What has no
 * such argument is for people alone, in their language. */
typedef const char *tongue(const char *english);
const char *in_english(const char *english);

/* a + b, where COUNT_UNKNOWN adds nothing; saturating. */
int64_t count_sum(int64_t a, int64_t b);

/* "new", "again since 2026-01-02, the 3rd time", "open since 2026-01-02, 10 months"; nothing where
 * the life is not known. */
void words_life(struct buf *out, const struct finding_life *life, int64_t now_ms);
/* "Closed 2026-11-22: its host shut the port.", in the words of proof_text(); nothing where it is open.
 * Visible, as escape_tty() makes it. */
void words_closed(struct buf *out, const struct finding_view *v, tongue *in);
/* "not seen since 2026-01-02: no answer"; nothing where it was seen when it was asked for last. Visible, as
 * escape_tty() makes it. */
enum { UNSEEN_WORDS_MAX = 4 * ENDING_TEXT_MAX + 64 };
struct span words_unseen(const struct finding_life *life, char text[static UNSEEN_WORDS_MAX], tongue *in);
/* "Shop team, finance, shop@example.org" as the scope file states it; else the strongest
 * attribution, "likely Example Org (certificate names)"; else nothing. */
void words_whose(struct buf *out, const struct finding *f);
/* The earliest evidence that is at least likely, else the earliest; NULL where it goes back no more than
 * a day beyond what the store saw. */
const struct since *since_best(const struct finding *f);

/* Its sentence without the source and strength that it may end in, as in "... (collections, hint)". */
struct span since_text(const struct since *s);

/* "14 set up alike; 12 open, 1 half-open, 1 locked" */
void words_fleet(struct buf *out, const struct fleet *fleet, tongue *in);
/* "certificate key 4f1c2ab9e0d3..., kibana 5.5.3, ports 5601"; `max` reasons at most. */
void words_reasons(struct buf *out, const struct fleet *fleet, size_t max, tongue *in);

/* A sentence that another room or the store made, in the reader's language (say_made()) and visible (escape_tty()). */
void words_made(struct buf *out, const char *about, struct span english);
/* Why a run ended early, in the reader's language and visible. */
enum { TROUBLE_MAX = 2048 };
void words_trouble(struct buf *out, const char *trouble);

/* Who comes first: 0 a tier that raises severity (record/tier.h), 1 another, 2 none. */
unsigned tier_rank(struct span tier);

/* "ajar accept 7be1f0c2a9d8 --until 2027-02-28 --why 'REASON'": a command that is taken as it stands; `why` is the
 * reader's to write. The day is 90 days from `now_ms`. */
void words_accept(struct buf *out, const char *fingerprint, int64_t now_ms);

#endif
