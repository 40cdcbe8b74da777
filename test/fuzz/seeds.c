/* Writes seeds for the fuzzers from what the tests know already.
 *
 *     seeds OUT TAPE_DIR
 *
 * OUT gets one directory a target: every tape in the form of peer.h for its probe and for the
 * ladder, its text for the tape's own reader, what it says is asked for the asks; every example of
 * the catalog for HTTP. Files of the same content have the same name. */
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/random.h"
#include "peer.h"
#include "record/codec.h"
#include "sweep/sweep.h"
#include "text/node.h"
#include "wire/tape.h"

enum { FILE_MAX = 1 << 20, SEED_MAX = 256 << 10 };

static const char *out_dir;

static void write_seed(const char *target, struct span bytes)
{
    char path[1024];
    mkdir(out_dir, 0777);
    snprintf(path, sizeof(path), "%s/%s", out_dir, target);
    mkdir(path, 0777);
    snprintf(path, sizeof(path), "%s/%s/%016llx", out_dir, target, (unsigned long long)siphash(1, 2, bytes));
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes.at, 1, bytes.len, f) != bytes.len || fclose(f) != 0) {
        fprintf(stderr, "seeds: %s cannot be written\n", path);
        exit(1);
    }
}

static struct span read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at = arena_alloc(a, FILE_MAX);
    size_t n = f && at ? fread(at, 1, FILE_MAX, f) : 0;
    if (f)
        fclose(f);
    return span_of(at, n);
}

static void give(struct buf *out, struct span bytes)
{
    while (bytes.len) {
        struct span piece = span_first(bytes, 0xffff);
        buf_byte(out, STEP_GIVE);
        buf_byte(out, (uint8_t)piece.len);
        buf_byte(out, (uint8_t)(piece.len >> 8));
        buf_put(out, piece);
        bytes = span_from(bytes, piece.len);
    }
}

static void put_steps(struct buf *out, const struct tape *t)
{
    for (size_t i = 0; i < t->steps.len; i++) {
        const struct tape_step *s = &t->steps.at[i];
        switch (s->kind) {
        case TAPE_GIVE:
            give(out, s->bytes);
            break;
        case TAPE_HUSH:
            buf_byte(out, STEP_HUSH);
            break;
        case TAPE_CLOSE:
            buf_byte(out, STEP_CLOSE);
            break;
        case TAPE_RESET:
            buf_byte(out, STEP_RESET);
            break;
        case TAPE_CONNECT:
            buf_byte(out, STEP_CONNECT);
            break;
        case TAPE_REFUSE:
            buf_byte(out, STEP_REFUSE);
            break;
        case TAPE_NO_TLS:
            buf_byte(out, (uint8_t)(STEP_NO_TLS + STEP_COUNT * peer_no_tls(s->fault)));
            break;
        case TAPE_EXPECT:
        case TAPE_TLS:
            break;
        }
    }
}

/* The visit that the tape leads to, as the sweeper would send it. */
static void seed_record(const struct tape *t, const struct probe *p)
{
    static struct tape_back back;
    struct arena arena;
    struct visit v;
    struct buf out;
    arena_init(&arena, 16 << 20);
    buf_init(&out, 1 << 20);
    struct endpoint at = FUZZ_ENDPOINT;
    at.transport = (uint8_t)p->transport;
    visit_init(&v, &arena, &at);
    tape_back_init(&back, t, &TAPE_AS_WRITTEN);
    struct wire *w = wire_new(&arena, &back.back, &at, &FUZZ_LIMITS, &CLOCK_SYSTEM, NULL);
    wire_again(w, WIRE_PLAIN);
    struct observation *o = visit_observe(&v, p->name, p->kind);
    o->outcome = p->run(w, o);
    wire_end(w);
    buf_byte(&out, SWEEP_VISIT);
    visit_encode(&out, &v);
    if (buf_ok(&out))
        write_seed("record", buf_span(&out));
    tape_back_release(&back);
    buf_release(&out);
    arena_release(&arena);
}

static void seed_tape(const char *path)
{
    struct arena arena;
    struct tape t;
    struct error e;
    struct buf steps, ladder;
    char target[64];
    arena_init(&arena, 32 << 20);
    struct span text = read_file(&arena, path);
    if (text.len < SEED_MAX && tape_parse(&arena, text, &t, &e)) {
        const struct probe *p = probe_by_name(t.probe);
        buf_init(&steps, SEED_MAX);
        buf_init(&ladder, SEED_MAX);
        if (!p)
            buf_byte(&steps, 0); /* fuzz_http begins with a port */
        put_steps(&steps, &t);
        buf_byte(&ladder, 11); /* a port that hints at nothing */
        buf_byte(&ladder, STEP_HUSH);
        put_steps(&ladder, &t);
        snprintf(target, sizeof(target), p ? "probe-%s" : "http", p ? p->name : "");
        if (buf_ok(&steps) && buf_ok(&ladder)) {
            write_seed(target, buf_span(&steps));
            write_seed("ladder", buf_span(&ladder));
        }
        write_seed("tape", text);
        if (p)
            seed_record(&t, p);
        buf_release(&steps);
        buf_release(&ladder);
    }
    arena_release(&arena);
}

static void put_crlf(struct buf *out, struct span text)
{
    bool head = true;
    while (text.len) {
        struct span line = span_cut(&text, '\n');
        buf_put(out, line);
        if (head && (line.len == 0 || line.at[line.len - 1] != '\r'))
            buf_byte(out, '\r');
        if (text.len || head)
            buf_byte(out, '\n');
        head = head && line.len > 0 && !span_is(line, "\r");
    }
}

/* All answers of one example, in order, and each body that is JSON. */
static void seed_example(const struct node *example)
{
    struct buf steps, answer;
    buf_init(&steps, SEED_MAX);
    buf_init(&answer, SEED_MAX);
    const struct node *answers = node_get(example, "answers");
    buf_byte(&steps, 0);
    for (const struct node *n = answers ? answers->first : NULL; n; n = n->next) {
        buf_reset(&answer);
        put_crlf(&answer, node_text(n));
        struct span text = buf_span(&answer);
        give(&steps, text);
        size_t body = span_find(text, SPAN("\r\n\r\n"));
        if (body != SIZE_MAX)
            write_seed("json", span_from(text, body + 3));
    }
    if (steps.len > 1 && buf_ok(&steps))
        write_seed("http", buf_span(&steps));
    buf_release(&steps);
    buf_release(&answer);
}

static void seed_yaml(const char *path)
{
    struct arena arena;
    struct error e;
    struct buf chosen;
    arena_init(&arena, 64 << 20);
    buf_init(&chosen, FILE_MAX + 1);
    struct span text = read_file(&arena, path);
    const struct node *root = yaml_parse(&arena, text, &e);
    const struct node *examples = root ? node_get(root, "examples") : NULL;
    for (const struct node *n = examples ? examples->first : NULL; n; n = n->next)
        seed_example(n);
    bool rule = strncmp(path, "rules/", 6) == 0;
    buf_byte(&chosen, rule ? 3 : 2);
    buf_put(&chosen, text);
    write_seed("yaml", buf_span(&chosen));
    buf_release(&chosen);
    arena_release(&arena);
}

/* The file as it is. */
static void seed_catalog(const char *path)
{
    struct arena arena;
    arena_init(&arena, 4 << 20);
    write_seed("catalog", read_file(&arena, path));
    arena_release(&arena);
}

/* Each line is a request; the byte before it says that it is one of the catalog. */
static void seed_law(const char *path)
{
    struct arena arena;
    arena_init(&arena, 4 << 20);
    struct span text = read_file(&arena, path);
    while (text.len) {
        struct buf one;
        struct span line = span_cut(&text, '\n');
        buf_init(&one, 4096);
        buf_byte(&one, '0');
        buf_put(&one, line);
        if (line.len && line.at[0] != '#')
            write_seed("law", buf_span(&one));
        buf_release(&one);
    }
    arena_release(&arena);
}

static void each_file(const char *dir, const char *end, void (*take)(const char *path))
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[1024];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            each_file(path, end, take);
        else if (span_ends(span_str(path), span_str(end)))
            take(path);
        free(names[i]);
    }
    free(names);
}

static void seed_words(void)
{
    static const char *const TARGETS[] = {
        "10.0.0.1", "10.1.0.0/24:9200,9300-9305", "10.0.0.1-99", "fd00::/120", "[fd00::/120]:9200", "db.internal:9200",
        "https://db.internal:5601/", "80,9200-9210%10.0.0.0/8\n127.0.0.0/8\n192.168.0.1!10.0.0.0/9\n10.200.0.0/16:80",
        "db1\n10.0.0.5:1-65535!db1", "https://es.corp/logs/%41/a.b~c_d-e/x?q#f", "http://10.0.0.5/logs/\ndb1\nmany\ngone",
        "0x08080808", "https://h/..", "https://h/%2e%2e/a//b",
    };
    static const char SCOPE[] = "\1owner: me\nallow:\n  - 10.0.0.0/8\n  - target: 192.0.2.0/24\n    owned: true\ndeny: [10.1.0.0/16]\n";
    static const char *const ASKS[] = { "\x10\0" "db\n", "\x14\0" "coll\ndb", "\x30\0" "127.0.0.1:80", "\x32\0" "base\nh:1" };
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++)
        write_seed("target", span_str(TARGETS[i]));
    for (size_t i = 0; i < sizeof(ASKS) / sizeof(ASKS[0]); i++)
        write_seed("ask", span_of(ASKS[i], strlen(ASKS[i] + 2) + 2));
    write_seed("yaml", span_of(SCOPE, sizeof(SCOPE) - 1));
    write_seed("reader", SPAN("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"));
}

/* A certificate of its own, bare, and inside the ServerHello and Certificate of TLS 1.0. */
static void seed_tls(void)
{
    struct buf der, handshake;
    uint8_t *bytes = NULL;
    X509 *x = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509V3_CTX context;
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)"db.example", -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, "DNS:*.example,IP:192.168.1.2,IP:fd00::1");
    if (!names || !X509_add_ext(x, names, -1) || !X509_set_pubkey(x, key) || !X509_sign(x, key, EVP_sha256()))
        abort();
    size_t len = (size_t)i2d_X509(x, &bytes);
    buf_init(&der, SEED_MAX);
    buf_byte(&der, 0);
    buf_put(&der, span_of(bytes, len));
    write_seed("tls", buf_span(&der));

    static const uint8_t HELLO[] = { 0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1 };
    buf_init(&handshake, SEED_MAX);
    buf_put(&handshake, span_of(HELLO, sizeof(HELLO)));
    for (int i = 0; i < 32; i++)
        buf_byte(&handshake, 'r');
    const size_t all = len + 10;
    const uint8_t head[] = { 0, 0, 5, 0, 0x16, 3, 1, (uint8_t)(all >> 8), (uint8_t)all, 11, 0, (uint8_t)((len + 6) >> 8),
                             (uint8_t)(len + 6), 0, (uint8_t)((len + 3) >> 8), (uint8_t)(len + 3), 0, (uint8_t)(len >> 8),
                             (uint8_t)len };
    buf_put(&handshake, span_of(head, sizeof(head)));
    buf_put(&handshake, span_of(bytes, len));
    buf_reset(&der);
    buf_byte(&der, 1);
    give(&der, buf_span(&handshake));
    write_seed("tls", buf_span(&der));
    /* A whole audit: the same answer to every question, TLS 1.2 with the certificate and the end of the server's turn. */
    static const uint8_t DONE[] = { 0x16, 3, 3, 0, 4, 14, 0, 0, 0 };
    buf_put(&handshake, span_of(DONE, sizeof(DONE)));
    buf_reset(&der);
    buf_byte(&der, 2);
    for (int i = 0; i < 24; i++) {
        buf_byte(&der, STEP_CONNECT);
        give(&der, buf_span(&handshake));
    }
    write_seed("tls", buf_span(&der));
    buf_release(&der);
    buf_release(&handshake);
    OPENSSL_free(bytes);
    X509_EXTENSION_free(names);
    EVP_PKEY_free(key);
    X509_free(x);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: seeds OUT TAPE_DIR\n");
        return 2;
    }
    out_dir = argv[1];
    each_file(argv[2], ".tape", seed_tape);
    each_file("catalog", ".yaml", seed_yaml);
    each_file("catalog", ".yaml", seed_catalog);
    each_file("rules", ".yaml", seed_yaml);
    each_file("test/data", "_requests.tsv", seed_law);
    seed_words();
    seed_tls();
    return 0;
}
