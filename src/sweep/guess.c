/* Rung 6: by which protocol an unknown server is asked next. */
#include "sweep/climb.h"

enum { REACTIONS = 3, CLOSE_FOR_RESET = 1, DISTANCE_MAX = 8, WHOLE_PERCENT = 100 };

/* What it weighs that a server took the line, the hello, the request otherwise than expected. The line
 * is waited for longest. */
static const unsigned CONTRADICTION[REACTIONS] = { 8, 4, 4 };

/* How far what was seen is from what servers of the protocol do. What they do is declared as it looks in
 * clear; inside TLS a reset looks like a close. */
static unsigned distance(const struct climber *c, struct reactions says)
{
    const uint8_t declared[REACTIONS] = { says.line, says.tls, says.http };
    const uint8_t was[REACTIONS] = { c->seen.line, c->seen.tls, c->seen.http };
    unsigned sum = 0, close_for_reset = c->dress == WIRE_IN_TLS ? 0 : CLOSE_FOR_RESET;
    for (size_t i = 0; i < REACTIONS; i++)
        if (declared[i] && was[i] && !(declared[i] & was[i]))
            sum += declared[i] & REACT_HANGUP && was[i] & REACT_HANGUP ? close_for_reset : CONTRADICTION[i];
    return sum;
}

/* The same for the server of the protocol that comes nearest. */
static unsigned distance_of(const struct climber *c, const struct probe *p)
{
    struct reactions too = p->reacts_too;
    unsigned far = distance(c, p->reacts);
    unsigned other = too.line | too.tls | too.http ? distance(c, too) : far;
    return other < far ? other : far;
}

static bool has_spoken(struct reactions seen)
{
    return (seen.line | seen.tls | seen.http) & REACT_BYTES;
}

/* Whether it makes sense to ask: who has spoken has told enough to leave most out; whom its probe
 * would have recognised by what was said is not its own. */
static bool is_candidate(const struct climber *c, size_t index)
{
    const struct probe *p = c->ladder->probes[index];
    unsigned far = distance_of(c, p);
    if (c->tried[index] || p->peer_first || (p->at_home && !c->everybody))
        return false;
    if (c->seen.line == REACT_BYTES && p->recognises && p->reacts.line & REACT_BYTES)
        return false;
    if (c->over)
        return c->seen.line == REACT_BYTES && far == 0 && p->reacts.line & REACT_BYTES;
    return !has_spoken(c->seen) || far <= DISTANCE_MAX;
}

/* Inside TLS: whether servers of the protocol expect a handshake before anything else. The others come there only where
 * somebody has put a terminator before them. */
static bool is_out_of_place(const struct climber *c, const struct probe *p)
{
    return c->dress == WIRE_IN_TLS && p->tls_ports[0] == 0;
}

static bool is_better(const struct climber *c, size_t a, size_t b)
{
    const struct probe *const *probes = c->ladder->probes;
    unsigned far_a = distance_of(c, probes[a]), far_b = distance_of(c, probes[b]);
    bool out_a = is_out_of_place(c, probes[a]), out_b = is_out_of_place(c, probes[b]);
    if (far_a != far_b)
        return far_a < far_b;
    return out_a != out_b ? out_b : probes[a]->rank > probes[b]->rank;
}

/* The index of the next protocol to ask; probe_count where there is none. */
static size_t best_guess(const struct climber *c)
{
    size_t best = c->ladder->probe_count;
    for (size_t i = 0; i < c->ladder->probe_count; i++)
        if (is_candidate(c, i) && (best == c->ladder->probe_count || is_better(c, i, best)))
            best = i;
    return best;
}

/* Guesses that meet silence, up to `silent_most`, share the time that is left; those that are hung up on cost next to
 * none. */
static int64_t patience_of(const struct climber *c, unsigned silent_most)
{
    return climb_share(c, c->silent < silent_most ? 100 / (silent_most - c->silent) : 100);
}

static bool guess_on(struct climber *c, unsigned silent_most)
{
    size_t index;
    while (c->silent < silent_most && wire_connections_left(c->wire) > 0 &&
           (index = best_guess(c)) < c->ladder->probe_count) {
        int64_t patience_ms = patience_of(c, silent_most);
        if (!climb_fresh(c))
            return false;
        wire_patience(c->wire, patience_ms);
        if (climb_probe(c, index))
            return true;
    }
    return false;
}

/* All who are left, those too who are asked at home only: on a clock and connections of their own, so that whoever is
 * found without them is found as ever. */
static bool guess_everybody(struct climber *c)
{
    c->everybody = true;
    if (best_guess(c) == c->ladder->probe_count)
        return false;
    wire_identify(c->wire, climb_scaled(c, LADDER_ALL_MS), LADDER_ALL_CONNECTIONS);
    return guess_on(c, c->silent + LADDER_ALL_SILENT);
}

bool climb_guess(struct climber *c)
{
    if (!climb_tls_wants_last(c))
        wire_allow(c->wire, LADDER_LAST_CONNECTIONS);
    return guess_on(c, LADDER_GUESSES) || (c->ladder->all_protocols && guess_everybody(c));
}

/* Whether its servers answer "GET /" as well, and took what was asked before as this one did. */
static bool answers_http_too(const struct climber *c, size_t index)
{
    const struct probe *p = c->ladder->probes[index];
    bool recognised = p->recognises && c->seen.line == REACT_BYTES && p->reacts.line & REACT_BYTES;
    return !c->tried[index] && !p->peer_first && p->at_home && p->reacts.http & REACT_BYTES && !recognised &&
           distance_of(c, p) == 0;
}

bool climb_guess_behind_http(struct climber *c)
{
    c->seen.http = REACT_BYTES;
    wire_identify(c->wire, climb_scaled(c, LADDER_ALL_MS), LADDER_ALL_CONNECTIONS);
    for (size_t i = 0; i < c->ladder->probe_count; i++) {
        if (!answers_http_too(c, i))
            continue;
        if (!climb_fresh(c))
            return false;
        wire_patience(c->wire, climb_share(c, WHOLE_PERCENT));
        if (climb_probe(c, i))
            return true;
    }
    return false;
}
