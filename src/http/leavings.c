/* See leavings.h. */
#include "http/leavings.h"

#include "base/buf.h"
#include "http/url.h"

/* What became of one of them. */
enum fate {
    FATE_UNWANTED, /* it was not to be asked for */
    FATE_UNASKED,  /* it was, and no request was left */
    FATE_ABSENT,
    FATE_FOUND,
};

struct hunt {
    struct asker *asker;
    const struct entry *web;
    enum fate *fates; /* one a leaving */
    int64_t *bytes;   /* of those that were found */
    bool over;        /* the server wants to hear no more, or is gone, or its time is up */
    bool stranger;    /* no product stands there */
};

static struct response *root_of(struct asker *a, const struct entry *web)
{
    a->base = a->start;
    a->cached_only = true;
    struct response *root = a->get(a, web->requests.at[0], SPAN_NONE);
    a->cached_only = false;
    return root;
}

static bool holds(struct asker *a, const struct condition *c)
{
    a->cached_only = true;
    bool met = c && condition_met(a, c);
    a->cached_only = false;
    return met;
}

/* Whether asking below the root may find anything: not where everything needs a login, stands still, or is
 * elsewhere. */
static bool is_worth_asking(const struct asker *a, const struct response *root)
{
    if (root->status >= 300 && root->status <= 399)
        return url_local_path(response_header(root, "location"), a->host).len > 0;
    return root->status / 100 == 2 || root->status == 403 || root->status == 404 || root->status == 405 ||
           root->status == 500;
}

unsigned leavings_kept(struct asker *a, const struct catalog *c, uint16_t port)
{
    const struct response *root = root_of(a, c->web);
    if (!root || a->thorough || !is_worth_asking(a, root))
        return 0;
    bool page = root->status == 200 && span_has(response_header(root, "content-type"), "html");
    return (page && entry_port_rank(c->web, port)) || holds(a, c->web->keeps) ? LEAVINGS_KEPT : 0;
}

/* The answer is told to nobody: its bytes go as soon as they were looked at. Those of an example are its file's. */
static void wipe(const struct asker *a, struct response *r)
{
    if (!a->is_example && r->body.len)
        explicit_bzero((uint8_t *)(uintptr_t)r->body.at, r->body.len);
    r->body = SPAN_NONE;
}

/* Sends one request that nobody else waits for; NULL where no answer came. */
static struct response *ask_front(struct hunt *h, const struct request *r)
{
    struct asker *a = h->asker;
    if (h->stranger && a->spares && !a->spares(a, false)) {
        h->over = true;
        return NULL;
    }
    a->budget--;
    a->hurries = h->stranger;
    struct response *answer = a->fetch(a, r, SPAN_NONE);
    a->hurries = false;
    h->over = !answer || answer->status == 429 || answer->status == 503;
    return answer;
}

static bool is_wanted(const struct hunt *h, const struct leaving *l)
{
    return l->always || h->asker->thorough || holds(h->asker, l->when);
}

/* One request is kept for the name that cannot exist. */
static void ask_for(struct hunt *h, size_t i)
{
    const struct leaving *l = &h->web->leavings.at[i];
    if (!is_wanted(h, l))
        return;
    h->fates[i] = FATE_UNASKED;
    if (h->over || h->asker->budget < 2)
        return;
    struct response *answer = ask_front(h, l->request);
    if (h->over)
        return;
    bool found = form_fits(l->form, answer);
    h->fates[i] = found ? FATE_FOUND : FATE_ABSENT;
    h->bytes[i] = found && form_is_of_file(l->form) ? form_bytes(answer) : -1;
    wipe(h->asker, answer);
}

/* Whether the server answers a name that cannot exist as it answers what is there; so does one that does not say. */
static bool answers_everything(struct hunt *h)
{
    const struct response *answer = h->asker->budget ? ask_front(h, h->web->nowhere) : NULL;
    if (!answer)
        return true;
    bool page = span_has(response_header(answer, "content-type"), "html") && !form_fits_any(answer);
    return answer->status / 100 == 2 && !page;
}

static bool found_any(const struct hunt *h)
{
    for (size_t i = 0; i < h->web->leavings.len; i++)
        if (h->fates[i] == FATE_FOUND)
            return true;
    return false;
}

/* ---- facts --------------------------------------------------------------------------------- */

/* All leavings of the i-th's fact are of that fate, or worse. */
static bool all_are(const struct hunt *h, size_t i, enum fate least)
{
    const char *fact = h->web->leavings.at[i].fact;
    for (size_t k = 0; k < h->web->leavings.len; k++)
        if (strcmp(h->web->leavings.at[k].fact, fact) == 0 && h->fates[k] < least)
            return false;
    return true;
}

static bool is_first_of_fact(const struct hunt *h, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(h->web->leavings.at[k].fact, h->web->leavings.at[i].fact) == 0)
            return false;
    return true;
}

/* Where those of the i-th's fact lie, and how much they have together. No excerpt: it would be of the file. */
static void state_found(const struct hunt *h, size_t i, struct observation *o)
{
    const struct leaving *l = &h->web->leavings.at[i];
    const char *ask = NULL;
    int64_t bytes = 0;
    struct buf paths;
    buf_init(&paths, FACT_TEXT_MAX);
    for (size_t k = i; k < h->web->leavings.len; k++) {
        const struct leaving *other = &h->web->leavings.at[k];
        if (h->fates[k] != FATE_FOUND || strcmp(other->fact, l->fact) != 0)
            continue;
        buf_printf(&paths, "%s%.*s%.*s", paths.len ? ", " : "", SPAN_FMT(h->asker->start), SPAN_FMT(other->path));
        ask = ask ? ask : other->request->ask->name;
        bytes = bytes < 0 || h->bytes[k] < 0 || h->bytes[k] > INT64_MAX - bytes ? -1 : bytes + h->bytes[k];
    }
    if (paths.len)
        fact_text(o, l->fact, buf_span(&paths), ask, SPAN_NONE);
    if (paths.len && bytes >= 0)
        fact_number(o, l->bytes, bytes, ask, SPAN_NONE);
    buf_release(&paths);
}

/* The words of facts ("git, env") that were asked for, all of each; or that were to be and were not. */
static void state_asked(const struct hunt *h, struct observation *o, bool asked)
{
    enum { PREFIX = 5 }; /* "left." */
    struct buf words;
    buf_init(&words, FACT_TEXT_MAX);
    for (size_t i = 0; i < h->web->leavings.len; i++)
        if (asked ? is_first_of_fact(h, i) && all_are(h, i, FATE_ABSENT) : h->fates[i] == FATE_UNASKED)
            buf_printf(&words, "%s%s", words.len ? ", " : "",
                       asked ? h->web->leavings.at[i].fact + PREFIX : h->web->leavings.at[i].request->name);
    if (words.len)
        fact_text(o, asked ? "left.asked" : "left.unasked", buf_span(&words), NULL, SPAN_NONE);
    buf_release(&words);
}

void leavings_look(struct asker *a, const struct catalog *c, struct observation *o)
{
    const struct entry *web = c->web;
    const struct response *root = root_of(a, web);
    struct hunt h = { .asker = a, .web = web, .stranger = strcmp(o->product, web->product.name) == 0 && !a->thorough };
    h.fates = arena_array(a->arena, web->leavings.len, sizeof(h.fates[0]));
    h.bytes = arena_array(a->arena, web->leavings.len, sizeof(h.bytes[0]));
    if (!root || !is_worth_asking(a, root) || !web->nowhere || !h.fates || !h.bytes)
        return;
    if (a->thorough)
        a->budget = LEAVINGS_THOROUGH_MAX;
    for (size_t i = 0; i < web->leavings.len; i++)
        ask_for(&h, i);
    /* What was found on a server that answers everything was not there, as far as can be said. */
    if (found_any(&h) && answers_everything(&h))
        for (size_t i = 0; i < web->leavings.len; i++)
            h.fates[i] = h.fates[i] == FATE_FOUND ? FATE_UNASKED : h.fates[i];
    for (size_t i = 0; i < web->leavings.len; i++)
        if (is_first_of_fact(&h, i))
            state_found(&h, i, o);
    state_asked(&h, o, true);
    state_asked(&h, o, false);
}
