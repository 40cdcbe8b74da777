/* Sentences out of plain data; nothing is kept. */
#include "report/words.h"

#include "base/say.h"
#include "record/tier.h"
#include "report/formats.h"
#include "text/amount.h"
#include "text/escape.h"

enum { HASH_DIGITS = 32, HASH_SHOWN = 12, TOLD_BYTES = 4096 };
static const int64_t DAY_MS = 86400000;

const char *in_english(const char *english)
{
    return english;
}

/* A sentence of ours that another room made. */
static void put_made(struct buf *out, struct span english, tongue *in)
{
    if (in == in_english)
        buf_put(out, english);
    else
        say_made(out, NULL, english);
}

int64_t count_sum(int64_t a, int64_t b)
{
    int64_t sum;
    if (a < 0 || b < 0)
        return a < 0 ? b < 0 ? COUNT_UNKNOWN : b : a;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void put_foreign(struct buf *out, struct span s)
{
    escape_tty(out, span_first(s, WORDS_TEXT_MAX));
    if (s.len > WORDS_TEXT_MAX)
        buf_str(out, "...");
}

/* ", " before all but the first part of a sentence that began at `from`. */
static void put_comma(struct buf *out, size_t from, tongue *in)
{
    if (out->len > from)
        buf_str(out, in(", "));
}

static int64_t elapsed(int64_t from_ms, int64_t now_ms)
{
    int64_t ms;
    return __builtin_sub_overflow(now_ms, from_ms, &ms) ? 0 : ms;
}

void words_made(struct buf *out, const char *about, struct span english)
{
    struct buf told;
    if (!say_is_foreign()) {
        escape_tty(out, english);
        return;
    }
    buf_init(&told, 4 * english.len + TOLD_BYTES);
    say_made(&told, about, english);
    escape_tty(out, buf_ok(&told) ? buf_span(&told) : english);
    buf_release(&told);
}

void words_trouble(struct buf *out, const char *trouble)
{
    words_made(out, NULL, span_first(span_str(trouble), TROUBLE_MAX));
}

/* ---- since when ---- */

void words_life(struct buf *out, const struct finding_life *life, int64_t now_ms)
{
    if (!life->known)
        return;
    if (life->is_new) {
        buf_str(out, _("new"));
        return;
    }
    buf_str(out, life->reopened ? _("open again since ") : _("open since "));
    put_date(out, life->opened_ms);
    buf_str(out, _(", "));
    say_age(out, elapsed(life->opened_ms, now_ms));
    if (life->reopened)
        buf_printf(out, say_many(", closed %s time before", ", closed %s times before", life->reopened),
                   COUNTED(life->reopened));
}

void words_closed(struct buf *out, const struct finding_view *v, tongue *in)
{
    char text[ENDING_TEXT_MAX];
    if (v->open)
        return;
    buf_str(out, in("Closed "));
    put_date(out, v->closed_ms);
    if (v->proof != PROOF_NONE) {
        struct buf how = { .at = (uint8_t[4 * ENDING_TEXT_MAX]){ 0 }, .cap = 4 * ENDING_TEXT_MAX,
                           .max = 4 * ENDING_TEXT_MAX };
        put_made(&how, proof_text(v->proof, v->proof_detail, text), in);
        buf_str(out, in(": "));
        escape_tty(out, buf_span(&how));
    }
    buf_str(out, in("."));
}

struct span words_unseen(const struct finding_life *life, char text[static UNSEEN_WORDS_MAX], tongue *in)
{
    char why[ENDING_TEXT_MAX];
    struct buf out = { .at = (uint8_t *)text, .cap = UNSEEN_WORDS_MAX, .max = UNSEEN_WORDS_MAX };
    if (!life->known || life->unseen == UNSEEN_NOT)
        return SPAN_NONE;
    struct buf how = { .at = (uint8_t[4 * ENDING_TEXT_MAX]){ 0 }, .cap = 4 * ENDING_TEXT_MAX,
                       .max = 4 * ENDING_TEXT_MAX };
    put_made(&how, unseen_text((enum unseen)life->unseen, life->unseen_detail, why), in);
    buf_str(&out, in("not seen since "));
    put_date(&out, life->seen_ms);
    buf_str(&out, in(": "));
    escape_tty(&out, buf_span(&how));
    return buf_span(&out);
}

const struct since *since_best(const struct finding *f)
{
    const struct since *best = NULL;
    for (size_t i = 0; i < f->since.len; i++) {
        const struct since *s = &f->since.at[i];
        if (s->source && strcmp(s->source, SINCE_OUTSIDE) == 0)
            continue; /* it is told by itself */
        bool surer = best && s->strength >= STRENGTH_LIKELY && best->strength < STRENGTH_LIKELY;
        bool earlier = best && s->at_ms < best->at_ms &&
                       (s->strength >= STRENGTH_LIKELY || best->strength < STRENGTH_LIKELY);
        if (!best || surer || earlier)
            best = s;
    }
    return best && !(f->life.known && elapsed(best->at_ms, f->life.opened_ms) < DAY_MS) ? best : NULL;
}

struct span since_text(const struct since *s)
{
    struct span strength = span_str(strength_name(s->strength));
    size_t end = s->text.len, tail = strength.len + 1;
    if (end < tail + 2 || s->text.at[end - 1] != ')' || !span_eq(span_sub(s->text, end - tail, strength.len), strength))
        return s->text;
    while (end > 0 && s->text.at[end - 1] != '(')
        end--;
    return end > 1 ? span_trim(span_first(s->text, end - 1)) : s->text;
}

/* ---- whose ---- */

void words_whose(struct buf *out, const struct finding *f)
{
    size_t from = out->len;
    if (f->owner.len) {
        put_foreign(out, f->owner);
    } else if (f->owners.len) {
        const struct attribution *a = &f->owners.at[0];
        if (a->strength != STRENGTH_PROVEN) {
            buf_str(out, a->strength == STRENGTH_LIKELY ? _("likely ") : _("perhaps "));
        }
        put_foreign(out, a->who);
        buf_str(out, " (");
        put_foreign(out, span_str(say(a->how)));
        buf_byte(out, ')');
    }
    if (f->tier.len) {
        put_comma(out, from, say);
        put_foreign(out, f->tier);
    }
    if (f->contact.len) {
        put_comma(out, from, say);
        put_foreign(out, f->contact);
    }
    if (f->tags.len) {
        put_comma(out, from, say);
        put_foreign(out, f->tags);
    }
}

unsigned tier_rank(struct span tier)
{
    return tier_raises(tier) ? 0 : tier.len ? 1 : 2;
}

/* ---- fleets ---- */

void words_fleet(struct buf *out, const struct fleet *f, tongue *in)
{
    static const char *const STATES[] = { N_(" open"), N_(" half-open"), N_(" locked") };
    const size_t counts[] = { f->open, f->partial, f->locked };
    bool first = true;
    put_count(out, f->member_count);
    buf_str(out, in(" set up alike"));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (!counts[i])
            continue;
        buf_str(out, first ? in("; ") : in(", "));
        first = false;
        put_count(out, counts[i]);
        buf_str(out, in(STATES[i]));
    }
}

static bool is_hash(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]) && (ascii_lower(s.at[i]) < 'a' || ascii_lower(s.at[i]) > 'f'))
            return false;
    return s.len >= HASH_DIGITS;
}

static void put_reason(struct buf *out, const struct fleet_reason *r, tongue *in)
{
    if (r->trait && strcmp(r->trait, "product and version") != 0) {
        put_foreign(out, span_str(in(r->trait)));
        buf_byte(out, ' ');
    }
    if (is_hash(r->value)) {
        buf_put(out, span_first(r->value, HASH_SHOWN));
        buf_str(out, "...");
    } else {
        put_foreign(out, r->value);
    }
}

void words_reasons(struct buf *out, const struct fleet *f, size_t max, tongue *in)
{
    size_t from = out->len;
    for (size_t i = 0; i < f->reasons.len && i < max; i++) {
        put_comma(out, from, in);
        put_reason(out, &f->reasons.at[i], in);
        if (f->reasons.at[i].shared_by && f->reasons.at[i].shared_by < f->member_count) {
            buf_str(out, in(" ("));
            put_count(out, f->reasons.at[i].shared_by);
            buf_str(out, in(" of them)"));
        }
    }
}

void words_accept(struct buf *out, const char *fingerprint, int64_t now_ms)
{
    static const int64_t DAYS_90_MS = 90LL * 86400000;
    buf_str(out, "ajar accept ");
    buf_put(out, span_first(span_str(fingerprint), HASH_SHOWN));
    buf_str(out, " --until ");
    put_date(out, now_ms + DAYS_90_MS);
    buf_str(out, " --why 'REASON'");
}
