/* Git by git daemon (gitprotocol-pack(5)): one request names a repository, whose branches are then listed to anyone.
 *
 * There is no list of repositories, and no name is guessed: one is asked for that is not there, by which the daemon
 * says who it is. All that it serves is for everybody; it is named and not judged. */
#include "base/reader.h"
#include "probe/probe.h"

enum { LENGTH_DIGITS = 4, ANSWER_MAX = 1000 };

static const struct ask GIT_NONE =
    ASK_FIXED("git.none", "asks for a repository that is not there",
              "002egit-upload-pack /ajar-asks.none\0host=ajar\0");

static bool git_length(struct span digits, size_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t c = ascii_lower(digits.at[i]);
        if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
            return false;
        *ret = *ret * 16 + (size_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return digits.len == LENGTH_DIGITS && *ret > LENGTH_DIGITS && *ret <= ANSWER_MAX;
}

static enum outcome git_run(struct wire *w, struct observation *o)
{
    size_t len = 0;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &GIT_NONE);
    struct span digits = wire_need(w, LENGTH_DIGITS);
    if (!wire_ok(w) || !git_length(digits, &len))
        return OUTCOME_NOT_MINE;
    struct span text = wire_need(w, len - LENGTH_DIGITS);
    if (!wire_ok(w) || !span_starts(text, SPAN("ERR ")) || !span_has(text, "/ajar-asks.none"))
        return OUTCOME_NOT_MINE;
    o->product = "git-daemon";
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_GIT;
const struct probe PROBE_GIT = {
    .name = "git",
    .title = "Git daemon",
    .products = { "git-daemon" },
    .kind = KIND_FILES,
    .ports = { 9418 },
    .at_home = true,
    .reacts = { .line = REACT_RESET, .tls = REACT_RESET, .http = REACT_RESET },
    .rank = 10,
    .proof = "none: it lists no repositories, and no name is guessed",
    .counts = "nothing",
    .asks = { &GIT_NONE },
    .run = git_run,
};
