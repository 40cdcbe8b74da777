/* No redirect is followed, and an answer of any status but 200 says nothing. */
#include "sample/web.h"

#include <stdio.h>

void web_init(struct web *w, struct draw *d)
{
    const struct endpoint *e = wire_endpoint(d->wire);
    char address[ADDRESS_TEXT_MAX], port[8] = "";
    bool bracket = !e->name && e->address.family == 6;
    *w = (struct web){ .draw = d };
    if (e->port != (d->seen->tls ? 443 : 80))
        (void)snprintf(port, sizeof(port), ":%u", e->port);
    (void)snprintf(w->host, sizeof(w->host), "%s%s%s%s", bracket ? "[" : "",
                   e->name ? e->name : address_text(&e->address, address), bracket ? "]" : "", port);
}

struct response *web_ask(struct web *w, const struct ask *a, const struct span *args, size_t count)
{
    struct wire *wire = w->draw->wire;
    for (int attempt = 0; attempt < 2; attempt++) {
        bool stale = w->alive;
        if (!w->alive && !wire_again(wire, w->draw->seen->tls ? WIRE_IN_TLS : WIRE_PLAIN))
            return NULL;
        wire_ask_with(wire, a, args, count);
        struct response *r = response_read(wire, false);
        w->alive = r && r->keep_alive && wire_heard(wire).len == 0;
        enum wire_fault f = wire_fault(wire);
        if (r || !stale || (f != WIRE_CLOSED && f != WIRE_RESET))
            return r;
    }
    return NULL;
}

struct response *web_get(struct web *w, const struct ask *a, const struct span *args, size_t count)
{
    struct span filled[WEB_ARGS_MAX + 1];
    if (count > WEB_ARGS_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++)
        filled[i] = args[i];
    filled[count] = span_str(w->host);
    return web_ask(w, a, filled, count + 1);
}

const struct node *web_json(struct web *w, const struct response *r)
{
    struct error e;
    return r && r->status == 200 && !r->cut ? json_parse(&w->draw->batch, r->body, &e) : NULL;
}
