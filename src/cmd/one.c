#include "cmd/one.h"

#include <stdio.h>

bool one_endpoint(struct arena *a, struct plan_options *plan, const char *text, struct endpoint *ret, struct error *e)
{
    const char *why = NULL;
    plan->resolver = &RESOLVER_SYSTEM;
    if (!targets_add(a, &plan->targets, span_str(text), e))
        return false;
    const struct target *t = &plan->targets.list.at[0];
    if (plan->targets.list.len != 1 || t->ports.len != 1)
        return error_set(e, "\"%s\": name one address and one port, as in 127.0.0.1:6379", text);
    plan->default_ports = t->ports;
    const struct plan *built = plan_build(a, plan, e);
    if (!built)
        return false;
    if (built->total == 0)
        return error_set(e, "\"%s\": %.*s", text, SPAN_FMT(built->remarks.at[0].text));
    return plan_endpoint(built, 0, ret, &why) ||
           error_set(e, "\"%s\" may not be asked: %s", text, why ? why : "excluded");
}

bool one_open(struct one_socket *s, const char *authorities, struct error *e)
{
    *s = (struct one_socket){ .thread.clock = &CLOCK_SYSTEM };
    s->thread.tls = tls_client_new(e);
    s->trust = s->thread.tls ? tls_trust_load(authorities, e) : NULL;
    if (!s->trust)
        one_close(s);
    return s->trust != NULL;
}

void one_close(struct one_socket *s)
{
    tls_client_free(s->thread.tls);
    tls_trust_free(s->trust);
    *s = (struct one_socket){ 0 };
}
