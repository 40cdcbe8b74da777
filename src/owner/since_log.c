/* A file is cut into its objects by one pass that knows strings and braces; each object is then
 * parsed by itself, so that memory does not grow with the file. */
#include "owner/since_log.h"

#include "base/clock.h"
#include "base/hex.h"
#include "owner/attribution.h"
#include "text/node.h"

enum {
    ENTRY_ARENA_BYTES = 8 << 20,
    KEY_BYTES_MAX = 400,
    SERIAL_BYTES_MAX = 128,
    NAMES_OF_ONE_MAX = 1000,
};

struct moment {
    int64_t first_ms;
};

void cert_log_init(struct cert_log *l, struct arena *a, uint64_t seed)
{
    *l = (struct cert_log){ .arena = a };
    table_init(&l->certificates, a, seed);
    table_init(&l->names, a, seed);
}

/* ---- keys ---- */

struct key {
    uint8_t at[KEY_BYTES_MAX];
    size_t len;
};

static void key_lower(struct key *k, struct span s)
{
    for (size_t i = 0; i < s.len && k->len < KEY_BYTES_MAX; i++)
        k->at[k->len++] = ascii_lower(s.at[i]);
}

/* A serial number is unique only under its issuer; programs print the issuer's name in different
 * orders, so its CN (else its O) has to do. */
static bool key_of_serial(struct key *k, struct span serial, struct span issuer, struct arena *a)
{
    k->len = 0;
    while (serial.len && serial.at[0] == '0')
        serial = span_from(serial, 1);
    struct span who = dn_value(issuer, "CN", a);
    if (who.len == 0)
        who = dn_value(issuer, "O", a);
    if (!span_is_hex(serial) || serial.len > SERIAL_BYTES_MAX || who.len == 0)
        return false;
    key_lower(k, serial);
    key_lower(k, SPAN(" "));
    key_lower(k, who);
    return true;
}

static bool key_of_sha256(struct key *k, struct span sha256)
{
    k->len = 0;
    if (sha256.len != 64 || !span_is_hex(sha256))
        return false;
    key_lower(k, sha256);
    return true;
}

static bool key_of_name(struct key *k, struct span name)
{
    k->len = 0;
    if (name.len == 0 || name.len > DOMAIN_BYTES_MAX)
        return false;
    key_lower(k, name);
    return true;
}

static int64_t first_of(const struct table *t, const struct key *k)
{
    const struct moment *m = table_get(t, span_of(k->at, k->len));
    return m ? m->first_ms : INT64_MAX;
}

/* False where the arena is full. */
static bool remember(struct cert_log *l, struct table *t, const struct key *k, int64_t ms)
{
    struct moment *m = table_get(t, span_of(k->at, k->len));
    if (m) {
        m->first_ms = ms < m->first_ms ? ms : m->first_ms;
        return true;
    }
    struct span key = arena_copy(l->arena, span_of(k->at, k->len));
    m = ARENA_NEW(l->arena, struct moment);
    if (!m || key.len != k->len)
        return false;
    m->first_ms = ms;
    return table_put(t, key, m);
}

/* ---- one entry ---- */

/* "2017-09-05T12:34:56.789", in UTC although it does not say so. */
static bool moment_of(struct span text, int64_t *ret_ms)
{
    char whole[24] = "";
    if (text.len < 19)
        return false;
    memcpy(whole, text.at, 19);
    whole[19] = 'Z';
    return time_parse(whole, ret_ms);
}

static bool take_names(struct cert_log *l, struct span names, int64_t ms, struct error *e)
{
    struct key k;
    for (size_t i = 0; i < NAMES_OF_ONE_MAX && names.len; i++) {
        if (!key_of_name(&k, span_trim(span_cut(&names, '\n'))))
            continue;
        if (++l->name_count > LOG_NAMES_MAX)
            return error_set(e, "more than %d names", LOG_NAMES_MAX);
        if (!remember(l, &l->names, &k, ms))
            return error_set(e, "out of memory");
    }
    return true;
}

/* An entry without the time of its logging says nothing, and is no error: crt.sh leaves it out where
 * it does not know. */
static bool take_entry(struct cert_log *l, const struct node *n, struct arena *scratch,
                       struct error *e)
{
    static const char *const HASHES[] = { "sha256", "cert_sha256", "fingerprint_sha256" };
    struct key k;
    int64_t ms;
    if (n->kind != NODE_MAP)
        return error_set(e, "an entry is no object");
    if (!node_get(n, "entry_timestamp") || (!node_get(n, "name_value") && !node_get(n, "serial_number")))
        return error_set(e, "an entry has no entry_timestamp, or neither name_value nor serial_number: "
                            "this is no export of crt.sh");
    if (!moment_of(node_text(node_get(n, "entry_timestamp")), &ms))
        return node_get(n, "entry_timestamp")->kind == NODE_NULL || error_set(e, "entry_timestamp is no time");
    for (size_t i = 0; i < sizeof(HASHES) / sizeof(*HASHES); i++)
        if (key_of_sha256(&k, node_text(node_get(n, HASHES[i]))) && !remember(l, &l->certificates, &k, ms))
            return error_set(e, "out of memory");
    if (key_of_serial(&k, node_text(node_get(n, "serial_number")), node_text(node_get(n, "issuer_name")), scratch) &&
        !remember(l, &l->certificates, &k, ms))
        return error_set(e, "out of memory");
    return take_names(l, node_text(node_get(n, "name_value")), ms, e) &&
           take_names(l, node_text(node_get(n, "common_name")), ms, e);
}

static bool parse_entry(struct cert_log *l, struct span text, struct error *e)
{
    struct arena scratch;
    if (++l->entries > LOG_ENTRIES_MAX)
        return error_set(e, "more than %d entries", LOG_ENTRIES_MAX);
    arena_init(&scratch, ENTRY_ARENA_BYTES);
    const struct node *n = json_parse(&scratch, text, e);
    bool ok = n && take_entry(l, n, &scratch, e);
    arena_release(&scratch);
    return ok;
}

/* ---- the file ---- */

/* The length of the object that the text starts with; 0 where it does not end. */
static size_t object_length(struct span text)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && i < LOG_ENTRY_BYTES_MAX; i++) {
        uint8_t c = text.at[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

static struct span skip_space(struct span s)
{
    while (s.len && ascii_is_space(s.at[0]))
        s = span_from(s, 1);
    return s;
}

static bool read_objects(struct cert_log *l, struct span left, struct error *e)
{
    left = skip_space(left);
    bool listed = span_starts(left, SPAN("["));
    left = skip_space(span_from(left, listed));
    bool first = true;
    while (left.len && left.at[0] != ']') {
        if (!first && listed) {
            if (left.at[0] != ',')
                return error_set(e, "a comma is missing");
            left = skip_space(span_from(left, 1));
        }
        first = false;
        size_t len = span_starts(left, SPAN("{")) ? object_length(left) : 0;
        if (len == 0)
            return error_set(e, "is no list of objects as crt.sh exports it, or ends in the middle");
        if (!parse_entry(l, span_first(left, len), e))
            return false;
        left = skip_space(span_from(left, len));
    }
    if (listed && left.len == 0)
        return error_set(e, "ends in the middle");
    if (listed)
        left = skip_space(span_from(left, 1));
    else if (first)
        return error_set(e, "is empty");
    return left.len == 0 || error_set(e, "goes on after its list");
}

bool cert_log_read(struct cert_log *l, const char *file, struct span text, struct error *e)
{
    size_t before = l->entries;
    if (read_objects(l, text, e))
        return true;
    return error_in(e, "%.200s: entry %zu", file, l->entries - before);
}

/* ---- facts ---- */

static int64_t exact_match(const struct cert_log *l, const struct observation *c)
{
    struct key k;
    int64_t ms = INT64_MAX;
    if (key_of_sha256(&k, fact_get_text(c, "cert.sha256")))
        ms = first_of(&l->certificates, &k);
    if (ms == INT64_MAX && key_of_serial(&k, fact_get_text(c, "cert.serial"),
                                         fact_get_text(c, "cert.issuer"), c->arena))
        ms = first_of(&l->certificates, &k);
    return ms;
}

void cert_log_add_facts(const struct cert_log *l, struct observation *c)
{
    struct key k;
    int64_t named_ms = INT64_MAX;
    if (l->entries == 0 || c->kind != KIND_TLS)
        return;
    int64_t ms = exact_match(l, c);
    struct span names = fact_get_text(c, "cert.names");
    if (key_of_name(&k, dn_value(fact_get_text(c, "cert.subject"), "CN", c->arena)))
        named_ms = first_of(&l->names, &k);
    for (size_t i = 0; i < CERT_NAMES_LOOKED_AT_MAX && names.len; i++)
        if (key_of_name(&k, span_cut(&names, ','))) {
            int64_t one_ms = first_of(&l->names, &k);
            named_ms = one_ms < named_ms ? one_ms : named_ms;
        }
    if (ms != INT64_MAX)
        fact_time(c, "ct.logged", ms, NULL, SPAN_NONE);
    if (named_ms != INT64_MAX)
        fact_time(c, "ct.names_logged", named_ms, NULL, SPAN_NONE);
}
