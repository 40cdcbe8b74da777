#include "report/unknown.h"

#include "base/hex.h"
#include "base/random.h"
#include "report/words.h"
#include "text/escape.h"

enum { UNASKED_SHOWN = 160, REACTION_SHOWN = 12 };

const struct observation *unknown_of(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_UNKNOWN)
            return &v->observations.at[i];
    return NULL;
}

bool unknown_speaks(const struct observation *o)
{
    return fact_get_text(o, "greeting").len > 0;
}

static void put_greeting(struct buf *out, const struct observation *o, tongue *in)
{
    struct span said = fact_get_text(o, "greeting"), to = fact_get_text(o, "greeting.to");
    buf_str(out, span_is(to, "line")   ? in("answers a line of text with \"")
                 : span_is(to, "http") ? in("answers HTTP with \"")
                                       : in("says \""));
    escape_tty(out, span_first(said, UNKNOWN_GREETING_SHOWN));
    buf_str(out, said.len > UNKNOWN_GREETING_SHOWN ? "...\"" : "\"");
    if (span_is(to, "connect"))
        buf_str(out, in(" unasked"));
}

static void put_reactions(struct buf *out, const struct observation *o, tongue *in)
{
    static const char *const KEYS[] = { "reacts.line", "reacts.tls", "reacts.http" };
    static const char *const QUESTIONS[] = { N_("a line of text"), "TLS", "HTTP" };
    bool first = true;
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        struct span reaction = fact_get_text(o, KEYS[i]);
        if (reaction.len == 0)
            continue;
        buf_str(out, first ? in("; to ") : in(", to "));
        first = false;
        buf_str(out, in(QUESTIONS[i]));
        buf_str(out, in(": "));
        escape_tty(out, span_first(reaction, REACTION_SHOWN));
    }
}

void unknown_words(struct buf *out, const struct observation *o, tongue *in)
{
    struct span unasked = fact_get_text(o, "unasked");
    if (unknown_speaks(o))
        put_greeting(out, o, in);
    else
        buf_str(out, in("answers no question"));
    if (o->tls)
        buf_str(out, in(" inside TLS"));
    put_reactions(out, o, in);
    if (unasked.len == 0)
        return;
    bool cut = unasked.len > UNASKED_SHOWN;
    unasked = span_first(unasked, UNASKED_SHOWN);
    buf_str(out, in("; not asked: "));
    while (unasked.len) {
        escape_tty(out, span_cut(&unasked, ','));
        buf_str(out, unasked.len ? ", " : cut ? "..." : "");
    }
}

static bool is_like_nothing(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind != KIND_UNKNOWN && v->observations.at[i].kind != KIND_TLS)
            return false;
    return v->answered && v->end == END_DONE && (v->observations.len == 0 || unknown_of(v));
}

void unknowns_add(struct unknowns *u, struct arena *a, struct buf *scratch, const struct visit *v, bool all)
{
    const struct observation *o = unknown_of(v);
    char where[ENDPOINT_TEXT_MAX];
    if (!is_like_nothing(v))
        return;
    bool speaks = o && unknown_speaks(o);
    u->spoke += speaks;
    u->silent += !speaks;
    if (!o || (!speaks && !all) || u->kept.len == UNKNOWN_KEPT_MAX)
        return;
    buf_reset(scratch);
    escape_tty(scratch, span_str(endpoint_text(&v->endpoint, where)));
    if (v->endpoint.name) {
        buf_str(scratch, " (");
        escape_tty(scratch, span_first(span_str(v->endpoint.name), ENDPOINT_NAME_MAX));
        buf_byte(scratch, ')');
    }
    buf_byte(scratch, ' ');
    unknown_words(scratch, o, say);
    struct span line = arena_copy(a, buf_span(scratch));
    struct span *slot = line.len ? list_add(a, &u->kept) : NULL;
    if (slot)
        *slot = line;
    buf_reset(scratch);
}

/* Nothing opens or closes by it; it only keeps lines of two scans apart. */
static void name_line(const struct visit *v, char ret[FINGERPRINT_MAX])
{
    char where[ENDPOINT_TEXT_MAX], half[17];
    struct span place = span_str(endpoint_text(&v->endpoint, where));
    struct span name = v->endpoint.name ? span_str(v->endpoint.name) : SPAN_NONE;
    hex_encode_u64(siphash(1, 2, place), half);
    memcpy(ret, half, 16);
    hex_encode_u64(siphash(3, 4, name), half);
    memcpy(ret + 16, half, 17);
}

bool unknown_finding(const struct visit *v, struct buf *why, struct finding *ret)
{
    const struct observation *o = unknown_of(v);
    if (!o || !unknown_speaks(o))
        return false;
    *ret = (struct finding){
        .rule = "unknown", .title = N_("A service that Ajar does not know"), .severity = SEVERITY_INFO,
        .endpoint = v->endpoint, .product = o->product, .seen = (size_t)(o - v->observations.at),
        .fix = SPAN("# Nothing is wrong with it by itself. Find out what it is, and whether it should be reachable.\n"),
    };
    buf_reset(why);
    unknown_words(why, o, in_english);
    ret->why = buf_span(why);
    name_line(v, ret->fingerprint);
    return true;
}
