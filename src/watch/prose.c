#include "watch/prose.h"

#include "base/say.h"
#include "text/amount.h"

enum { SENTENCE_MAX = 4 * NOTICE_TEXT_MAX };

/* ---- the sentence ---- */

static enum proof proof_named(struct span name)
{
    for (int p = 0; p < PROOF_COUNT; p++)
        if (name.len && proof_name((enum proof)p) && span_is(name, proof_name((enum proof)p)))
            return (enum proof)p;
    return PROOF_NONE;
}

/* What became of it: "new", "fixed", "not seen". */
static const char *says(const struct node *change)
{
    struct span kind = node_text(node_get(change, "change"));
    enum proof proof = proof_named(node_text(node_get(node_get(change, "finding"), "proof")));
    for (int k = NOTICE_NEW; k <= NOTICE_NOT_SEEN; k++)
        if (span_is(kind, notice_kind_name((enum notice_kind)k)))
            return k == NOTICE_FIXED && proof != PROOF_NONE ? proof_says(proof) : notice_says((enum notice_kind)k);
    return NULL;
}

static void put_product(struct buf *out, const struct node *f)
{
    struct span product = node_text(node_get(f, "product")), version = node_text(node_get(f, "version"));
    if (!product.len)
        return;
    buf_str(out, _(" ("));
    buf_put(out, product);
    buf_str(out, version.len ? " " : "");
    buf_put(out, span_first(version, 100));
    buf_str(out, _(")"));
}

static void put_told(struct buf *out, const struct node *change, const char *became)
{
    const struct node *f = node_get(change, "finding");
    struct span what = node_text(node_get(change, "what")), title = node_text(node_get(f, "title"));
    const char *severity = severity_name(SEVERITY_INFO);
    enum severity s;
    if (severity_parse(node_text(node_get(change, "severity")), &s))
        severity = severity_name(s);
    if (f) {
        struct buf named;
        buf_init(&named, SENTENCE_MAX);
        say_made(&named, "rule", title.len ? title : node_text(node_get(f, "rule")));
        /* TRANSLATORS: severity, what became of it, title, where */
        buf_printf(out, _("%s %s: %.*s at %.*s"), say(severity), say(became), SPAN_FMT(buf_span(&named)),
                   SPAN_FMT(node_text(node_get(f, "endpoint"))));
        buf_release(&named);
        put_product(out, f);
    } else {
        buf_str(out, say(became));
    }
    if (what.len) {
        buf_str(out, _(": "));
        say_made(out, NULL, what);
    }
}

static void put_digest(struct buf *out, const struct node *list)
{
    const struct node *worst = NULL;
    size_t count = 0;
    enum severity s, most = SEVERITY_INFO;
    for (const struct node *c = list->first; c; c = c->next, count++)
        if (severity_parse(node_text(node_get(c, "severity")), &s) && (!worst || s > most)) {
            worst = c;
            most = s;
        }
    say_count(out, count, "change", "changes");
    const char *became = worst ? says(worst) : NULL;
    if (!became)
        return;
    buf_str(out, count == 1 ? _(": ") : _(", the worst: "));
    put_told(out, worst, became);
}

void prose_sentence(struct buf *out, const struct node *message, size_t max)
{
    const struct node *list = node_get(message, "changes");
    const char *became = list ? NULL : says(message);
    struct buf told;
    buf_init(&told, SENTENCE_MAX);
    if (say_is_foreign() && list)
        put_digest(&told, list);
    else if (say_is_foreign() && became)
        put_told(&told, message, became);
    put_visible(out, told.len && buf_ok(&told) ? buf_span(&told) : node_text(node_get(message, "text")), max);
    buf_release(&told);
}

void prose_title(struct buf *out, struct span english, size_t max)
{
    struct buf told;
    buf_init(&told, SENTENCE_MAX);
    say_made(&told, "rule", english);
    put_visible(out, buf_ok(&told) ? buf_span(&told) : english, max);
    buf_release(&told);
}

/* ---- a message in full ---- */

static void put_line(struct buf *out, const char *label, struct span s)
{
    if (s.len == 0)
        return;
    buf_printf(out, "%s", label);
    put_visible(out, s, NOTICE_TEXT_MAX);
    buf_byte(out, '\n');
}

static void put_why(struct buf *out, struct span why)
{
    struct buf told;
    if (!why.len)
        return;
    buf_init(&told, SENTENCE_MAX);
    say_made(&told, "rule", why);
    put_line(out, _("  why       "), buf_ok(&told) ? buf_span(&told) : why);
    buf_release(&told);
}

static void put_change(struct buf *out, const struct node *change, size_t fix_lines)
{
    const struct node *f = node_get(change, "finding");
    int64_t records;
    prose_sentence(out, change, NOTICE_TEXT_MAX);
    buf_byte(out, '\n');
    put_line(out, _("  where     "), node_text(node_get(f, "endpoint")));
    put_line(out, _("  name      "), node_text(node_get(f, "name")));
    put_why(out, node_text(node_get(f, "why")));
    put_line(out, _("  open from "), node_text(node_get(f, "opened")));
    put_line(out, _("  closed    "), node_text(node_get(f, "closed")));
    if (node_i64(node_get(f, "records"), &records))
        buf_printf(out, _("  records   %lld\n"), (long long)records);
    put_line(out, _("  finding   "), node_text(node_get(f, "fingerprint")));
    /* What is closed needs no closing. */
    struct span fix = node_text(node_get(f, "closed")).len ? SPAN_NONE : node_text(node_get(f, "fix"));
    if (fix.len && fix_lines)
        buf_str(out, _("\nHow to close it:\n"));
    for (size_t i = 0; fix.len && i < fix_lines; i++)
        put_line(out, "    ", span_cut(&fix, '\n'));
}

void prose_changes(struct buf *out, const struct message *m, size_t fix_lines)
{
    const struct node *list = node_get(m->root, "changes");
    for (const struct node *c = list ? list->first : m->root; c; c = list ? c->next : NULL) {
        put_change(out, c, fix_lines);
        buf_byte(out, '\n');
    }
}
