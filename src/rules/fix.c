/* The text of a fix: what it says of every endpoint alike, and the blocks that are the same for every product. */
#include "rules/rule.h"

#include "base/writer.h"

/* It hooks in before the translation of addresses, so that it
 * holds for a port that Docker publishes as well; a packet that it drops is dropped whatever a later chain accepts.
 * Pasted twice it replaces itself. */
static const char FIREWALL[] =
    "nft -f - <<'END'\n"
    "table inet ajar_{port}\n"
    "delete table inet ajar_{port}\n"
    "table inet ajar_{port} {\n"
    "  chain strangers {\n"
    "    type filter hook prerouting priority -300; policy accept;\n"
    "    iifname \"lo\" accept\n"
    "    meta l4proto != { tcp, udp } accept\n"
    "    th dport != {port} accept\n"
    "    fib daddr type != local accept\n"
    "    ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept\n"
    "    ip6 saddr { fd00::/8, fe80::/10 } accept\n"
    "    drop\n"
    "  }\n"
    "}\n"
    "END";

/* nginx takes the place of a server that listens on loopback from then on: the same address, the same port. `nginx -t`
 * binds, so that it refuses while the server still has the address. */
#define PROXY_BEGIN                                                                                               \
    "# nginx takes its place, on the same port, with a certificate of yours, /etc/nginx/cert.pem and key.pem. In a\n" \
    "# container the server listens as it did, and -p 127.0.0.1:{port}:{port} is where it is published.\n"
#define PROXY_SERVER                            \
    "server {\n"                                \
    "  listen {endpoint} ssl;\n"                \
    "  ssl_certificate /etc/nginx/cert.pem;\n"  \
    "  ssl_certificate_key /etc/nginx/key.pem;\n"
#define PROXY_REST                                                \
    "  client_max_body_size 0;\n"                                 \
    "  location / {\n"                                            \
    "    proxy_pass http://127.0.0.1:{port};\n"                   \
    "    proxy_http_version 1.1;\n"                               \
    "    proxy_read_timeout 1h;\n"                                \
    "    proxy_set_header Host $http_host;\n"                     \
    "    proxy_set_header X-Forwarded-For $remote_addr;\n"        \
    "    proxy_set_header X-Forwarded-Proto $scheme;\n"           \
    "    proxy_set_header Upgrade $http_upgrade;\n"               \
    "    proxy_set_header Connection $http_connection;\n"
#define PROXY_END                      \
    "  }\n"                            \
    "}\n"                              \
    "END\n"                            \
    "nginx -t && systemctl reload nginx"

static const char TLS_PROXY[] = PROXY_BEGIN
    "cat >/etc/nginx/conf.d/ajar-{port}.conf <<'END'\n" PROXY_SERVER PROXY_REST
    PROXY_END;

/* The server behind has no login of its own: it is not told nginx's. */
static const char LOGIN_PROXY[] = PROXY_BEGIN
    "hash=$(printf %s 'A-LONG-PASSWORD' | openssl passwd -6 -stdin)\n"
    "printf '%s\\n' \"an-own-name:$hash\" >/etc/nginx/ajar-{port}.users\n"
    "chown root:www-data /etc/nginx/ajar-{port}.users && chmod 640 /etc/nginx/ajar-{port}.users\n"
    "cat >/etc/nginx/conf.d/ajar-{port}.conf <<'END'\n" PROXY_SERVER
    "  auth_basic \"closed\";\n"
    "  auth_basic_user_file /etc/nginx/ajar-{port}.users;\n" PROXY_REST
    "    proxy_set_header Authorization \"\";\n" PROXY_END;

/* What stands for many lines; each may occur once in a text. */
static const struct block {
    const char *word, *text;
} BLOCKS[] = { { "{firewall}", FIREWALL }, { "{login-proxy}", LOGIN_PROXY }, { "{tls-proxy}", TLS_PROXY } };
enum { BLOCK_COUNT = sizeof(BLOCKS) / sizeof(BLOCKS[0]), BLOCK_FIELDS = 16 };

static const char *const LIVE[] = { "{port}", "{address}", "{endpoint}", "{name}", "{product}" };
enum live { LIVE_PORT, LIVE_ADDRESS, LIVE_ENDPOINT, LIVE_NAME, LIVE_PRODUCT, LIVE_COUNT };

bool fix_is_live(struct span text)
{
    for (size_t i = 0; i < LIVE_COUNT; i++)
        if (span_has(text, LIVE[i]))
            return true;
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        if (span_has(text, BLOCKS[i].word))
            return true;
    return false;
}

static void put_field(struct writer *w, enum live field, const struct visit *v, const char *product)
{
    char scratch[ENDPOINT_TEXT_MAX];
    const struct endpoint *e = &v->endpoint;
    if (field == LIVE_PORT)
        writer_dec(w, e->port);
    else if (field == LIVE_PRODUCT)
        writer_str(w, product);
    else if (field == LIVE_ENDPOINT)
        writer_str(w, endpoint_text(e, scratch));
    else if (field == LIVE_NAME && e->name)
        writer_str(w, e->name);
    else
        writer_str(w, address_text(&e->address, scratch));
}

static void put_live(struct writer *w, struct span text, const struct visit *v, const char *product)
{
    while (text.len) {
        size_t plain = span_index(text, '{'), i = 0;
        writer_put(w, span_first(text, plain));
        text = span_from(text, plain);
        while (i < LIVE_COUNT && !span_starts(text, span_str(LIVE[i])))
            i++;
        if (i < LIVE_COUNT)
            put_field(w, (enum live)i, v, product);
        else
            writer_put(w, span_first(text, text.len ? 1 : 0));
        text = span_from(text, i < LIVE_COUNT ? strlen(LIVE[i]) : text.len ? 1 : 0);
    }
}

/* The block that begins first, and where; NULL where there is none. */
static const struct block *first_block(struct span text, size_t *ret_at)
{
    const struct block *first = NULL;
    *ret_at = SIZE_MAX;
    for (size_t i = 0; i < BLOCK_COUNT; i++) {
        size_t at = span_find(text, span_str(BLOCKS[i].word));
        if (at < *ret_at) {
            *ret_at = at;
            first = &BLOCKS[i];
        }
    }
    return first;
}

static void put_fix(struct writer *w, struct span text, const struct visit *v, const char *product)
{
    size_t at;
    for (const struct block *block; (block = first_block(text, &at));) {
        put_live(w, span_first(text, at), v, product);
        put_live(w, span_str(block->text), v, product);
        text = span_from(text, at + strlen(block->word));
    }
    put_live(w, text, v, product);
}

/* Two passes would be slower than one generous buffer: a live block holds few fields. */
struct span fix_render(const struct fix *fix, const struct visit *v, const char *product, struct arena *a)
{
    size_t cap = fix->text.len + (BLOCK_COUNT + 1) * BLOCK_FIELDS * (ENDPOINT_NAME_MAX + ENDPOINT_TEXT_MAX);
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        cap += strlen(BLOCKS[i].text);
    struct arena scratch;
    arena_init(&scratch, cap * 2 + 4096);
    uint8_t *text = arena_alloc(&scratch, cap);
    struct writer w = writer_over(text, text ? cap : 0);
    put_fix(&w, fix->text, v, product);
    struct span made = writer_ok(&w) ? arena_copy(a, writer_span(&w)) : fix->text;
    arena_release(&scratch);
    return made;
}
