#include "cmd/asks.h"

#include "cmd/catalog_verb.h"
#include "cmd/cmd.h"
#include "probe/probe.h"
#include "sample/sampler.h"
#include "sweep/knocker.h"
#include "sweep/ladder.h"
#include "sweep/reverse_dns.h"
#include "text/escape.h"
#include "tls/hellos.h"
#include "tls/tls.h"

const struct ask *all_asks(const struct catalog *c, size_t i)
{
    if (i-- == 0)
        return &KNOCK_ASK;
    for (size_t k = 0; LADDER_ASKS[k]; k++)
        if (i-- == 0)
            return LADDER_ASKS[k];
    for (size_t k = 0; TLS_ASKS[k]; k++)
        if (i-- == 0)
            return TLS_ASKS[k];
    for (size_t k = 0; tls_hello_at(k); k++)
        if (i-- == 0)
            return tls_hello_at(k);
    for (size_t k = 0; DNS_ASKS[k]; k++)
        if (i-- == 0)
            return DNS_ASKS[k];
    for (size_t p = 0; PROBES[p]; p++)
        for (size_t k = 0; PROBES[p]->asks[k]; k++)
            if (i-- == 0)
                return PROBES[p]->asks[k];
    for (size_t k = 0; sample_ask(k); k++)
        if (i-- == 0)
            return sample_ask(k);
    return catalog_ask(c, i);
}

/* A backslash twice, so that it is never taken for the beginning of an escape. */
static void print_bytes(struct buf *out, struct span s)
{
    for (size_t at = 0; at < s.len;) {
        struct span rest = span_from(s, at);
        size_t n = span_index(rest, '\\');
        escape_bytes(out, span_first(rest, n));
        if (n < rest.len)
            buf_str(out, "\\\\");
        at += n + 1;
    }
}

void ask_print(struct buf *out, const struct ask *a)
{
    for (size_t i = 0; i < ASK_PARTS_MAX && a->parts[i].kind != PART_END; i++) {
        const struct ask_part *p = &a->parts[i];
        if (p->kind == PART_BYTES)
            print_bytes(out, p->bytes);
        else if (p->kind == PART_HOLE)
            buf_printf(out, "{%s, at most %zu}", p->label, p->max);
        else
            buf_str(out, "{length}");
    }
}

static void print_all(const struct catalog *c, struct buf *b)
{
    const struct ask *ask;
    for (size_t i = 0; (ask = all_asks(c, i)); i++) {
        buf_printf(b, "%s: %s\n    ", ask->name, ask->why);
        ask_print(b, ask);
        buf_byte(b, '\n');
    }
}

int cmd_asks(int argc, char **argv)
{
    static const struct catalog_format FORMATS[] = { { "text", print_all }, { NULL, NULL } };
    return catalog_verb(argc, argv, FORMATS);
}
