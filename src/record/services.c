/* Keys of what was counted: a hash of everything that makes a service another one, long enough that no two are
 * ever the same by chance. */
#include "record/services.h"

#include "base/buf.h"
#include "base/random.h"

enum { KEY_BYTES_MAX = 1024, WORD_MAX = 128 };

void services_init(struct services *s, struct arena *a, uint64_t seed)
{
    table_init(&s->seen, a, seed);
}

/* What the service says to be, or an empty span. */
static struct span identity_of(const struct observation *o)
{
    static const char *const KEYS[] = { "cluster.uuid", "server.uuid", "cluster.id", "id" };
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        struct span id = fact_get_text(o, KEYS[i]);
        if (id.len)
            return id;
    }
    return SPAN_NONE;
}

/* Name-based hosts are told apart by the web only. */
static bool hears_names(const struct observation *o)
{
    return o->kind == KIND_WEB || o->kind == KIND_DASHBOARD || o->kind == KIND_MONITOR || o->via;
}

static void put_word(struct buf *key, struct span word)
{
    buf_put(key, span_first(word, WORD_MAX));
    buf_byte(key, 0);
}

/* Two stores behind one dashboard are two, however alike. */
static size_t ordinal_of(const struct visit *v, const struct observation *o)
{
    size_t n = 0;
    for (const struct observation *at = v->observations.at; at != o; at++)
        n += strcmp(at->product, o->product) == 0;
    return n;
}

bool services_add(struct services *s, const struct visit *v, const struct observation *o)
{
    uint8_t room[KEY_BYTES_MAX];
    struct buf key = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    const struct endpoint *e = &v->endpoint;
    struct span id = identity_of(o);
    buf_put(&key, span_of(e->address.bytes, sizeof(e->address.bytes)));
    buf_u64(&key, endpoint_port(e));
    buf_byte(&key, o->tls ? 't' : 'p');
    buf_u64(&key, (uint64_t)o->outcome);
    buf_byte(&key, ' ');
    buf_u64(&key, ordinal_of(v, o));
    buf_byte(&key, ' ');
    put_word(&key, span_str(o->product));
    put_word(&key, span_str(o->via));
    put_word(&key, id);
    put_word(&key, span_first(span_str(e->path), id.len ? 0 : SIZE_MAX));
    if (!id.len && hears_names(o))
        put_word(&key, span_str(e->name));
    uint64_t hash[2] = { siphash(s->seen.key0, 1, buf_span(&key)), siphash(s->seen.key1, 2, buf_span(&key)) };
    if (table_get(&s->seen, span_of(hash, sizeof(hash))))
        return false;
    struct span kept = arena_copy(s->seen.arena, span_of(hash, sizeof(hash)));
    if (kept.len)
        table_put(&s->seen, kept, s);
    return true;
}
