/* ajar tls: the TLS of one endpoint in full, as people read it. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/one.h"
#include "cmd/options.h"
#include "probe/probe.h"
#include "report/finding_json.h"
#include "report/layout.h"
#include "rules/judge.h"
#include "sweep/audit.h"
#include "text/amount.h"
#include "text/escape.h"
#include "tls/tls.h"

enum { ARENA_MAX = 256 << 20, KEY_COLUMNS = 16, TEXT_COLUMNS = 80 };
enum row { ROW_SCOPE, ROW_CA, ROW_VERBOSE, ROW_JSON, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_SCOPE] = { "scope", "FILE", N_("what may be asked and who owns it; public addresses need one") },
    [ROW_CA] = { "ca", "FILE",
                 N_("authorities that your clients trust besides the system's, revocation lists, as PEM") },
    [ROW_VERBOSE] = { "verbose", NULL, N_("also what to paste, for each weakness") },
    [ROW_JSON] = { "json", NULL, N_("one JSON object: facts and findings") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct auditing {
    struct arena *arena;
    struct plan_options plan;
    const char *authorities;
    bool json, verbose;
};

void help_tls(void)
{
    puts(_("\nHOST:PORT is an address or a name, as in 127.0.0.1:443 or db.example:5432. TLS inside PostgreSQL,\n"
         "MySQL, SQL Server, LDAP, SMTP, IMAP, POP3, FTP and NATS is found and asked as well.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct auditing *p = self;
    if (row == ROW_SCOPE)
        return (p->plan.scope = scope_load(p->arena, value, e)) != NULL;
    if (row == ROW_CA)
        p->authorities = value;
    else if (row == ROW_VERBOSE)
        p->verbose = true;
    else
        p->json = true;
    return true;
}

/* ---- as people read it --------------------------------------------------------------------- */

/* A row of the table: words, wrapped behind their key. */
static void print_row(const char *key, struct span text)
{
    struct buf safe;
    size_t column = KEY_COLUMNS;
    buf_init(&safe, 8 * FACT_TEXT_MAX);
    escape_tty(&safe, text);
    struct span left = buf_span(&safe);
    struct buf label;
    buf_init(&label, 256);
    layout_left(&label, span_str(say(key)), KEY_COLUMNS - 2);
    printf("  %.*s", SPAN_FMT(buf_span(&label)));
    buf_release(&label);
    while (left.len) {
        struct span word = span_cut(&left, ' ');
        if (column > KEY_COLUMNS && column + 1 + word.len > TEXT_COLUMNS)
            printf("\n%*s", (int)(column = KEY_COLUMNS), "");
        column += word.len + (size_t)printf("%s", column > KEY_COLUMNS ? " " : "");
        printf("%.*s", SPAN_FMT(word));
    }
    putchar('\n');
    buf_release(&safe);
}

/* "a, b; c": what is known of the parts, joined by `between`. */
static void add(struct buf *line, const char *between, struct span text)
{
    if (text.len == 0)
        return;
    if (line->len)
        buf_str(line, between);
    buf_put(line, text);
}

/* `yes` or `no` where the fact is true or false, nothing where it is not known. */
static void add_either(struct buf *line, const struct observation *o, const char *key, const char *yes, const char *no)
{
    const struct fact *f = fact_get(o, key);
    if (f)
        add(line, _("; "), span_str(say(f->number ? yes : no)));
}

static void add_prefixed(struct buf *line, const struct observation *o, const char *key, const char *before,
                         const char *after)
{
    char text[128];
    struct span value = fact_get_text(o, key);
    if (!value.len)
        return;
    snprintf(text, sizeof(text), "%s%.*s%s", say(before), SPAN_FMT(span_first(value, 64)), say(after));
    add(line, _("; "), span_str(text));
}

static void print_line(const char *key, struct buf *line)
{
    if (line->len)
        print_row(key, buf_span(line));
    buf_reset(line);
}

static void print_offer(const struct observation *o, struct buf *line)
{
    const struct fact *bits = fact_get(o, "tls.dh_bits");
    add(line, _("; "), fact_get_text(o, "tls.versions"));
    print_line(N_("versions"), line);
    add_prefixed(line, o, "tls.weak", N_("weak suites: "), "");
    add_prefixed(line, o, "tls.forward_secrecy", N_("forward secrecy "), "");
    add_either(line, o, "tls.aead", "", N_("no authenticated encryption"));
    add_either(line, o, "tls.cbc", N_("takes CBC mode"), "");
    add_prefixed(line, o, "tls.preference", N_("the "), N_(" chooses"));
    print_line(N_("suites"), line);
    add_prefixed(line, o, "tls.group", "", "");
    if (bits)
        buf_printf(line, _("%sDiffie-Hellman of %lld bits"), line->len ? "; " : "", (long long)bits->number);
    add_either(line, o, "tls.sha1_signatures", N_("signs by SHA-1"), "");
    add_prefixed(line, o, "tls.post_quantum", N_("post-quantum: "), "");
    print_line(N_("key exchange"), line);
    add_either(line, o, "tls.secure_renegotiation", N_("secure renegotiation"), N_("no secure renegotiation"));
    add_either(line, o, "tls.compression", N_("compression"), N_("no compression"));
    add_either(line, o, "tls.fallback_signal", N_("notices downgrades"), N_("does not notice downgrades"));
    add_either(line, o, "tls.master_secret", N_("extended master secret"), "");
    add_either(line, o, "tls.heartbeat", N_("heartbeats"), "");
    add_either(line, o, "tls.stapled", N_("stapled status"), "");
    add_either(line, o, "tls.client_cert_asked", N_("asks for a client's certificate"), "");
    print_line(N_("habits"), line);
    add_prefixed(line, o, "tls.nameless", N_("without a name: "), "");
    add_prefixed(line, o, "tls.wrong_name", N_("for another name: "), "");
    if (!span_is(fact_get_text(o, "tls.alpn"), "none"))
        add_prefixed(line, o, "tls.alpn", N_("by ALPN: "), "");
    print_line(N_("names"), line);
}

static void print_certificate(const struct observation *o, struct buf *line)
{
    const struct fact *from = fact_get(o, "cert.not_before"), *until = fact_get(o, "cert.not_after");
    add(line, _("; "), fact_get_text(o, "cert.subject"));
    print_line(N_("certificate"), line);
    if (!span_eq(fact_get_text(o, "cert.issuer"), fact_get_text(o, "cert.subject")))
        add_prefixed(line, o, "cert.issuer", "", "");
    print_line(N_("issuer"), line);
    if (from && until) {
        buf_str(line, _("from "));
        put_date(line, from->number);
        buf_str(line, _(" to "));
        put_date(line, until->number);
    }
    print_line(N_("valid"), line);
    add(line, _("; "), fact_get_text(o, "cert.names"));
    print_line(N_("for"), line);
    add(line, _("; "), fact_get_text(o, "cert.key"));
    add(line, _("; "), fact_get_text(o, "cert.signature"));
    print_line(N_("key"), line);
    add(line, _("; "), fact_get_text(o, "cert.chain"));
    add_prefixed(line, o, "cert.chain.missing", N_("not sent: "), "");
    add(line, _("; "), fact_get_text(o, "cert.chain.why"));
    add_prefixed(line, o, "cert.chain.sent", N_("sent untidily: "), "");
    print_line(N_("chain"), line);
    add_either(line, o, "cert.revoked", N_("revoked"), N_("not revoked"));
    add_prefixed(line, o, "tls.stapled_says", N_("the server's own answer says: "), "");
    print_line(N_("status"), line);
}

static void print_weak(const struct finding *f)
{
    struct buf why;
    buf_init(&why, 8 * FACT_TEXT_MAX);
    say_made(&why, "rule", f->why);
    print_row(severity_name(f->severity), buf_ok(&why) ? buf_span(&why) : f->why);
    buf_release(&why);
}

static void print_fixes(const struct findings *found)
{
    bool first = true;
    for (size_t i = 0; i < found->list.len; i++) {
        const struct finding *f = &found->list.at[i];
        bool told = false;
        for (size_t k = 0; k < i; k++)
            told |= span_eq(found->list.at[k].fix, f->fix);
        if (told || !f->fix.len)
            continue;
        printf("%s\n%.*s", first ? _("\nWhat to paste:\n") : "", SPAN_FMT(f->fix));
        first = false;
    }
}

static bool has_fixes(const struct findings *found)
{
    for (size_t i = 0; i < found->list.len; i++)
        if (found->list.at[i].fix.len)
            return true;
    return false;
}

/* A screen; with the fixes it is more, so they wait to be asked for. */
static void print_page(const struct visit *v, const struct observation *o, const struct findings *found, bool fixes)
{
    char where[ENDPOINT_TEXT_MAX];
    struct buf line;
    const char *service = NULL;
    buf_init(&line, 4 * FACT_TEXT_MAX);
    for (size_t i = 0; i < v->observations.len && !service; i++)
        if (v->observations.at[i].kind != KIND_TLS && v->observations.at[i].kind != KIND_UNKNOWN)
            service = v->observations.at[i].product;
    printf("%s%s%s%s%s\n\n", v->endpoint.name ? v->endpoint.name : endpoint_text(&v->endpoint, where),
           v->endpoint.name ? _(" at ") : "", v->endpoint.name ? endpoint_text(&v->endpoint, where) : "",
           service ? ", " : "", service ? service : "");
    add_either(&line, o, "tls.inside", N_("inside the protocol, after a conversation in clear"), "");
    add_either(&line, o, "tls.beside_plain", N_("beside the same service in clear, on one port"), "");
    print_line(N_("TLS"), &line);
    print_offer(o, &line);
    print_certificate(o, &line);
    const struct fact *gaps = fact_get(o, "tls.unanswered");
    if (gaps)
        printf(_("\n  %lld questions met silence; what they asked is not stated.\n"), (long long)gaps->number);
    puts(found->list.len ? _("\nWeak:") : _("\nNothing is weak by today's rules."));
    for (size_t i = 0; i < found->list.len; i++)
        print_weak(&found->list.at[i]);
    if (fixes)
        print_fixes(found);
    else if (has_fixes(found))
        puts(_("\nWhat to paste against it: the same with --verbose."));
    buf_release(&line);
}

/* ---- as programs read it ------------------------------------------------------------------- */

static void print_json(const struct visit *v, const struct observation *o, const struct findings *found)
{
    char where[ENDPOINT_TEXT_MAX];
    struct buf out;
    buf_init(&out, 1 << 20);
    struct json j = json_visible_over(&out);
    json_object(&j, NULL);
    json_text(&j, "endpoint", span_str(endpoint_text(&v->endpoint, where)));
    json_object(&j, "facts");
    for (size_t i = 0; i < o->facts.len; i++)
        json_fact(&j, o->facts.at[i].key, &o->facts.at[i]);
    json_close(&j);
    json_array(&j, "findings");
    for (size_t i = 0; i < found->list.len; i++) {
        const struct finding *f = &found->list.at[i];
        json_object(&j, NULL);
        json_text(&j, "rule", span_str(f->rule));
        json_text(&j, "severity", span_str(severity_name(f->severity)));
        json_text(&j, "why", f->why);
        json_text(&j, "fix", f->fix);
        json_close(&j);
    }
    json_line(&j);
    printf("%.*s", SPAN_FMT(buf_span(&out)));
    buf_release(&out);
}

/* ---- the audit ----------------------------------------------------------------------------- */

/* Of the certificate's rules only: whether the store is open is what `ajar scan` says. */
static void keep_certificates(const struct visit *v, struct findings *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->list.len; i++)
        if (found->list.at[i].seen < v->observations.len && v->observations.at[found->list.at[i].seen].kind == KIND_TLS)
            found->list.at[kept++] = found->list.at[i];
    found->list.len = kept;
}

/* A port that no protocol has is asked for TLS first: that is what the question is about. */
static void expect_tls(struct ladder *l, uint16_t port)
{
    for (size_t i = 0; i < l->probe_count; i++)
        for (size_t k = 0; l->probes[i]->ports[k]; k++)
            if (l->probes[i]->ports[k] == port)
                return;
    l->tls_ports[port / 64] |= 1ull << port % 64;
    l->http_ports[port / 64] |= 1ull << port % 64;
}

static void talk(const struct auditing *p, const struct catalog *c, struct one_socket *own, struct visit *v)
{
    static struct ladder ladder;
    struct socket_back back;
    struct wire_limits limits = wire_limits_for(ONE_PATIENCE_MS), of_audit = audit_limits(&limits);
    socket_back_init(&back, &own->thread);
    ladder_init(&ladder, c, PROBES);
    ladder.trust = own->trust;
    expect_tls(&ladder, v->endpoint.port);
    struct wire *w = wire_new(p->arena, &back.back, &v->endpoint, &limits, &CLOCK_SYSTEM, NULL);
    if (w)
        ladder_climb(&ladder, w, v);
    bool dressed = w && wire_dressed(w);
    if (w)
        wire_end(w);
    w = wire_new(p->arena, &back.back, &v->endpoint, &of_audit, &CLOCK_SYSTEM, NULL);
    if (w) {
        audit_visit(&ladder, dressed, w, v);
        wire_end(w);
    }
    visit_settle(v);
}

static int audit_endpoint(const struct auditing *p, const struct catalog *c, const struct rulebook *book,
                          const struct endpoint *at)
{
    static struct one_socket own;
    struct visit v;
    struct error e;
    struct findings found = { 0 };
    char where[ENDPOINT_TEXT_MAX];
    if (!one_open(&own, p->authorities, &e))
        return cmd_fail(EXIT_INCOMPLETE, &e);
    visit_init(&v, p->arena, at);
    talk(p, c, &own, &v);
    one_close(&own);
    const struct observation *o = tls_certificate(&v);
    if (!o) {
        error_set(&e, "%s: %s", endpoint_text(at, where),
                  v.answered ? "no TLS is spoken there" : v.why ? v.why : "no answer");
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    if (!judge_visit(book->rules, &v, clock_wall_ms(&CLOCK_SYSTEM), p->arena, &found)) {
        error_set(&e, "no memory");
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    keep_certificates(&v, &found);
    p->json ? print_json(&v, o, &found) : print_page(&v, o, &found, p->verbose);
    bool weak = false;
    for (size_t i = 0; i < found.list.len; i++)
        weak |= found.list.at[i].severity >= SEVERITY_HIGH;
    return weak ? EXIT_FOUND : EXIT_NOTHING;
}

int cmd_tls(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct endpoint at;
    const struct catalog *c;
    const struct rulebook *book;
    struct auditing p = { .arena = &a };
    int args;
    arena_init(&a, ARENA_MAX);
    bool ok = options_parse(ROWS, argc, argv, &args, take, &p, &e) &&
              (args == 1 || error_set(&e, "write `ajar tls HOST:PORT`, as in `ajar tls 127.0.0.1:443`")) &&
              one_endpoint(&a, &p.plan, argv[1], &at, &e) && (c = load_catalog_to_ask(&a, NULL, 0, &e)) &&
              (book = load_rulebook(&a, NULL, &e));
    int status = ok ? audit_endpoint(&p, c, book, &at) : cmd_fail(EXIT_USAGE, &e);
    arena_release(&a);
    return status;
}
