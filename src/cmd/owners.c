#include "cmd/owners.h"

#include <stdio.h>

#include "base/file.h"
#include "base/random.h"
#include "owner/since_log.h"
#include "target/names.h"
#include "target/registry.h"

struct owner_sources {
    const struct plan *plan;
    struct registry *registries[REGISTRIES_MAX];
    size_t registry_count;
    struct name_book names;
    struct cert_log log;
};

static bool read_names(struct owner_sources *s, const struct scan_options *o, struct error *e)
{
    struct span text;
    if (!o->names)
        return true;
    return file_read_or_stdin(o->arena, o->names, NAMES_FILE_BYTES_MAX, &text, e) &&
           name_book_read(&s->names, o->arena, o->names, text, e);
}

/* The file's own bytes are not kept. */
static bool read_log(struct owner_sources *s, const char *path, struct error *e)
{
    struct arena a;
    struct span text;
    arena_init(&a, 4ul * LOG_FILE_BYTES_MAX);
    bool ok = file_read_or_stdin(&a, path, LOG_FILE_BYTES_MAX, &text, e) &&
              cert_log_read(&s->log, path, text, e);
    arena_release(&a);
    return ok;
}

struct owner_sources *owners_open(const struct scan_options *o, const struct plan *plan,
                                  struct error *e)
{
    struct owner_sources *s = ARENA_NEW(o->arena, struct owner_sources);
    if (!s) {
        error_set(e, "not enough memory for names of owners");
        return NULL;
    }
    s->plan = plan;
    cert_log_init(&s->log, o->arena, random_seed());
    bool ok = read_names(s, o, e);
    for (size_t i = 0; ok && i < o->log_count; i++)
        ok = read_log(s, o->logs[i], e);
    for (size_t i = 0; ok && i < o->registry_count; i++) {
        ok = (s->registries[i] = registry_open(o->registries[i], e)) != NULL;
        s->registry_count += ok;
    }
    if (ok)
        return s;
    owners_close(s);
    return NULL;
}

void owners_close(struct owner_sources *s)
{
    for (size_t i = 0; s && i < s->registry_count; i++)
        registry_close(s->registries[i]);
}

static void say(struct observation *o, const char *key, struct span text)
{
    if (text.len)
        fact_text(o, key, text, NULL, SPAN_NONE);
}

static void add_scope(const struct plan *plan, const struct endpoint *e, struct observation *o)
{
    const struct scope_entry *entry = plan_entry(plan, e);
    if (!entry)
        return;
    say(o, "scope.owner", span_str(plan->options.scope->owner));
    say(o, "tag.owner", span_str(entry->owner));
    say(o, "tag.tier", span_str(entry->tier));
    say(o, "tag.contact", span_str(entry->contact));
}

/* A database that turns out to be damaged is told of once, and left alone from then on. */
static void add_registry(struct owner_sources *s, size_t i, const struct address *a,
                         struct observation *o)
{
    struct registry_entry entry;
    bool broken = false;
    if (!s->registries[i])
        return;
    if (registry_find(s->registries[i], a, &entry, &broken)) {
        say(o, "registry.country", entry.country);
        say(o, "registry.organisation", entry.organisation);
        if (entry.asn)
            fact_number(o, "registry.asn", entry.asn, NULL, SPAN_NONE);
    }
    if (!broken)
        return;
    fprintf(stderr, "ajar: --mmdb %s: is damaged; it is not asked any more\n",
            registry_path(s->registries[i]));
    registry_close(s->registries[i]);
    s->registries[i] = NULL;
}

void owners_add_facts(struct owner_sources *s, struct visit *v)
{
    const struct endpoint *e = &v->endpoint;
    for (size_t i = 0; s && i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        add_scope(s->plan, e, o);
        say(o, "given.name", span_str(name_book_find(&s->names, &e->address)));
        for (size_t k = 0; k < s->registry_count; k++)
            add_registry(s, k, &e->address, o);
        cert_log_add_facts(&s->log, o);
    }
}
