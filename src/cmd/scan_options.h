/* What `ajar scan` was told, checked as far as it can be without the network. */
#ifndef AJAR_CMD_SCAN_OPTIONS_H
#define AJAR_CMD_SCAN_OPTIONS_H

#include "cmd/cmd.h"
#include "cmd/outputs.h"
#include "import/import.h"
#include "report/report.h"
#include "sweep/pace.h"
#include "sweep/reverse.h"
#include "target/permutation.h"
#include "target/plan.h"

enum { CATALOGS_MAX = 8, REGISTRIES_MAX = 4, LOGS_MAX = 8, IMPORTS_MAX = 16 };

/* Whether a first question is asked by single packets. */
enum knock_wish { KNOCK_WHERE_BIG, KNOCK_ALWAYS, KNOCK_NEVER };

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct scan_options {
    struct arena *arena;
    struct plan_options plan;
    struct shard shard;
    bool rate_given;
    double rate, timeout_s;
    size_t parallel; /* 0: not said, see scan_parallel() */
    unsigned loops;
    uint64_t seed;
    bool seed_given, shard_given;
    const char *ports_text; /* --ports as written; what its words stand for is known with the catalog */
    const char *scope_path; /* absolute, or "-"; NULL: no scope file */
    struct span scope_text;
    const char *db; /* NULL: the default place; "none": nothing is stored */
    bool resume;
    enum knock_wish knock;
    bool follow;          /* also ask what answers name */
    bool plan_given;      /* the command line says what to ask */
    uint64_t resume_scan; /* 0: the newest unfinished one */
    struct outputs outputs; /* at least one, unless --quiet */
    enum severity fail_on;
    enum colour colour;
    bool dry_run, verbose;
    bool tls_full;   /* audit each TLS server */
    bool leavings; /* web servers are asked for all that may have been left behind on them */
    bool all_protocols; /* who is not known is asked by every protocol */
    bool quiet; /* neither progress nor a report on a terminal: errors and what is written to files */
    uint32_t sample; /* records to draw from each store that is owned; 0: none */
    const char *transcript, *rules;
    const char *config, *profile, *output; /* as the command line says */
    const char *baseline; /* a file of accepted findings, or NULL */
    struct import_note {
        const char *file;
        struct imported told;
    } imports[IMPORTS_MAX]; /* what was read by --from */
    size_t import_count;
    struct sightings saw; /* what others saw from outside, as these say */
    const char *authorities; /* a file of certificates, trusted besides the system's; or NULL */
    const char *catalogs[CATALOGS_MAX];
    size_t catalog_count;
    /* Whose it is and since when; doc/owners.md. */
    const char *names;                     /* a file of addresses and names, or NULL */
    const char *registries[REGISTRIES_MAX]; /* address databases */
    const char *logs[LOGS_MAX];             /* exports of certificate logs */
    size_t registry_count, log_count;
    struct reverse_servers resolvers; /* asked for names of addresses; none: nobody is */
};

/* Defaults, then the command line; everything lies in the arena. */
bool scan_options_parse(struct scan_options *o, struct arena *a, int argc, char **argv,
                        struct error *e);
/* Reads a scope file into the options; path "-" is standard input. */
bool scan_options_scope(struct scan_options *o, const char *path, struct error *e);
/* How many conversations there may be at once: what --parallel says, else one for each connection of the rate that
 * may still be waited for, and a few thousand that merely wait for somebody to speak. */
size_t scan_parallel(const struct scan_options *o);
/* The pace that a rate stands for; DESIGN section 6. */
struct pace_limits scan_pace(const struct scan_options *o);

#endif
