/* ajar probe: one conversation on a plain blocking socket, every byte both ways shown. */
#include <errno.h>
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/one.h"
#include "cmd/options.h"
#include "probe/probe.h"
#include "sweep/ladder.h"
#include "text/escape.h"
#include "tls/tls.h"

enum { ARENA_MAX = 256 << 20, SHOWN_BYTES_MAX = 4096, LINE_BYTES = 96, WORDS_MAX = 256 };

static const struct option_row ROWS[] = {
    { "tls", NULL, N_("start with a TLS handshake")},
    { "scope", "FILE", N_("what may be asked and who owns it; public addresses need one")},
    { "catalog", "DIR...", N_("also the HTTP products described in DIR")},
    { NULL, NULL, NULL },
};

struct probing {
    struct arena *arena;
    struct plan_options plan;
    const char *catalogs[4];
    size_t catalog_count;
    bool tls;
};

void help_probe(void)
{
    puts(_("\nPRODUCT is one of `ajar list`'s wire protocols, http, or any for the whole ladder. The first\n"
         "bytes of files that may hold secrets are not shown.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct probing *p = self;
    if (row == 0) {
        p->tls = true;
        return true;
    }
    if (row == 1)
        return (p->plan.scope = scope_load(p->arena, value, e)) != NULL;
    if (p->catalog_count == sizeof(p->catalogs) / sizeof(p->catalogs[0]))
        return error_set(e, "--catalog was given too often");
    p->catalogs[p->catalog_count++] = value;
    return true;
}

/* Bytes in lines of LINE_BYTES, cut at SHOWN_BYTES_MAX. */
static void show(const char *arrow, struct span bytes)
{
    struct span left = span_first(bytes, SHOWN_BYTES_MAX);
    while (left.len) {
        struct buf line;
        struct span part = span_first(left, LINE_BYTES);
        size_t newline = span_index(part, '\n');
        if (newline < part.len)
            part.len = newline + 1;
        buf_init(&line, 8 * LINE_BYTES);
        escape_bytes(&line, part);
        printf("%s %.*s\n", arrow, SPAN_FMT(buf_span(&line)));
        buf_release(&line);
        left = span_from(left, part.len);
    }
    if (bytes.len > SHOWN_BYTES_MAX)
        printf("%s ... %zu bytes more\n", arrow, bytes.len - SHOWN_BYTES_MAX);
}

static void on_opened(void *self, const struct endpoint *e, enum wire_dress dress, enum wire_fault f)
{
    char where[ENDPOINT_TEXT_MAX];
    (void)self;
    printf("= connect %s%s: %s\n", endpoint_text(e, where), dress == WIRE_IN_TLS ? " in TLS" : "",
           f == WIRE_FINE ? "accepted" : wire_fault_text(f));
}

/* Whether the answers that come are told to nobody (ASK_FRONT). */
struct listening {
    bool hides;
};

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    struct listening *l = self;
    (void)e;
    l->hides = a->class == ASK_FRONT;
    printf("= ask %s: %s\n", a->name, a->why);
    show(">", bytes);
}

static void on_received(void *self, const struct endpoint *e, struct span bytes)
{
    const struct listening *l = self;
    (void)e;
    if (l->hides)
        printf("< %zu bytes, not shown: they may begin with a secret\n", bytes.len);
    else
        show("<", bytes);
}

static void print_fact(const struct fact *f)
{
    struct buf b;
    char when[TIME_TEXT_MAX];
    buf_init(&b, 8 * FACT_TEXT_MAX);
    switch (f->type) {
    case FACT_TEXT:
        escape_tty(&b, f->text);
        break;
    case FACT_NUMBER:
        buf_i64(&b, f->number);
        break;
    case FACT_BOOL:
        buf_str(&b, f->number ? "true" : "false");
        break;
    case FACT_TIME:
        buf_str(&b, time_text(f->number, when));
        break;
    }
    printf("    %-20s %.*s\n", f->key, SPAN_FMT(buf_span(&b)));
    buf_release(&b);
}

static void print_count(const char *what, int64_t value)
{
    if (value != COUNT_UNKNOWN)
        printf("    %-20s %lld\n", what, (long long)value);
}

static void print_observation(const struct observation *o)
{
    printf("\n%s%s%s: %s\n", o->product, o->via ? " behind " : "", o->via ? o->via : "", outcome_name(o->outcome));
    print_count("collections", o->collection_count);
    print_count("records", o->records);
    print_count("bytes", o->bytes);
    for (size_t i = 0; i < o->facts.len; i++)
        print_fact(&o->facts.at[i]);
}

struct choice {
    const struct probe *probe;
    bool http, any;
};

static bool choose(const char *word, struct choice *ret, struct error *e)
{
    const char *names[WORDS_MAX] = { "any", "http" };
    ret->any = strcmp(word, "any") == 0;
    ret->http = strcmp(word, "http") == 0;
    ret->probe = probe_by_name(span_str(word));
    if (ret->any || ret->http || ret->probe)
        return true;
    for (size_t i = 0; PROBES[i] && i < WORDS_MAX - 3; i++)
        names[i + 2] = PROBES[i]->name;
    const char *near = nearest_word(names, word);
    return error_set(e, "there is no probe \"%s\"%s%s%s; HTTP products are probed with http", word,
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void converse(const struct choice *ch, const struct catalog *c, const struct tls_trust *trust, struct wire *w,
                     struct visit *v, bool tls)
{
    static struct ladder ladder;
    if (ch->any) {
        ladder_init(&ladder, c, PROBES);
        ladder.trust = trust;
        ladder_climb(&ladder, w, v);
        return;
    }
    if (!wire_again(w, tls ? WIRE_IN_TLS : WIRE_PLAIN))
        return;
    if (ch->http) {
        http_visit(w, c, v, false);
    } else {
        struct observation *o = visit_observe(v, ch->probe->name, ch->probe->kind);
        if (o && (o->outcome = ch->probe->run(w, o)) == OUTCOME_NOT_MINE)
            v->observations.len--;
    }
    if (wire_tls(w))
        tls_observe(w, trust, v);
}

static int probe_endpoint(const struct probing *p, const struct choice *ch, const struct catalog *c,
                          const struct endpoint *at)
{
    static struct one_socket own;
    struct socket_back back;
    struct visit v;
    struct error e;
    struct listening listening = { .hides = false };
    const struct wire_ear ear = { .self = &listening, .opened = on_opened, .sent = on_sent, .received = on_received };
    if (!one_open(&own, NULL, &e))
        return cmd_fail(EXIT_INCOMPLETE, &e);
    socket_back_init(&back, &own.thread);
    visit_init(&v, p->arena, at);
    struct wire_limits limits = wire_limits_for(ONE_PATIENCE_MS);
    struct wire *w = wire_new(p->arena, &back.back, at, &limits, &CLOCK_SYSTEM, &ear);
    if (w)
        converse(ch, c, own.trust, w, &v, p->tls);
    visit_settle(&v);
    bool known = false;
    for (size_t i = 0; i < v.observations.len; i++) {
        print_observation(&v.observations.at[i]);
        known |= v.observations.at[i].kind != KIND_UNKNOWN;
    }
    if (!known)
        printf(_("\nnothing recognised: %s\n"), v.why ? v.why : w ? wire_fault_text(wire_fault(w)) : _("no memory"));
    wire_end(w);
    one_close(&own);
    return known ? EXIT_NOTHING : EXIT_INCOMPLETE;
}

int cmd_probe(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct choice choice;
    struct endpoint at;
    const struct catalog *c;
    struct probing p = { .arena = &a };
    int args;
    arena_init(&a, ARENA_MAX);
    bool ok = options_parse(ROWS, argc, argv, &args, take, &p, &e) &&
              (args == 2 || error_set(&e, "write `ajar probe PRODUCT ADDRESS:PORT`, as in "
                                          "`ajar probe redis 127.0.0.1:6379`")) &&
              choose(argv[1], &choice, &e) && one_endpoint(&a, &p.plan, argv[2], &at, &e) &&
              (c = load_catalog_to_ask(&a, p.catalogs, p.catalog_count, &e));
    if (ok && choice.probe && choice.probe->transport == TRANSPORT_TCP && at.transport == TRANSPORT_UDP)
        ok = error_set(&e, "\"%s\" is asked over TCP; `ajar list` says what is asked over UDP", argv[1]);
    else if (ok && choice.probe)
        at.transport = (uint8_t)choice.probe->transport;
    int status = ok ? probe_endpoint(&p, &choice, c, &at) : cmd_fail(EXIT_USAGE, &e);
    arena_release(&a);
    return status;
}
