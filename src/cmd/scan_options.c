#include "cmd/scan_options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "base/say.h"
#include "cmd/known_ports.h"
#include "cmd/options.h"
#include "cmd/settings.h"
#include "sample/sampler.h"

enum {
    RATE_DEFAULT = 100,
    PARALLEL_LEAST = 8192,
    PARALLEL_MAX = 100000,
    LOOPS_MAX = 64,
    SCOPE_BYTES_MAX = 1 << 20,
    TIMEOUT_DEFAULT_S = 3
};

enum row {
    ROW_PORTS,
    ROW_EXCLUDE,
    ROW_TAG,
    ROW_SCOPE,
    ROW_LARGE,
    ROW_IGNORE_UNRESOLVED,
    ROW_FOLLOW,
    ROW_RATE,
    ROW_PARALLEL,
    ROW_LOOPS,
    ROW_TIMEOUT,
    ROW_SEED,
    ROW_SHARD,
    ROW_JSON,
    ROW_FORMAT,
    ROW_VERBOSE,
    ROW_COLOR,
    ROW_FAIL_ON,
    ROW_TRANSCRIPT,
    ROW_DRY_RUN,
    ROW_CATALOG,
    ROW_RULES,
    ROW_MMDB,
    ROW_NAMES,
    ROW_CA,
    ROW_REVERSE,
    ROW_RESOLVER,
    ROW_CT,
    ROW_DB,
    ROW_RESUME,
    ROW_SAMPLE,
    ROW_TLS,
    ROW_LEAVINGS,
    ROW_ALL_PROTOCOLS,
    ROW_TOP_PORTS,
    ROW_OUTPUT,
    ROW_QUIET,
    ROW_CONFIG,
    ROW_PROFILE,
    ROW_BASELINE,
    ROW_KNOCK,
    ROW_CONNECT,
    ROW_FROM,
    ROW_END
};

static const struct option_row ROWS[] = {
    [ROW_PORTS] = { "ports", "LIST",
                    N_("ports to ask, as in 6379,9200-9210,161/udp, or words: a product as in redis, `usual` (the "
                    "default: where products leak most), `all-known` (those of all products), top:20") },
    [ROW_EXCLUDE] = { "exclude", "TARGET...",
                      N_("never ask this; may be given again, @FILE reads a list") },
    [ROW_TAG] = { "tag", "KEY=VALUE...",
                  N_("ask only what the scope file tags so; another key must hold too, another value may") },
    [ROW_SCOPE] = { "scope", "FILE",
                    N_("what may be asked and who owns it; public addresses need one") },
    [ROW_LARGE] = { "large", NULL, N_("allow ranges of more than 65536 addresses") },
    [ROW_IGNORE_UNRESOLVED] = { "ignore-unresolved", NULL,
                                N_("names that lead to no address are listed, and leave the scan complete") },
    [ROW_FOLLOW] = { "follow", NULL, N_("also ask endpoints that answers name, where the scope allows them") },
    [ROW_RATE] = { "rate", "N",
                   N_("new connections a second in all, default 100 (unanswered ones count half); loopback has no "
                      "pace") },
    [ROW_PARALLEL] = { "parallel", "N", N_("conversations at once at most; default: as many as the rate needs") },
    [ROW_LOOPS] = { "loops", "N", N_("threads, default one a processor") },
    [ROW_TIMEOUT] = { "timeout", "SECONDS", N_("how long to wait for one answer, default 3") },
    [ROW_SEED] = { "seed", "N", N_("order of the endpoints; the same seed gives the same order") },
    [ROW_SHARD] = { "shard", "I/N", N_("the I-th of N parts of the endpoints") },
    [ROW_JSON] = { "json", NULL, N_("JSON Lines on standard output; the same as --format json") },
    [ROW_FORMAT] = { "format", "NAME[=FILE]...",
                     N_("tty, json, html, sarif, csv, excel, markdown, junit, ical, ocsf or l9; to FILE, any number "
                        "in one run") },
    [ROW_VERBOSE] = { "verbose", NULL, N_("also show services without a finding in full") },
    [ROW_COLOR] = { "color", "WHEN", N_("auto, always or never; NO_COLOR is honoured") },
    [ROW_FAIL_ON] = { "fail-on", "SEVERITY",
                      N_("lowest severity that gives exit status 1, default high") },
    [ROW_TRANSCRIPT] = { "transcript", "FILE", N_("write every byte that was sent to FILE") },
    [ROW_DRY_RUN] = { "dry-run", NULL, N_("print the plan and stop; nothing is sent") },
    [ROW_CATALOG] = { "catalog", "DIR...", N_("also the HTTP products described in DIR") },
    [ROW_RULES] = { "rules", "DIR", N_("judge by the rules in DIR instead of the shipped ones") },
    [ROW_MMDB] = { "mmdb", "FILE...",
                   N_("country and network, by a database in MaxMind's format; may be given again") },
    [ROW_NAMES] = { "names", "FILE", N_("names of addresses, \"10.0.0.5 db.example.org\" a line") },
    [ROW_CA] = { "ca", "FILE",
                 N_("authorities that your clients trust besides the system's, revocation lists, as PEM") },
    [ROW_REVERSE] = { "reverse-names", NULL,
                      N_("ask the system's name server for the names of addresses that answer") },
    [ROW_RESOLVER] = { "resolver", "ADDRESS",
                       N_("the same from this name server, as in 10.0.0.53 or [fd00::53]:5353") },
    [ROW_CT] = { "ct", "FILE...", N_("when certificates were logged, by an export of crt.sh; may be given again") },
    [ROW_DB] = { "db", "FILE", N_("store what was found in FILE; none stores nothing") },
    [ROW_RESUME] = { "resume", NULL,
                     N_("go on with the newest unfinished scan; --resume N: with scan N") },
    [ROW_TOP_PORTS] = { "top-ports", "N", N_("the N ports that are found open most; the same as --ports top:N") },
    [ROW_OUTPUT] = { "output", "FILE", N_("write the report to FILE instead of standard output") },
    [ROW_QUIET] = { "quiet", NULL, N_("no progress, and no report on standard output but what --format asks for") },
    [ROW_CONFIG] = { "config", "FILE",
                     N_("options from a settings file; default: ~/.config/ajar/config.yaml, where there is one") },
    [ROW_PROFILE] = { "profile", "NAME",
                      N_("quick (ten ports), usual, full (all known ports, --leavings), or one of the settings "
                      "file's own") },
    [ROW_FROM] = { "from", "FILE...",
                   N_("targets from what another tool wrote, known by its content: nmap, masscan, zmap, httpx, naabu, "
                   "Shodan, Shadowserver, Ansible, Terraform, kubectl, clouds, DNS zones, crt.sh; - is stdin") },
    [ROW_BASELINE] = { "baseline", "FILE",
                       N_("findings that are accepted: until when, why, by whom; they fail no run") },
    [ROW_KNOCK] = { "knock", NULL,
                    N_("ask by single packets first, and visit who answers; the default from 65536 endpoints on, where "
                    "CAP_NET_RAW is there") },
    [ROW_CONNECT] = { "connect", NULL, N_("visit every endpoint, in a big plan, too") },
    [ROW_SAMPLE] = { "sample", "N",
                     N_("draw N random records, or auto, of each open store that --scope marks as owned") },
    [ROW_TLS] = { "tls", "HOW",
                  N_("quick: one handshake, the default; full: all that each TLS server accepts, 20 to 40 more") },
    [ROW_LEAVINGS] = { "leavings", NULL,
                       N_("ask web servers for all that is often left behind on them: dumps, backups, settings; not "
                       "only for .git and .env") },
    [ROW_ALL_PROTOCOLS] = { "all-protocols", NULL,
                            N_("ask who is not known by every protocol, those too that are else asked at their own "
                               "ports "
                            "only: up to 40 connections and 30 s more for each such endpoint") },
    [ROW_END] = { NULL, NULL, NULL },
};

void help_scan(void)
{
    puts(
        _("\nTARGET is an address, a range, a name or @FILE:\n"
        "  127.0.0.1  db.internal:9200  10.1.0.0/24  10.1.0.5-10.1.0.9  fd00:1::/120  @targets.txt\n"
        "or - for standard input, of any form that --from knows.\n"
        "Loopback and private addresses may be named; public ones only through --scope.\n"));
    options_print(ROWS);
}

static bool add_path(const char *option, const char **list, size_t *count, size_t max,
                     const char *value, struct error *e)
{
    if (*count == max)
        return error_set(e, "--%s can be given at most %zu times", option, max);
    list[(*count)++] = value;
    return true;
}

/* "html" to standard output, "html=FILE" to a file. */
static bool take_format(struct scan_options *o, const char *value, struct error *e)
{
    const char *sign = strchr(value, '=');
    char *name = arena_str(o->arena, span_of(value, sign ? (size_t)(sign - value) : strlen(value)));
    const struct report *r = name ? report_option(name, e) : NULL;
    if (sign && !sign[1])
        return error_set(e, "--format %s: a file is missing behind the sign", value);
    return r && outputs_add(&o->outputs, r, sign ? sign + 1 : NULL, e);
}

/* Takes the place of --ports, wherever that stands. */
static bool take_top_ports(struct scan_options *o, const char *value, struct error *e)
{
    double n = 0;
    if (!option_number("top-ports", value, 1, 65535, &n, e))
        return false;
    o->ports_text = arena_printf(o->arena, "top:%.0f", n);
    return o->ports_text || error_set(e, "no memory for the ports");
}

static bool take_word(struct scan_options *o, enum row row, const char *value, struct error *e)
{
    switch (row) {
    case ROW_FORMAT:
        return take_format(o, value, e);
    case ROW_OUTPUT:
        o->output = value;
        return true;
    case ROW_CONFIG:
        o->config = value;
        return true;
    case ROW_PROFILE:
        o->profile = value;
        return true;
    case ROW_BASELINE:
        o->baseline = value;
        return true;
    case ROW_COLOR:
        o->colour = strcmp(value, "always") == 0  ? COLOUR_ALWAYS
                    : strcmp(value, "never") == 0 ? COLOUR_NEVER
                                                  : COLOUR_AUTO;
        return o->colour != COLOUR_AUTO || strcmp(value, "auto") == 0 ||
               error_set(e, "--color %s: write auto, always or never", value);
    case ROW_FAIL_ON:
        return severity_parse(span_str(value), &o->fail_on) ||
               error_set(e, "--fail-on %s: write info, low, medium, high or critical", value);
    case ROW_TLS:
        o->tls_full = strcmp(value, "full") == 0;
        return o->tls_full || strcmp(value, "quick") == 0 || error_set(e, "--tls %s: write quick or full", value);
    case ROW_CATALOG:
        return add_path("catalog", o->catalogs, &o->catalog_count, CATALOGS_MAX, value, e);
    case ROW_MMDB:
        return add_path("mmdb", o->registries, &o->registry_count, REGISTRIES_MAX, value, e);
    case ROW_CT:
        return add_path("ct", o->logs, &o->log_count, LOGS_MAX, value, e);
    case ROW_NAMES:
        o->names = value;
        return true;
    case ROW_CA:
        o->authorities = value;
        return true;
    default:
        *(row == ROW_TRANSCRIPT ? &o->transcript : row == ROW_DB ? &o->db : &o->rules) = value;
        return true;
    }
}

/* `auto` is as many as show, with 99 % certainty, what one record in a hundred holds. */
static bool take_sample(struct scan_options *o, const char *value, struct error *e)
{
    double n = (double)ajar_pii_sample_to_see(0.01, 0.99);
    if (strcmp(value, "auto") != 0 && !option_number("sample", value, 1, SAMPLE_RECORDS_MAX, &n, e))
        return false;
    o->sample = (uint32_t)n;
    return true;
}

static bool take_number(struct scan_options *o, enum row row, const char *value, struct error *e)
{
    double n = 0;
    switch (row) {
    case ROW_RATE:
        o->rate_given = true;
        return option_number("rate", value, 0.1, 10e6, &o->rate, e);
    case ROW_TIMEOUT:
        return option_number("timeout", value, 0.05, 300, &o->timeout_s, e);
    case ROW_PARALLEL:
        if (!option_number("parallel", value, 1, PARALLEL_MAX, &n, e))
            return false;
        o->parallel = (size_t)n;
        return true;
    case ROW_LOOPS:
        if (!option_number("loops", value, 1, LOOPS_MAX, &n, e))
            return false;
        o->loops = (unsigned)n;
        return true;
    default:
        o->seed_given = true;
        return span_u64(span_str(value), UINT64_MAX, &o->seed) ||
               error_set(e, "--seed %s: expected a whole number", value);
    }
}

bool scan_options_scope(struct scan_options *o, const char *path, struct error *e)
{
    char full[PATH_MAX];
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    if (!file_read_or_stdin(o->arena, path, SCOPE_BYTES_MAX, &o->scope_text, e))
        return false;
    o->scope_path = arena_str(o->arena, span_str(!is_stdin && realpath(path, full) ? full : path));
    return o->scope_path && (o->plan.scope = scope_parse(o->arena, o->scope_text, name, e)) != NULL;
}

enum { RESOLV_CONF_BYTES_MAX = 65536 };

/* Read now: the sweeper has no disk. */
static bool system_resolvers(struct scan_options *o, struct error *e)
{
    static const char PATH[] = "/etc/resolv.conf";
    struct span text;
    if (o->resolvers.len)
        return true;
    if (!file_read(o->arena, PATH, RESOLV_CONF_BYTES_MAX, &text, e))
        return error_in(e, "--reverse-names");
    reverse_servers_read(text, &o->resolvers);
    return o->resolvers.len ||
           error_set(e, "--reverse-names: %s names no server; say which with --resolver", PATH);
}

static bool take_resolver(struct scan_options *o, const char *value, struct error *e)
{
    struct target t;
    struct origin here = { .file = NULL };
    struct endpoint *to = &o->resolvers.at[0];
    if (!target_parse(o->arena, span_str(value), here, &t, e))
        return error_in(e, "--resolver");
    if (t.name || t.range.family == 0 || t.range.first != t.range.last || t.ports.len > 1 ||
        (t.ports.len && ports_at(&t.ports, 0) & PORT_UDP))
        return error_set(e, "--resolver %.80s: one address is wanted, as in 10.0.0.53 or [fd00::53]:5353", value);
    *to = (struct endpoint){ .address = address_from(t.range.family, t.range.first), .port = 53 };
    if (t.ports.len)
        to->port = (uint16_t)ports_at(&t.ports, 0);
    o->resolvers.len = 1;
    return true;
}

/* What another tool wrote; "-" is standard input. A file that names nothing is a slip, as below. */
static bool take_import(struct scan_options *o, const char *path, struct error *e)
{
    struct span text;
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    if (o->import_count == IMPORTS_MAX)
        return error_set(e, "--from can be given at most %d times", IMPORTS_MAX);
    struct import_note *n = &o->imports[o->import_count++];
    n->file = name;
    if (!file_read_or_stdin(o->arena, path, IMPORT_BYTES_MAX, &text, e) ||
        !import_targets(o->arena, text, name, &o->plan.targets, &o->saw, &n->told, e))
        return false;
    return n->told.targets || error_set(e, "%s: %s, and no target is in it (%zu entries are none)", name,
                                        n->told.format, n->told.passed_over);
}

/* What decides which endpoints there are: a scan that goes on has that from the store. */
static bool is_of_plan(size_t row)
{
    return row == ROW_PORTS || row == ROW_TOP_PORTS || row == ROW_EXCLUDE || row == ROW_TAG || row == ROW_SCOPE ||
           row == ROW_FROM;
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct scan_options *o = self;
    struct ports unused;
    o->plan_given |= is_of_plan(row);
    switch ((enum row)row) {
    case ROW_SAMPLE:
        return take_sample(o, value, e);
    case ROW_PORTS:
        o->ports_text = value;
        return known_ports_parse(o->arena, NULL, span_str(value), &unused, e);
    case ROW_EXCLUDE:
        return targets_add(o->arena, &o->plan.excludes, span_str(value), e);
    case ROW_TAG:
        return tag_filter_add(o->arena, &o->plan.tags, value, e);
    case ROW_SCOPE:
        return scan_options_scope(o, value, e);
    case ROW_RESUME:
        o->resume = true;
        return true;
    case ROW_SHARD:
        o->shard_given = true;
        return shard_parse(span_str(value), &o->shard, e);
    case ROW_REVERSE:
        return system_resolvers(o, e);
    case ROW_RESOLVER:
        return take_resolver(o, value, e);
    case ROW_LEAVINGS:
        o->leavings = true;
        return true;
    case ROW_ALL_PROTOCOLS:
        return o->all_protocols = true;
    case ROW_KNOCK:
        o->knock = KNOCK_ALWAYS;
        return true;
    case ROW_CONNECT:
        o->knock = KNOCK_NEVER;
        return true;
    case ROW_LARGE:
        o->plan.allow_large = true;
        return true;
    case ROW_FOLLOW:
        return o->follow = true;
    case ROW_IGNORE_UNRESOLVED:
        o->plan.ignore_unresolved = true;
        return true;
    case ROW_JSON:
        return outputs_add(&o->outputs, report_by_name("json"), NULL, e);
    case ROW_TOP_PORTS:
        return take_top_ports(o, value, e);
    case ROW_QUIET:
        return o->quiet = true;
    case ROW_FROM:
        return take_import(o, value, e);
    case ROW_VERBOSE:
        o->verbose = true;
        return true;
    case ROW_DRY_RUN:
        o->dry_run = true;
        return true;
    case ROW_RATE:
    case ROW_PARALLEL:
    case ROW_LOOPS:
    case ROW_TIMEOUT:
    case ROW_SEED:
        return take_number(o, (enum row)row, value, e);
    default:
        return take_word(o, (enum row)row, value, e);
    }
}

/* A list without any target is a slip, such as a query that found nothing: nobody meant the whole scope. */
static bool take_target(struct scan_options *o, const char *word, struct error *e)
{
    if (strcmp(word, "-") == 0)
        return take_import(o, word, e);
    size_t before = o->plan.targets.list.len;
    return targets_add(o->arena, &o->plan.targets, span_str(word), e) &&
           (o->plan.targets.list.len > before ||
            error_set(e, "%s: no target is in it; leave it out if the whole scope is meant",
                      strcmp(word, "@-") == 0 ? "standard input" : word + 1));
}

/* ---- settings ---- */

/* What the command line gives, found before it is taken: it goes before settings and profiles. */
struct given {
    struct scan_options *o;
    bool rows[ROW_END];
};

static bool note_given(void *self, size_t row, const char *value, struct error *e)
{
    struct given *g = self;
    (void)e;
    g->rows[row] = true;
    if (row == ROW_CONFIG)
        g->o->config = value;
    if (row == ROW_PROFILE)
        g->o->profile = value;
    return true;
}

static bool is_setting(void *self, size_t row)
{
    (void)self;
    return row != ROW_CONFIG && row != ROW_PROFILE && row != ROW_RESUME && row != ROW_DRY_RUN && row != ROW_SHARD;
}

/* One list of ports is what is meant, however it is written; lists add up. */
static bool is_given(void *self, size_t row)
{
    const struct given *g = self;
    bool ports = row == ROW_PORTS || row == ROW_TOP_PORTS;
    if (g->rows[ROW_RESUME] && is_of_plan(row))
        return true;
    if (ports)
        return g->rows[ROW_PORTS] || g->rows[ROW_TOP_PORTS];
    bool adds = row == ROW_EXCLUDE || row == ROW_TAG || row == ROW_CATALOG || row == ROW_MMDB || row == ROW_CT ||
                row == ROW_FROM;
    return g->rows[row] && !adds;
}

static bool take_setting(void *self, size_t row, const char *value, struct error *e)
{
    struct given *g = self;
    bool plan_given = g->o->plan_given;
    bool ok = take(g->o, row, value, e);
    g->o->plan_given = plan_given;
    return ok;
}

static bool take_settings(struct scan_options *o, int argc, char **argv, struct error *e)
{
    struct given g = { .o = o };
    struct settings s;
    struct settings_taker t = { ROWS, is_setting, is_given, take_setting, &g };
    char **copy = arena_array(o->arena, (size_t)argc + 1, sizeof(*copy));
    int args;
    if (!copy)
        return error_set(e, "no memory for the options");
    memcpy(copy, argv, (size_t)argc * sizeof(*copy));
    return options_parse(ROWS, argc, copy, &args, note_given, &g, e) &&
           settings_load(o->arena, o->config, &s, e) && settings_take(&s, o->arena, &t, e) &&
           settings_take_profile(&s, o->profile, o->arena, &t, e);
}

/* The report that stands on standard output goes to --output, where that is given; without a format it is the one for
 * people, unless --quiet. */
static bool choose_outputs(struct scan_options *o, struct error *e)
{
    bool given = false;
    for (size_t i = 0; i < o->outputs.count; i++)
        given |= !o->outputs.list[i].path;
    if (!given && (!o->quiet || o->output) && !outputs_add(&o->outputs, report_by_name("tty"), NULL, e))
        return false;
    for (size_t i = 0; o->output && i < o->outputs.count; i++) {
        const char *path = o->outputs.list[i].path;
        if (path && strcmp(path, o->output) == 0)
            return error_set(e, "two reports for the file %s", path);
        o->outputs.list[i].path = path ? path : o->output;
    }
    return true;
}

bool scan_options_parse(struct scan_options *o, struct arena *a, int argc, char **argv,
                        struct error *e)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int args = 0;
    *o = (struct scan_options){
        .arena = a,
        .shard = SHARD_WHOLE,
        .rate = RATE_DEFAULT,
        .timeout_s = TIMEOUT_DEFAULT_S,
        .seed = random_seed(),
        .fail_on = SEVERITY_HIGH,
        .loops = processors < 1           ? 1
                 : processors > LOOPS_MAX ? LOOPS_MAX
                                          : (unsigned)processors,
    };
    o->plan.resolver = &RESOLVER_SYSTEM;
    if (!take_settings(o, argc, argv, e) || !options_parse(ROWS, argc, argv, &args, take, o, e) ||
        !choose_outputs(o, e))
        return false;
    /* No target is a bare number, so `--resume 7` can only mean scan 7. */
    if (o->resume && args == 1 && span_u64(span_str(argv[1]), INT64_MAX, &o->resume_scan))
        args = 0;
    if (o->resume && o->db && strcmp(o->db, "none") == 0)
        return error_set(e, "--resume needs the store; leave --db none out");
    o->plan_given |= args > 0;
    for (int i = 1; i <= args; i++)
        if (!take_target(o, argv[i], e))
            return false;
    args += (int)o->import_count;
    o->plan_given |= args > 0;
    if (o->plan.tags.list.len && !o->plan.scope && !o->resume)
        return error_set(e, "--tag chooses by the tags of a scope file; name it by --scope");
    if (args == 0 && !o->plan.scope && !o->resume)
        return error_set(
            e, "name what to scan, as in `ajar scan 127.0.0.1` or `ajar scan --scope scope.yaml`");
    return true;
}

size_t scan_parallel(const struct scan_options *o)
{
    double wish = PARALLEL_LEAST + o->rate * o->timeout_s;
    return o->parallel ? o->parallel : wish < PARALLEL_MAX ? (size_t)wish : PARALLEL_MAX;
}

/* At the default of 100 a second in all, 20 for one network and 2 for one address; more only in the same proportion. By
 * default what nobody answers counts half: most of a network is empty. Who names a rate gets it, whoever answers. */
static const double SILENT_DISCOUNT = 0.5;

struct pace_limits scan_pace(const struct scan_options *o)
{
    double rate = o->rate, scale = rate > RATE_DEFAULT ? rate / RATE_DEFAULT : 1;
    return (struct pace_limits){ .all_per_second = rate,
                                 .silent_discount = o->rate_given ? 0 : SILENT_DISCOUNT,
                                 .net_per_second = 20 * scale,
                                 .address_per_second = 2 * scale };
}
