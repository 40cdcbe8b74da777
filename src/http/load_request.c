/* Loads requests and turns each into the asks that can be sent.
 *
 * A request is checked against the law (law.h) as it is written and again as it is sent through
 * a dashboard. The only holes are the host, the segments of a base path and a collection's name;
 * the last two take only what the server itself named. */
#include "http/load.h"

#include "base/random.h"
#include "base/table.h"
#include "http/index.h"
#include "http/law.h"
#include "http/url.h"

#define USER_AGENT "User-Agent: ajar/0.1 (security self-audit; asks for metadata only)\r\n"
#define ROOT_ACCEPT "application/json, text/html;q=0.9, */*;q=0.8"

enum { REQUEST_NAME_MAX = 40 };

const struct request *entry_request(const struct entry *e, struct span name)
{
    for (size_t i = 0; i < e->requests.len; i++)
        if (span_is(name, e->requests.at[i]->name))
            return e->requests.at[i];
    return NULL;
}

const struct request *entry_nested(const struct entry *dashboard, const struct route *route,
                                   const struct entry *store, const struct request *inner)
{
    for (size_t i = 0; i < dashboard->nested.len; i++) {
        const struct nested *n = &dashboard->nested.at[i];
        if (n->route == route && n->store == store && n->inner == inner)
            return n->sent;
    }
    return NULL;
}

unsigned entry_port_rank(const struct entry *e, uint16_t port)
{
    for (unsigned i = 0; e->ports[i]; i++)
        if (e->ports[i] == port)
            return i + 1;
    for (unsigned i = 0; e->tls_ports[i]; i++)
        if (e->tls_ports[i] == port)
            return i + 1;
    return 0;
}

bool load_request_named(struct mapper *m, const struct node *n, void *to)
{
    const struct request **ret = to;
    struct span name;
    char word[MAP_SHOWN_MAX];
    if (!map_text(m, n, &name))
        return false;
    *ret = entry_request(loader_of(m)->entry, name);
    if (*ret && (*ret)->first)
        return map_wrong(m, n, "the answer to \"%s\" is held against a form, and against nothing else",
                         map_shown(name, word));
    return *ret || map_wrong(m, n, "no request is named \"%s\"", map_shown(name, word));
}

/* Collects the parts of an ask; literal bytes that follow each other become one part. */
struct builder {
    struct arena *arena;
    struct ask *ask;
    size_t parts;
    bool failed;
};

static void build_bytes(struct builder *b, struct span s)
{
    if (s.len == 0)
        return;
    struct ask_part *last = b->parts ? &b->ask->parts[b->parts - 1] : NULL;
    if (last && last->kind == PART_BYTES) {
        uint8_t *joined = arena_alloc(b->arena, last->bytes.len + s.len);
        if (!joined) {
            b->failed = true;
            return;
        }
        memcpy(joined, last->bytes.at, last->bytes.len);
        memcpy(joined + last->bytes.len, s.at, s.len);
        last->bytes = span_of(joined, last->bytes.len + s.len);
        return;
    }
    if (b->parts == ASK_PARTS_MAX) {
        b->failed = true;
        return;
    }
    b->ask->parts[b->parts++] = (struct ask_part){ .kind = PART_BYTES, .bytes = s };
}

static void build_hole(struct builder *b, struct ask_part hole)
{
    if (b->parts == ASK_PARTS_MAX)
        b->failed = true;
    else
        b->ask->parts[b->parts++] = hole;
}

static void build_target(struct builder *b, const struct request *r)
{
    size_t hole = r->named ? span_find(r->path, SPAN("{name}")) : SIZE_MAX;
    build_hole(b, (struct ask_part)ASK_HOLE("base path", BASE_HOLE_MAX, HOLE_BASE));
    build_bytes(b, span_first(r->path, hole));
    if (hole == SIZE_MAX)
        return;
    build_hole(b, (struct ask_part)ASK_HOLE("collection", NAME_HOLE_MAX, HOLE_URL));
    build_bytes(b, span_from(r->path, hole + 6));
}

/* With every hole filled as far as it goes. */
static size_t ask_longest(const struct ask *a)
{
    size_t n = 0;
    for (size_t i = 0; i < ASK_PARTS_MAX && a->parts[i].kind != PART_END; i++)
        n += a->parts[i].kind == PART_BYTES ? a->parts[i].bytes.len : a->parts[i].max;
    return n;
}

static bool build_ask(struct mapper *m, struct request *r, const char *name)
{
    struct ask *a = ARENA_NEW(m->arena, struct ask);
    struct builder b = { .arena = m->arena, .ask = a };
    if (!a || !name)
        return map_no_memory(m);
    a->name = name;
    a->why = r->why;
    a->class = r->first ? ASK_FRONT : ASK_METADATA;
    build_bytes(&b, r->method);
    build_bytes(&b, SPAN(" "));
    build_target(&b, r);
    build_bytes(&b, SPAN(" HTTP/1.1\r\nHost: "));
    build_hole(&b, (struct ask_part)ASK_HOLE("host", HOST_HOLE_MAX, HOLE_HOST));
    build_bytes(&b, SPAN("\r\n" USER_AGENT "Accept: "));
    build_bytes(&b, r->accept);
    build_bytes(&b, SPAN("\r\nAccept-Encoding: identity\r\n"));
    build_bytes(&b, r->headers);
    if (span_is(r->method, "POST")) {
        const char *length = arena_printf(m->arena, "Content-Length: %zu\r\n", r->body.len);
        build_bytes(&b, span_str(length));
    }
    build_bytes(&b, SPAN("\r\n"));
    build_bytes(&b, r->body);
    if (b.failed)
        return map_no_memory(m);
    if (ask_longest(a) > ASK_SENT_MAX)
        return error_set(m->error, "%s: the request %s may become %zu bytes long; the limit is %d",
                         m->file, a->name, ask_longest(a), ASK_SENT_MAX);
    r->ask = a;
    return true;
}

static bool build_request(struct mapper *m, struct request *r)
{
    return build_ask(m, r, arena_printf(m->arena, "%s.%s", loader_of(m)->entry->product.name, r->name));
}

/* A request as it is written. */
struct written {
    struct span get, head, post, propfind; /* the path stands with its method */
    struct span reads, accept, content, body;
    struct span fields; /* further field lines, each with its CRLF */
    const char *why, *name;
    const struct condition *when;
    bool rights;
    unsigned first;
};

/* The method and path: exactly one of get, head, post, propfind. */
static bool take_method(struct mapper *m, const struct node *n, const struct written *w, struct request *r)
{
    const struct {
        struct span method, path;
    } rows[] = { { SPAN("GET"), w->get },
                 { SPAN("HEAD"), w->head },
                 { SPAN("POST"), w->post },
                 { SPAN("PROPFIND"), w->propfind } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].path.len)
            continue;
        if (r->method.len)
            return map_wrong(m, n, "a request has one method");
        r->method = rows[i].method;
        r->path = rows[i].path;
    }
    r->head = span_is(r->method, "HEAD");
    return r->method.len > 0 || map_wrong(m, n, "a request needs one of get, head, post, propfind");
}

/* struct span: field lines. */
static bool take_fields(struct mapper *m, const struct node *n, void *to)
{
    struct error why;
    struct span *ret = to;
    if (n->kind != NODE_MAP)
        return map_wrong(m, n, "\"headers\" must be a map");
    for (const struct node *h = n->first; h; h = h->next) {
        struct span value;
        if (!map_scalar(m, h, &value))
            return false;
        if (span_eq_nocase(h->key, SPAN("range")))
            return map_wrong(m, h, "write \"first: N\", so that no more is read, whatever the server sends");
        if (!law_permits_field(h->key, value, &why))
            return map_wrong(m, h, "%s", why.text);
        *ret = span_str(arena_printf(m->arena, "%.*s%.*s: %.*s\r\n", SPAN_FMT(*ret), SPAN_FMT(h->key),
                                     SPAN_FMT(value)));
        if (!ret->at)
            return map_no_memory(m);
    }
    return true;
}

static bool take_content(struct mapper *m, const struct node *n, void *to)
{
    struct error why;
    struct span *ret = to;
    return map_text(m, n, ret) &&
           (law_permits_field(SPAN("content-type"), *ret, &why) || map_wrong(m, n, "%s", why.text));
}

/* Whether the braces of a path are right: {name} at most once, or the {path} of a route. */
static bool check_holes(struct mapper *m, const struct node *n, const struct request *r, bool route)
{
    size_t braces = 0;
    for (size_t i = 0; i < r->path.len; i++)
        braces += r->path.at[i] == '{' || r->path.at[i] == '}';
    bool path = span_has(r->path, "{path}") || span_has(r->path, "{path:url}");
    if (route ? braces != 2 || !path : braces != (r->named ? 2u : 0u))
        return map_wrong(m, n,
                         route ? "the path of a route holds {path} or {path:url} once"
                               : "a path may hold {name} once and no other brace");
    return true;
}

/* A name becomes part of an ask's, which travels with every fact. */
static bool check_name(struct mapper *m, const struct node *at, struct span name)
{
    char word[MAP_SHOWN_MAX];
    bool good = name.len > 0 && name.len <= REQUEST_NAME_MAX;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.at[i];
        good = good && ((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '-');
    }
    return good || map_wrong(m, at, "the name \"%s\" must be 1 to %d bytes of a-z, 0-9, _ and -",
                             map_shown(name, word), REQUEST_NAME_MAX);
}

static bool take_name(struct mapper *m, const struct node *n, void *to)
{
    const char **ret = to;
    return map_str(m, n, ret) && check_name(m, n, span_str(*ret));
}

/* Whether the law permits a request as it is written; a route is judged by carrying `GET /`. */
static bool check_law(struct mapper *m, const struct node *n, const struct request *r)
{
    struct error why;
    struct span path = r->path;
    size_t mark = span_find(path, SPAN("{path"));
    if (mark != SIZE_MAX) {
        size_t after = mark + span_index(span_from(path, mark), '}') + 1;
        path = span_str(arena_printf(m->arena, "%.*s/%.*s", SPAN_FMT(span_first(path, mark)),
                                     SPAN_FMT(span_from(path, after))));
        if (!path.at)
            return map_no_memory(m);
    }
    struct law_request asked = { .product = span_str(loader_of(m)->entry->product.name),
                                 .method = r->method,
                                 .target = path,
                                 .accept = r->accept,
                                 .fields = r->headers,
                                 .body = r->body };
    return law_permits(&asked, &why) || map_wrong(m, n, "%s", why.text);
}

/* `first: 64`: a GET for the first 64 bytes. */
static bool take_first(struct mapper *m, const struct node *n, void *to)
{
    unsigned *ret = to;
    int64_t bytes;
    if (!map_i64(m, n, &bytes))
        return false;
    if (bytes < 1 || bytes > LAW_FRONT_MAX)
        return map_wrong(m, n, "a number of bytes from 1 to %d", LAW_FRONT_MAX);
    *ret = (unsigned)bytes;
    return true;
}

#define OF(member) offsetof(struct written, member)
#define METHOD_GET { "get", map_text, OF(get), NULL }, { "post", map_text, OF(post), NULL }
#define REST                                                                                           \
    { "why", map_prose, OF(why), "" }, { "reads", map_text, OF(reads), NULL },                            \
        { "accept", map_text, OF(accept), NULL }, { "headers", take_fields, OF(fields), NULL },           \
        { "content", take_content, OF(content), NULL }, { "body", map_text, OF(body), NULL },             \
        { NULL, NULL, 0, NULL }

static const struct map_key REQUEST[] = { METHOD_GET,
                                          { "head", map_text, OF(head), NULL },
                                          { "propfind", map_text, OF(propfind), NULL },
                                          { "rights", map_bool, OF(rights), NULL },
                                          { "first", take_first, OF(first), NULL },
                                          REST };
static const struct map_key ROUTE[] = { { "name", take_name, OF(name), "" },
                                        { "when", load_condition, OF(when), NULL },
                                        METHOD_GET,
                                        REST };

/* A request with all that it says checked, but no asks yet. */
static bool load_one(struct mapper *m, const struct node *n, bool route, struct written *w, struct request *r)
{
    *w = (struct written){ .accept = SPAN("application/json") };
    if (!map_keys(m, n, route ? ROUTE : REQUEST, w) || !take_method(m, n, w, r))
        return false;
    r->why = w->why;
    r->accept = w->first && !node_get(n, "accept") ? SPAN("*/*") : w->accept;
    r->body = w->body;
    r->rights = w->rights;
    r->headers = w->fields;
    r->first = w->first;
    if (r->first && !span_is(r->method, "GET"))
        return map_wrong(m, n, "\"first\" belongs to GET");
    if (r->first)
        r->headers = span_str(arena_printf(m->arena, "%.*sRange: bytes=0-%u\r\n", SPAN_FMT(w->fields), r->first - 1));
    if (w->content.len)
        r->headers = span_str(arena_printf(m->arena, "%.*sContent-Type: %.*s\r\n", SPAN_FMT(w->fields),
                                           SPAN_FMT(w->content)));
    bool changes = span_is(r->method, "POST") || span_is(r->method, "PROPFIND");
    if (changes && !w->reads.len)
        return map_wrong(m, n, "a %.*s needs \"reads\": one sentence on why it changes nothing",
                         SPAN_FMT(r->method));
    if (!changes && (w->reads.len || r->body.len))
        return map_wrong(m, n, "\"reads\" and \"body\" belong to POST");
    r->named = !route && span_has(r->path, "{name}");
    if (!check_holes(m, n, r, route))
        return false;
    if (span_has(r->body, "{name}"))
        return map_wrong(m, n, "a body takes no {name}; only a path does");
    return check_law(m, n, r);
}

bool load_root(struct mapper *m)
{
    struct request *r = ARENA_NEW(m->arena, struct request);
    struct request **slot = r ? list_add(m->arena, &loader_of(m)->entry->requests) : NULL;
    if (!slot)
        return map_no_memory(m);
    *r = (struct request){ .name = "root",
                           .why = "the first question to any web server: who is it?",
                           .method = SPAN("GET"),
                           .path = SPAN("/"),
                           .accept = SPAN(ROOT_ACCEPT) };
    *slot = r;
    return true;
}

bool load_requests(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (n->kind != NODE_MAP)
        return map_wrong(m, n, "\"requests\" must be a map of named requests");
    for (const struct node *k = n->first; k; k = k->next) {
        struct written w;
        if (entry_request(e, k->key))
            return map_wrong(m, k, "a request is named so already");
        struct request *r = ARENA_NEW(m->arena, struct request);
        struct request **slot = r ? list_add(m->arena, &e->requests) : NULL;
        if (!slot || !(r->name = arena_str(m->arena, k->key)))
            return map_no_memory(m);
        *slot = r;
        if (!check_name(m, k, k->key))
            return false;
        size_t was = map_enter(m, k->key);
        if (!load_one(m, k, false, &w, r) || !build_request(m, r))
            return false;
        map_leave(m, was);
    }
    return true;
}

bool load_nested_marks(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    for (const struct node *mark = map_first(n); mark; mark = map_next(n, mark)) {
        const struct request *named;
        if (!load_request_named(m, mark, &named))
            return false;
        if (!span_is(named->method, "GET") || named->named)
            return map_wrong(m, mark, "only a GET without {name} may be sent through a dashboard");
        for (size_t i = 0; i < e->requests.len; i++)
            e->requests.at[i]->nested |= e->requests.at[i] == named;
    }
    return true;
}

static bool take_stores(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    for (const struct node *s = map_first(n); s; s = map_next(n, s)) {
        struct span *name = list_add(m->arena, &e->behind_names);
        if (!name)
            return map_no_memory(m);
        if (!map_scalar(m, s, name))
            return false;
    }
    return true;
}

static bool take_routes(struct mapper *m, const struct node *n, void *to)
{
    struct entry *e = to;
    if (n->kind != NODE_LIST)
        return map_wrong(m, n, "\"routes\" must be a list");
    for (const struct node *k = n->first; k; k = k->next) {
        struct written w;
        struct request *outer = ARENA_NEW(m->arena, struct request);
        struct route *route = outer ? list_add(m->arena, &e->routes) : NULL;
        if (!route)
            return map_no_memory(m);
        if (!load_one(m, k, true, &w, outer))
            return false;
        outer->name = w.name;
        *route = (struct route){ .name = w.name, .when = w.when, .outer = outer,
                                 .encoded = span_has(outer->path, "{path:url}") };
    }
    return true;
}

bool load_routes(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "stores", take_stores, 0, "" },
        { "routes", take_routes, 0, "" },
        { NULL, NULL, 0, NULL },
    };
    return map_keys(m, n, KEYS, to);
}

static bool nest(struct mapper *m, struct entry *e, const struct route *route,
                 const struct entry *store, const struct request *inner)
{
    struct error why;
    struct request *r = ARENA_NEW(m->arena, struct request);
    struct nested *slot = r ? list_add(m->arena, &e->nested) : NULL;
    if (!slot)
        return map_no_memory(m);
    *r = *route->outer;
    r->rights = inner->rights;
    r->name = arena_printf(m->arena, "%s.%s.%s", route->name, store->product.name, inner->name);
    r->why = arena_printf(m->arena, "through %s to %s behind it: %s", e->product.title,
                          store->product.title, inner->why);
    struct span mark = route->encoded ? SPAN("{path:url}") : SPAN("{path}");
    struct span path = route->encoded ? url_encode(m->arena, inner->path) : inner->path;
    size_t at = span_find(r->path, mark);
    r->path = span_str(arena_printf(m->arena, "%.*s%.*s%.*s", SPAN_FMT(span_first(r->path, at)),
                                    SPAN_FMT(path), SPAN_FMT(span_from(r->path, at + mark.len))));
    if (!r->name || !r->why || !r->path.at)
        return map_no_memory(m);
    struct law_request sent = { .product = span_str(e->product.name),
                                .behind = span_str(store->product.name),
                                .method = r->method,
                                .target = r->path,
                                .accept = r->accept,
                                .fields = r->headers };
    if (!law_permits(&sent, &why))
        return error_set(m->error, "%s: the nested request %s: %s", e->file, r->name, why.text);
    *slot = (struct nested){ route, store, inner, r };
    loader_of(m)->entry = e;
    return build_request(m, r);
}

static bool link_stores(struct mapper *m, struct entry *e)
{
    for (size_t i = 0; i < e->behind_names.len; i++) {
        const struct entry *store = NULL;
        for (size_t k = 0; k < loader_of(m)->catalog->entries.len; k++)
            if (span_is(e->behind_names.at[i], loader_of(m)->catalog->entries.at[k]->product.name))
                store = loader_of(m)->catalog->entries.at[k];
        if (!store)
            return error_set(m->error, "%s: no entry defines the store \"%.*s\"", e->file,
                             SPAN_FMT(span_first(e->behind_names.at[i], 40)));
        const struct entry **slot = list_add(m->arena, &e->behind);
        if (!slot)
            return map_no_memory(m);
        *slot = store;
        for (size_t r = 0; r < e->routes.len; r++)
            for (size_t k = 0; k < store->requests.len; k++)
                if (store->requests.at[k]->nested &&
                    !nest(m, e, &e->routes.at[r], store, store->requests.at[k]))
                    return false;
    }
    return true;
}

/* Lists the request's ask, and finds the one of all requests that send the same. */
static bool collect(struct mapper *m, struct table *same, struct request *r)
{
    struct span sent = span_str(arena_printf(
        m->arena, "%.*s %.*s\n%.*s\n%.*s\n%.*s", SPAN_FMT(r->method), SPAN_FMT(r->path),
        SPAN_FMT(r->accept), SPAN_FMT(r->headers), SPAN_FMT(r->body)));
    const struct ask **slot = list_add(m->arena, &loader_of(m)->catalog->asks);
    if (!slot || !sent.at)
        return map_no_memory(m);
    *slot = r->ask;
    struct request *first = table_get(same, sent);
    if (!first) {
        r->number = (unsigned)loader_of(m)->catalog->request_count++;
        r->lot = siphash(0, 0, sent);
        if (!table_put(same, sent, r))
            return map_no_memory(m);
    }
    r->same = first ? first : r;
    return true;
}

/* The one "GET /" that all entries share. */
static bool link_root(struct mapper *m)
{
    struct request *root = NULL;
    for (size_t i = 0; i < loader_of(m)->catalog->entries.len; i++) {
        struct entry *e = loader_of(m)->entry = loader_of(m)->catalog->entries.at[i];
        struct request *own = e->requests.at[0];
        if (!root) {
            root = own;
            const struct ask **slot = list_add(m->arena, &loader_of(m)->catalog->asks);
            if (!slot)
                return map_no_memory(m);
            if (!build_ask(m, root, "http.root"))
                return false;
            *slot = root->ask;
            root->number = (unsigned)loader_of(m)->catalog->request_count++;
        }
        own->ask = root->ask;
        own->same = root;
        if (span_is(span_str(e->product.name), "web"))
            loader_of(m)->catalog->web = e;
    }
    return true;
}

bool load_link(struct loader *l)
{
    struct mapper *m = &l->map;
    struct catalog *c = l->catalog;
    struct table same;
    table_init(&same, m->arena, (uint64_t)(uintptr_t)l);
    if (!link_root(m))
        return false;
    for (size_t i = 0; i < c->entries.len; i++)
        if (!link_stores(m, c->entries.at[i]) && !load_problem(l, c->entries.at[i]->file))
            return false;
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct entry *e = c->entries.at[i];
        for (size_t k = 1; k < e->requests.len; k++)
            if (!collect(m, &same, e->requests.at[k]))
                return false;
        for (size_t k = 0; k < e->nested.len; k++)
            if (!collect(m, &same, e->nested.at[k].sent))
                return false;
    }
    c->index = index_build(m->arena, c);
    return c->index || map_no_memory(m);
}
