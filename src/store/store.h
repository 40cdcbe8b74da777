/* The memory: what was asked, what was seen, what was open and since when, in one SQLite file.
 *
 * Invariants: what a scan stored and the note that it is done become durable in one transaction,
 * so that a scan killed at any instant goes on without asking twice what is stored and without
 * skipping what is not. A file of a newer Ajar is refused and left alone. Nothing here prints.
 *
 * A store carries one sticky error: after it every call fails with the same sentence and nothing
 * more is written. One store belongs to one thread; several processes may have the file open. */
#ifndef AJAR_STORE_STORE_H
#define AJAR_STORE_STORE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "record/ending.h"
#include "record/fleet.h"
#include "record/tag.h"
#include "record/pipe.h"
#include "store/runs.h"

struct store;

enum { STORE_PATH_MAX = 1024 };

/* $XDG_STATE_HOME/ajar/ajar.db, else ~/.local/state/ajar/ajar.db. NULL where neither is set. */
const char *store_default_path(char path[static STORE_PATH_MAX]);
enum store_use {
    STORE_READ,     /* the file must be there and is not changed, except that an old one is brought up to date where it
                     * may be written; works on a read-only medium */
    STORE_EXISTING, /* the file must be there */
    STORE_WRITE,    /* file (0600) and directory (0700) are made */
};
struct store *store_open(const char *path, enum store_use use, struct error *e);
/* Why the last call that failed did, for callers that would do something about it; the sentence is for people. */
enum store_trouble {
    STORE_FINE,
    STORE_FAILED,
    STORE_BUSY, /* another process works on the scan, or kept the store locked: later it may be free */
    STORE_OVER, /* the scan to go on with has ended meanwhile */
};
enum store_trouble store_trouble(const struct store *s);
/* Undoes what was not committed. */
void store_close(struct store *s);

/* While another process holds the store, calls wait: for STORE_PATIENCE_MS at most, or until `each` returns false.
 * Then the store fails, and says for how long it was held. `each` is called after STORE_TELL_MS of a wait, that time
 * with `first`, and about once a second from then on. */
enum { STORE_TELL_MS = 3000, STORE_PATIENCE_MS = 10 * 60 * 1000 };
void store_on_wait(struct store *s, bool (*each)(void *self, bool first), void *self);

/* ---- scans ---- */

enum scan_state { SCAN_UNFINISHED, SCAN_COMPLETE };
const char *scan_state_name(enum scan_state state);

/* What a scan set out to do: enough to do it again, and to see whether it is still the same. */
struct scan_plan {
    uint64_t seed, total; /* places of this part of the scan, each asked once */
    struct span plan;     /* lines of text; see doc/store.md */
    struct span scope;    /* the scope file as it was, or empty */
    const char *version;  /* of Ajar */
};

struct scan_sums {
    uint64_t done, skipped, failed, answered;
};

struct stored_scan {
    int64_t id;
    enum scan_state state;
    int64_t started_ms, ended_ms; /* ended_ms COUNT_UNKNOWN where it did not end */
    struct scan_plan plan;
    struct span why; /* why it did not finish, where it knew */
    struct scan_sums sums;
};

/* Starts a scan; *ret_id is its number. Nothing is durable before store_commit(). */
bool store_scan_begin(struct store *s, const struct scan_plan *plan, int64_t now_ms,
                      int64_t *ret_id, struct error *e);
/* Goes on with an unfinished scan, alone: refused while another process works on it. */
bool store_scan_resume(struct store *s, int64_t id, struct error *e);
/* Which places are done: after resume, those to leave out. Belongs to the store. */
const struct runs *store_scan_places(const struct store *s);
struct scan_sums store_scan_sums(const struct store *s);

/* Who is asked whether a finding that a visit did not show is over: by its rule, from how it looked when it was seen
 * last (NULL where that is not kept) and the same product as it looks now. */
typedef struct ending store_ending_of(const void *self, const char *rule, const struct observation *before,
                                      const struct observation *now, bool same_look);
/* To be set before visits are stored. Without it a refusal ends a finding, and so does every other verdict but
 * unclear. */
void store_ask_endings(struct store *s, store_ending_of *ending, const void *self);
/* Stores one visit of the running scan, and what was concluded from it; fills the life of each
 * finding. A place that is done already is left alone, and so are its findings; *ret_new says which
 * it was. */
bool store_visit(struct store *s, const struct visit *v, struct finding *f, size_t findings,
                 int64_t now_ms, bool *ret_new, struct error *e);
/* The same for places of the running scan that nobody has a visit for. All of them are news: a place that is done
 * already is an error. */
bool store_places(struct store *s, const struct sweep_places *p, struct error *e);
/* Fills the life of each finding that is stored; the others keep theirs. `scan`: as that scan saw
 * them (what it was the first to see is new); 0: nothing is new. Texts live as long as the store. */
bool store_lives(struct store *s, int64_t scan, struct finding *f, size_t findings,
                 struct error *e);
/* Keeps visits of the running scan, as visit_encode() made them, beside the store: from here on they
 * survive the death of this process. They are to be stored next; the commit after that forgets them
 * here. A scan that is resumed takes in store_tail() and commits before it keeps more. */
bool store_keep(struct store *s, struct span visits, struct error *e);
/* Visits of a scan that were kept and perhaps not stored, in their order, with their encoding (without
 * the length). `each` returns false to stop; both die after the call. */
bool store_tail(struct store *s, int64_t scan,
                bool (*each)(void *self, const struct visit *v, struct span encoded), void *self,
                struct error *e);
/* What became of open findings that the visits stored so far, by this process, did not show. */
struct scan_endings {
    uint64_t closed[PROOF_COUNT], unseen[UNSEEN_COUNT];
};
struct scan_endings store_scan_endings(const struct store *s);
/* Makes everything so far durable. Cheap where nothing happened. */
bool store_commit(struct store *s, struct error *e);
/* Ends the running scan and commits. `why`: what kept it from finishing, or NULL. */
bool store_scan_end(struct store *s, enum scan_state state, const char *why, int64_t now_ms,
                    struct error *e);

/* The newest scan, or the newest in one state; false and a sentence where there is none. */
bool store_scan_find(struct store *s, int64_t id, struct arena *a, struct stored_scan *ret,
                     struct error *e);
enum {
    SCAN_NEWEST = 0,
    SCAN_NEWEST_UNFINISHED = -1,
    SCAN_NEWEST_COMPLETE = -2,
    SCAN_SECOND_COMPLETE = -3
};
/* All scans, newest first. `each` returns false to stop. */
bool store_scans(struct store *s, bool (*each)(void *self, const struct stored_scan *scan),
                 void *self, struct error *e);
/* The places that a scan has done or kept, whatever scan is running. The caller releases them. */
bool store_scan_runs(struct store *s, int64_t id, struct runs *ret, struct error *e);

/* ---- visits ---- */

/* Rebuilds what was seen: in one scan (id > 0), or at each endpoint when it last answered (0).
 * The visit dies after the call. */
bool store_visits(struct store *s, int64_t scan, bool (*each)(void *self, const struct visit *v),
                  void *self, struct error *e);

/* A certificate as one endpoint showed it, at any time. */
struct stored_certificate {
    struct endpoint endpoint;
    const struct observation *seen; /* as it looked when it was seen last */
    int64_t first_ms, last_ms;      /* when it was seen to look so */
    bool now;                       /* it is what the endpoint showed when it answered last */
};
/* All that were ever seen and are not forgotten, endpoint by endpoint, the oldest first. `each` returns false to stop;
 * what it gets dies after the call. */
bool store_certificates(struct store *s, bool (*each)(void *self, const struct stored_certificate *c), void *self,
                        struct error *e);
/* Every endpoint of which something is remembered; it dies after the call. */
bool store_endpoints(struct store *s, bool (*each)(void *self, const struct endpoint *e), void *self, struct error *e);

/* ---- findings ---- */

struct exposure {
    int64_t opened_ms, seen_ms, closed_ms; /* closed_ms COUNT_UNKNOWN: open */
    int64_t opened_scan, seen_scan, closed_scan;
    enum proof proof;          /* PROOF_NONE: open */
    struct span proof_detail;  /* of what proved it; may be foreign */
};

struct stored_finding {
    int64_t id;
    struct finding finding;    /* no evidence; see store_finding_visit() */
    struct exposure exposure;  /* the newest */
    int64_t first_ms;          /* of the first exposure */
    size_t reopened;           /* how often it came back */
    enum unseen unseen;        /* why it was not seen when it was asked for last; exposure.seen_ms says since when */
    struct span unseen_detail; /* may be foreign */
    int64_t unseen_scan;       /* the first that did not see it; 0: it was seen */
    int64_t records, bytes;    /* COUNT_UNKNOWN where not known */
    int64_t accepted_until_ms; /* COUNT_UNKNOWN: not accepted, or no more at now_ms */
    struct span accepted_why;
};

enum store_which { STORE_OPEN, STORE_CLOSED, STORE_ALL };

struct store_filter {
    enum store_which which;
    enum severity severity_min;
    const char *product, *rule; /* NULL: any */
    struct address address;     /* family 0: any */
    unsigned prefix;            /* bits of `address` that count */
    uint32_t port;              /* endpoint_port(); 0: any */
    int64_t opened_after_ms;    /* COUNT_UNKNOWN: any; only exposures that opened later */
    int64_t closed_after_ms;    /* 0: any; only what was closed later */
    int64_t after_scan;         /* 0: any; with the two above: or by a later scan, for clocks go back */
    bool unseen_only;           /* what is open and was not seen when it was asked for last */
    bool accepted_only, no_accepted;
    struct tag_filter tags;     /* of what proved them last */
    size_t max; /* at most so many, worst and largest first; 0: all */
    int64_t now_ms;
};

/* What a list would show, by severity. */
struct store_totals {
    uint64_t open[SEVERITY_CRITICAL + 1];
    uint64_t accepted; /* among the open */
    uint64_t unseen;   /* among the open: not seen when they were asked for last */
};

bool store_findings(struct store *s, const struct store_filter *filter,
                    bool (*each)(void *self, const struct stored_finding *f), void *self,
                    struct error *e);
bool store_totals(struct store *s, int64_t now_ms, struct store_totals *ret, struct error *e);
/* The finding whose fingerprint starts with these hexadecimal digits (at least 4). */
bool store_finding_get(struct store *s, const char *prefix, int64_t now_ms, struct arena *a,
                       struct stored_finding *ret, struct error *e);
/* Its exposures, oldest first. */
bool store_exposures(struct store *s, int64_t finding,
                     bool (*each)(void *self, const struct exposure *x), void *self,
                     struct error *e);
/* *ret: whether what proved the finding last has these tags. False and a sentence where it cannot be read. */
bool store_finding_tagged(struct store *s, int64_t finding, const struct tag_filter *tags, bool *ret, struct error *e);
/* The newest observation that proves the finding, as a visit with one observation. */
bool store_finding_visit(struct store *s, int64_t finding, struct arena *a, struct visit *ret,
                         struct error *e);

/* ---- what changed ---- */

enum change {
    CHANGE_NEW,
    CHANGE_STILL,
    CHANGE_CHANGED,
    CHANGE_FIXED,
    CHANGE_NOT_SEEN,
    CHANGE_NOT_ASKED
};
enum { CHANGE_COUNT = CHANGE_NOT_ASKED + 1 };
const char *change_name(enum change c);

struct stored_change {
    enum change change;
    int64_t finding;
    enum severity before, after; /* equal where only one is known */
    bool reopened;               /* CHANGE_NEW, yet it was open once before */
    enum proof proof;            /* CHANGE_FIXED */
    enum unseen unseen;          /* CHANGE_NOT_SEEN */
    char what[ENDING_TEXT_MAX];  /* what changed, what proved it, why it was not seen; may hold foreign text */
};

/* Compares what two scans found, the older first, in no order. Still open ones are only counted
 * unless `with_still`. `counts` may be NULL. */
bool store_diff(struct store *s, int64_t older, int64_t newer, bool with_still,
                bool (*each)(void *self, const struct stored_change *c), void *self,
                uint64_t counts[CHANGE_COUNT], struct error *e);
/* One finding in full; for showing a change. */
bool store_finding_by_id(struct store *s, int64_t finding, int64_t now_ms, struct arena *a,
                         struct stored_finding *ret, struct error *e);

/* Every time that any finding was open, in no order: from when until when (COUNT_UNKNOWN: it still
 * is), and how bad it is or was at last. `each` returns false to stop. */
bool store_past(struct store *s,
                bool (*each)(void *self, enum severity severity, int64_t opened_ms, int64_t closed_ms),
                void *self, struct error *e);

/* Closes a finding by its owner's word. False and a sentence where it is closed already, or the store fails. */
bool store_close_finding(struct store *s, int64_t finding, const char *why, int64_t now_ms, struct error *e);

/* ---- accepted risks ---- */

/* From now until `until_ms` the finding is known and accepted; 0 takes an acceptance back. */
bool store_accept(struct store *s, const char *fingerprint, int64_t until_ms, const char *why,
                  int64_t now_ms, struct error *e);
/* Whether the fingerprint is accepted at now_ms, and until when. */
bool store_accepted(struct store *s, const char *fingerprint, int64_t now_ms,
                    int64_t *ret_until_ms);
/* What was said when it was accepted at last; lies in the arena, empty where there is nothing. */
struct span store_accepted_why(struct store *s, const char *fingerprint, struct arena *a);

/* ---- fleets ---- */

/* Who is in the i-th fleet of a list: calls `each` for every member until it returns false. */
typedef void store_members_of(void *self, size_t fleet,
                              bool (*each)(void *each_self, const struct fleet_member *m), void *each_self);

/* Gives each fleet the fingerprint under which it is known: its own, or that of the stored fleet of
 * which it has most members, where no other of the list has a better claim. So a name, and what was
 * decided under it, stays while members and traits come and go. Also fills accepted_until_ms. */
bool store_fleets_name(struct store *s, struct fleet *list, size_t count, store_members_of *members, void *self,
                       int64_t now_ms, struct error *e);
/* Keeps the fleets of the running scan, named before. Members that are new to an accepted fleet are accepted
 * with it, those that left it are not any more. Calls `accepted` for each finding that this accepts. */
bool store_fleets(struct store *s, const struct fleet *list, size_t count, store_members_of *members, void *self,
                  int64_t now_ms, void (*accepted)(void *accepted_self, enum severity severity), void *accepted_self,
                  struct error *e);

struct stored_fleet {
    int64_t id;
    struct fleet fleet; /* as it was seen last, without members; accepted_until_ms as of now */
    int64_t first_ms, last_ms, last_scan;
    size_t open_now; /* members that were open and whose worst finding has not closed since */
    struct span accepted_why;
};

/* Fleets as they were seen last, worst first. One whose members have all been asked again since, without it,
 * is no more, and left out unless `with_former`. */
bool store_fleet_list(struct store *s, bool with_former, int64_t now_ms,
                      bool (*each)(void *self, const struct stored_fleet *f), void *self, struct error *e);
/* The fleet whose fingerprint starts with these hexadecimal digits (at least 4). False with an empty sentence
 * where there is none. */
bool store_fleet_get(struct store *s, const char *prefix, int64_t now_ms, struct arena *a,
                     struct stored_fleet *ret, struct error *e);
/* Its members when it was seen last, worst first. */
bool store_fleet_members(struct store *s, int64_t fleet, bool (*each)(void *self, const struct fleet_member *m),
                         void *self, struct error *e);
/* From now until `until_ms` the fleet is accepted, with all open findings of its members, and with those of the
 * same rules, no worse, of members that join later. 0 takes it back, also from the findings. *ret_findings:
 * how many there are now. */
bool store_fleet_accept(struct store *s, int64_t fleet, int64_t until_ms, const char *why, int64_t now_ms,
                        size_t *ret_findings, struct error *e);

/* ---- retention ---- */

struct forgotten {
    uint64_t scans, observations, findings, endpoints;
};

/* Removes scans that ended before, exposures that closed before, and what only they needed. What
 * is open now, and the newest complete scan, stay. With dry_run it only counts. */
bool store_forget(struct store *s, int64_t before_ms, bool dry_run, struct forgotten *ret,
                  struct error *e);

#endif
