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

const struct request *load_request_named(struct loader *l, const struct node *at, struct span name)
{
    const struct request *r = entry_request(l->entry, name);
    if (!r)
        (void)load_fail(l, at, "no request is named \"%.*s\"", SPAN_FMT(span_first(name, 40)));
    return r;
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

static bool build_ask(struct loader *l, struct request *r, const char *name)
{
    struct ask *a = ARENA_NEW(l->arena, struct ask);
    struct builder b = { .arena = l->arena, .ask = a };
    if (!a || !name)
        return load_no_memory(l);
    a->name = name;
    a->why = r->why;
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
        const char *length = arena_printf(l->arena, "Content-Length: %zu\r\n", r->body.len);
        build_bytes(&b, span_str(length));
    }
    build_bytes(&b, SPAN("\r\n"));
    build_bytes(&b, r->body);
    if (b.failed)
        return load_no_memory(l);
    if (ask_longest(a) > ASK_SENT_MAX)
        return error_set(l->error, "%s: the request %s may become %zu bytes long; the limit is %d",
                         l->file, a->name, ask_longest(a), ASK_SENT_MAX);
    r->ask = a;
    return true;
}

static bool build_request(struct loader *l, struct request *r)
{
    return build_ask(l, r, arena_printf(l->arena, "%s.%s", l->entry->product.name, r->name));
}

/* The method and path: exactly one of get, head, post, propfind. */
static bool load_method(struct loader *l, const struct node *n, struct request *r)
{
    static const struct {
        const char *key;
        struct span method;
    } methods[] = { { "get", { (const uint8_t *)"GET", 3 } },
                    { "head", { (const uint8_t *)"HEAD", 4 } },
                    { "post", { (const uint8_t *)"POST", 4 } },
                    { "propfind", { (const uint8_t *)"PROPFIND", 8 } } };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!node_get(n, methods[i].key))
            continue;
        if (r->method.len)
            return load_fail(l, n, "a request has one method");
        r->method = methods[i].method;
        if (!load_text(l, n, methods[i].key, true, &r->path))
            return false;
    }
    r->head = span_is(r->method, "HEAD");
    return r->method.len > 0 || load_fail(l, n, "a request needs one of get, head, post, propfind");
}

static bool load_headers(struct loader *l, const struct node *n, struct request *r)
{
    const struct node *headers = node_get(n, "headers");
    struct error why;
    struct span lines = SPAN_NONE;
    if (headers && headers->kind != NODE_MAP)
        return load_fail(l, headers, "\"headers\" must be a map");
    for (const struct node *h = headers ? headers->first : NULL; h; h = h->next) {
        struct span value;
        if (!load_scalar(l, h, &value))
            return false;
        if (!law_permits_field(h->key, value, &why))
            return load_fail(l, h, "%s", why.text);
        lines = span_str(arena_printf(l->arena, "%.*s%.*s: %.*s\r\n", SPAN_FMT(lines),
                                      SPAN_FMT(h->key), SPAN_FMT(value)));
    }
    r->headers = lines;
    struct span content = SPAN_NONE;
    if (!load_text(l, n, "content", false, &content))
        return false;
    if (content.len && !law_permits_field(SPAN("content-type"), content, &why))
        return load_fail(l, n, "%s", why.text);
    if (content.len)
        r->headers = span_str(arena_printf(l->arena, "%.*sContent-Type: %.*s\r\n", SPAN_FMT(lines),
                                           SPAN_FMT(content)));
    return true;
}

/* Whether the braces of a path are right: {name} at most once, or the {path} of a route. */
static bool check_holes(struct loader *l, const struct node *n, const struct request *r, bool route)
{
    size_t braces = 0;
    for (size_t i = 0; i < r->path.len; i++)
        braces += r->path.at[i] == '{' || r->path.at[i] == '}';
    bool path = span_has(r->path, "{path}") || span_has(r->path, "{path:url}");
    if (route ? braces != 2 || !path : braces != (r->named ? 2u : 0u))
        return load_fail(l, n,
                         route ? "the path of a route holds {path} or {path:url} once"
                               : "a path may hold {name} once and no other brace");
    return true;
}

/* A name becomes part of an ask's, which travels with every fact. */
static bool check_name(struct loader *l, const struct node *at, struct span name)
{
    bool good = name.len > 0 && name.len <= REQUEST_NAME_MAX;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.at[i];
        good = good && ((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '-');
    }
    return good || load_fail(l, at, "the name \"%.*s\" must be 1 to %d bytes of a-z, 0-9, _ and -",
                             SPAN_FMT(span_first(name, 60)), REQUEST_NAME_MAX);
}

/* Whether the law permits a request as it is written; a route is judged by carrying `GET /`. */
static bool check_law(struct loader *l, const struct node *n, const struct request *r)
{
    struct error why;
    struct span path = r->path;
    size_t mark = span_find(path, SPAN("{path"));
    if (mark != SIZE_MAX) {
        size_t after = mark + span_index(span_from(path, mark), '}') + 1;
        path = span_str(arena_printf(l->arena, "%.*s/%.*s", SPAN_FMT(span_first(path, mark)),
                                     SPAN_FMT(span_from(path, after))));
        if (!path.at)
            return load_no_memory(l);
    }
    struct law_request asked = { .product = span_str(l->entry->product.name),
                                 .method = r->method,
                                 .target = path,
                                 .accept = r->accept,
                                 .fields = r->headers,
                                 .body = r->body };
    return law_permits(&asked, &why) || load_fail(l, n, "%s", why.text);
}

/* A request with all that it says checked, but no asks yet. */
static bool load_one(struct loader *l, const struct node *n, bool route, struct request *r)
{
    static const char *const keys[] = { "get",     "head",  "post",   "propfind",
                                        "why",     "reads", "accept", "headers",
                                        "content", "body",  "rights", NULL };
    static const char *const route_keys[] = { "name",    "when",  "get",    "post",
                                              "why",     "reads", "accept", "headers",
                                              "content", "body",  NULL };
    struct span reads = SPAN_NONE;
    r->accept = SPAN("application/json");
    if (!load_keys(l, n, route ? route_keys : keys) || !load_method(l, n, r) ||
        !load_str(l, n, "why", true, &r->why) || !load_text(l, n, "reads", false, &reads) ||
        !load_text(l, n, "accept", false, &r->accept) || !load_headers(l, n, r) ||
        !load_text(l, n, "body", false, &r->body) || !load_bool(l, n, "rights", &r->rights))
        return false;
    bool changes = span_is(r->method, "POST") || span_is(r->method, "PROPFIND");
    if (changes && !reads.len)
        return load_fail(l, n, "a %.*s needs \"reads\": one sentence on why it changes nothing",
                         SPAN_FMT(r->method));
    if (!changes && (reads.len || r->body.len))
        return load_fail(l, n, "\"reads\" and \"body\" belong to POST");
    r->named = !route && span_has(r->path, "{name}");
    if (!check_holes(l, n, r, route))
        return false;
    if (span_has(r->body, "{name}"))
        return load_fail(l, n, "a body takes no {name}; only a path does");
    return check_law(l, n, r);
}

bool load_root(struct loader *l)
{
    struct request *r = ARENA_NEW(l->arena, struct request);
    struct request **slot = r ? list_add(l->arena, &l->entry->requests) : NULL;
    if (!slot)
        return load_no_memory(l);
    *r = (struct request){ .name = "root",
                           .why = "the first question to any web server: who is it?",
                           .method = SPAN("GET"),
                           .path = SPAN("/"),
                           .accept = SPAN(ROOT_ACCEPT) };
    *slot = r;
    return true;
}

bool load_requests(struct loader *l, const struct node *n)
{
    if (n && n->kind != NODE_MAP)
        return load_fail(l, n, "\"requests\" must be a map of named requests");
    for (const struct node *k = n ? n->first : NULL; k; k = k->next) {
        if (entry_request(l->entry, k->key))
            return load_fail(l, k, "a request is named \"%.*s\" already", SPAN_FMT(k->key));
        struct request *r = ARENA_NEW(l->arena, struct request);
        struct request **slot = r ? list_add(l->arena, &l->entry->requests) : NULL;
        if (!slot || !(r->name = arena_str(l->arena, k->key)))
            return load_no_memory(l);
        *slot = r;
        if (!check_name(l, k, k->key))
            return false;
        if (!load_one(l, k, false, r) || !build_request(l, r))
            return false;
    }
    return true;
}

bool load_nested_marks(struct loader *l, const struct node *n)
{
    for (const struct node *m = load_first(n); m; m = load_next(n, m)) {
        struct span name;
        if (!load_scalar(l, m, &name) || !load_request_named(l, m, name))
            return false;
        for (size_t i = 0; i < l->entry->requests.len; i++) {
            struct request *r = l->entry->requests.at[i];
            if (!span_is(name, r->name))
                continue;
            if (!span_is(r->method, "GET") || r->named)
                return load_fail(l, m, "only a GET without {name} may be sent through a dashboard");
            r->nested = true;
        }
    }
    return true;
}

bool load_routes(struct loader *l, const struct node *n)
{
    static const char *const keys[] = { "stores", "routes", NULL };
    struct entry *e = l->entry;
    if (!n)
        return true;
    if (!load_keys(l, n, keys))
        return false;
    const struct node *stores = node_get(n, "stores"), *routes = node_get(n, "routes");
    if (!stores || !routes || routes->kind != NODE_LIST)
        return load_fail(l, n, "\"behind\" needs \"stores\" and a list of \"routes\"");
    for (const struct node *s = load_first(stores); s; s = load_next(stores, s)) {
        struct span *name = list_add(l->arena, &e->behind_names);
        if (!name)
            return load_no_memory(l);
        if (!load_scalar(l, s, name))
            return false;
    }
    for (const struct node *k = routes->first; k; k = k->next) {
        struct request *outer = ARENA_NEW(l->arena, struct request);
        struct route *route = outer ? list_add(l->arena, &e->routes) : NULL;
        if (!route)
            return load_no_memory(l);
        route->outer = outer;
        if (!load_one(l, k, true, outer) || !load_str(l, k, "name", true, &route->name) ||
            !check_name(l, node_get(k, "name"), span_str(route->name)))
            return false;
        outer->name = route->name;
        route->encoded = span_has(outer->path, "{path:url}");
        const struct node *when = node_get(k, "when");
        if (when && !(route->when = load_condition(l, when, 0)))
            return false;
    }
    return true;
}

static bool nest(struct loader *l, struct entry *e, const struct route *route,
                 const struct entry *store, const struct request *inner)
{
    struct error why;
    struct request *r = ARENA_NEW(l->arena, struct request);
    struct nested *slot = r ? list_add(l->arena, &e->nested) : NULL;
    if (!slot)
        return load_no_memory(l);
    *r = *route->outer;
    r->rights = inner->rights;
    r->name = arena_printf(l->arena, "%s.%s.%s", route->name, store->product.name, inner->name);
    r->why = arena_printf(l->arena, "through %s to %s behind it: %s", e->product.title,
                          store->product.title, inner->why);
    struct span mark = route->encoded ? SPAN("{path:url}") : SPAN("{path}");
    struct span path = route->encoded ? url_encode(l->arena, inner->path) : inner->path;
    size_t at = span_find(r->path, mark);
    r->path = span_str(arena_printf(l->arena, "%.*s%.*s%.*s", SPAN_FMT(span_first(r->path, at)),
                                    SPAN_FMT(path), SPAN_FMT(span_from(r->path, at + mark.len))));
    if (!r->name || !r->why || !r->path.at)
        return load_no_memory(l);
    struct law_request sent = { .product = span_str(e->product.name),
                                .behind = span_str(store->product.name),
                                .method = r->method,
                                .target = r->path,
                                .accept = r->accept,
                                .fields = r->headers };
    if (!law_permits(&sent, &why))
        return error_set(l->error, "%s: the nested request %s: %s", e->file, r->name, why.text);
    *slot = (struct nested){ route, store, inner, r };
    l->entry = e;
    return build_request(l, r);
}

static bool link_stores(struct loader *l, struct entry *e)
{
    for (size_t i = 0; i < e->behind_names.len; i++) {
        const struct entry *store = NULL;
        for (size_t k = 0; k < l->catalog->entries.len; k++)
            if (span_is(e->behind_names.at[i], l->catalog->entries.at[k]->product.name))
                store = l->catalog->entries.at[k];
        if (!store)
            return error_set(l->error, "%s: no entry defines the store \"%.*s\"", e->file,
                             SPAN_FMT(span_first(e->behind_names.at[i], 40)));
        const struct entry **slot = list_add(l->arena, &e->behind);
        if (!slot)
            return load_no_memory(l);
        *slot = store;
        for (size_t r = 0; r < e->routes.len; r++)
            for (size_t k = 0; k < store->requests.len; k++)
                if (store->requests.at[k]->nested &&
                    !nest(l, e, &e->routes.at[r], store, store->requests.at[k]))
                    return false;
    }
    return true;
}

/* Lists the request's ask, and finds the one of all requests that send the same. */
static bool collect(struct loader *l, struct table *same, struct request *r)
{
    struct span sent = span_str(arena_printf(
        l->arena, "%.*s %.*s\n%.*s\n%.*s\n%.*s", SPAN_FMT(r->method), SPAN_FMT(r->path),
        SPAN_FMT(r->accept), SPAN_FMT(r->headers), SPAN_FMT(r->body)));
    const struct ask **slot = list_add(l->arena, &l->catalog->asks);
    if (!slot || !sent.at)
        return load_no_memory(l);
    *slot = r->ask;
    struct request *first = table_get(same, sent);
    if (!first) {
        r->number = (unsigned)l->catalog->request_count++;
        r->lot = siphash(0, 0, sent);
        if (!table_put(same, sent, r))
            return load_no_memory(l);
    }
    r->same = first ? first : r;
    return true;
}

/* The one "GET /" that all entries share. */
static bool link_root(struct loader *l)
{
    struct request *root = NULL;
    for (size_t i = 0; i < l->catalog->entries.len; i++) {
        struct entry *e = l->entry = l->catalog->entries.at[i];
        struct request *own = e->requests.at[0];
        if (!root) {
            root = own;
            const struct ask **slot = list_add(l->arena, &l->catalog->asks);
            if (!slot)
                return load_no_memory(l);
            if (!build_ask(l, root, "http.root"))
                return false;
            *slot = root->ask;
            root->number = (unsigned)l->catalog->request_count++;
        }
        own->ask = root->ask;
        own->same = root;
        if (span_is(span_str(e->product.name), "web"))
            l->catalog->web = e;
    }
    return true;
}

bool load_link(struct loader *l)
{
    struct catalog *c = l->catalog;
    struct table same;
    table_init(&same, l->arena, (uint64_t)(uintptr_t)l);
    if (!link_root(l))
        return false;
    for (size_t i = 0; i < c->entries.len; i++)
        if (!link_stores(l, c->entries.at[i]) && !load_problem(l, c->entries.at[i]->file))
            return false;
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct entry *e = c->entries.at[i];
        for (size_t k = 1; k < e->requests.len; k++)
            if (!collect(l, &same, e->requests.at[k]))
                return false;
        for (size_t k = 0; k < e->nested.len; k++)
            if (!collect(l, &same, e->nested.at[k].sent))
                return false;
    }
    c->index = index_build(l->arena, c);
    return c->index || load_no_memory(l);
}
