/* Opening, closing, waiting, batches. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hex.h"
#include "store/ledger.h"

enum { PACKED_BYTES_MAX = 16 << 20 };

/* ---- errors ---- */

bool store_held(struct store *s)
{
    if (store_ok(s))
        s->trouble = STORE_BUSY;
    return error_set(&s->error, "%s: another process has held it for %lld s; try again when that one is done", s->path,
                     (long long)(clock_mono_ms(&CLOCK_SYSTEM) - s->wait.since_ms) / 1000);
}

bool store_told(const struct store *s, struct error *e)
{
    if (!store_ok(s))
        *e = s->error;
    return store_ok(s);
}

enum store_trouble store_trouble(const struct store *s)
{
    return store_ok(s) ? STORE_FINE : s->trouble ? s->trouble : STORE_FAILED;
}

/* ---- where it lies ---- */

const char *store_default_path(char path[static STORE_PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = -1;
    /* The XDG specification: a relative path is to be ignored. */
    if (state && state[0] == '/')
        n = snprintf(path, STORE_PATH_MAX, "%s/ajar/ajar.db", state);
    else if (home && home[0] == '/')
        n = snprintf(path, STORE_PATH_MAX, "%s/.local/state/ajar/ajar.db", home);
    return n > 0 && n < STORE_PATH_MAX ? path : NULL;
}

/* ---- waiting for another process ---- */

void store_on_wait(struct store *s, bool (*each)(void *self, bool first), void *self)
{
    s->wait.each = each;
    s->wait.self = self;
}

void store_wait_begins(struct store *s)
{
    s->wait.since_ms = clock_mono_ms(&CLOCK_SYSTEM);
    s->wait.tell_ms = s->wait.since_ms + STORE_TELL_MS;
    s->wait.told = false;
}

bool store_wait_on(struct store *s)
{
    static const struct timespec SHORT = { .tv_nsec = 2000000 }, LONG = { .tv_nsec = 20000000 };
    int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM), waited_ms = now_ms - s->wait.since_ms;
    if (waited_ms >= STORE_PATIENCE_MS)
        return false;
    if (s->wait.each && now_ms >= s->wait.tell_ms) {
        s->wait.tell_ms = now_ms + 1000;
        bool first = !s->wait.told;
        s->wait.told = true;
        if (!s->wait.each(s->wait.self, first))
            return false;
    }
    nanosleep(waited_ms < 1000 ? &SHORT : &LONG, NULL);
    return true;
}

/* ---- open, close ---- */

struct store *store_open(const char *path, enum store_use use, struct error *e)
{
    struct store *s = calloc(1, sizeof(*s));
    if (!s) {
        error_set(e, "no memory for the store");
        return NULL;
    }
    s->back = &BACK_SQLITE;
    dictionary_init(&s->words);
    buf_init(&s->facts, PACKED_BYTES_MAX);
    buf_init(&s->collections, PACKED_BYTES_MAX);
    if (!(s->ledger = ledger_new()))
        error_set(&s->error, "no memory for the store");
    int n = snprintf(s->path, sizeof(s->path), "%s", path);
    if (store_ok(s) && (n <= 0 || (size_t)n >= sizeof(s->path)))
        error_set(&s->error, "the path of the store is empty or too long");
    if (store_ok(s) && s->back->open(s, use))
        return s;
    *e = s->error;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    s->back->close(s);
    ledger_free(s->ledger);
    dictionary_release(&s->words);
    buf_release(&s->facts);
    buf_release(&s->collections);
    free(s);
}

/* ---- batches ---- */

bool store_batch(struct store *s)
{
    if (!store_ok(s) || s->in_batch)
        return store_ok(s);
    s->in_batch = s->back->begin(s);
    s->accepts_known = false; /* another process may have had its turn */
    return store_ok(s);
}

bool store_batch_end(struct store *s, bool keep)
{
    if (store_ok(s) && s->in_batch && s->back->end(s, keep))
        s->in_batch = false;
    return store_ok(s);
}

/* ---- fingerprints ---- */

void fingerprint_bytes(const char *text, uint8_t ret[16])
{
    if (!hex_decode(text, 16, ret))
        memset(ret, 0, 16); /* no finding has this one */
}

void fingerprint_text(struct span bytes, char ret[static FINGERPRINT_MAX])
{
    hex_encode(bytes.at, bytes.len < 16 ? bytes.len : 16, ret);
}
