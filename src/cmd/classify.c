/* ajar classify: what personal data is in files, directories or standard input. One scan a file,
 * as many files at once as there are threads, and where there are fewer files than threads, several
 * threads a file; reports come in the order of the files. Types,
 * counts, fields and odds are printed, never a value. */
#include "cmd/classify.h"

#include "base/say.h"
#include "cmd/classify_progress.h"
#include "cmd/classify_report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "cmd/cmd.h"
#include "cmd/container.h"
#include "cmd/options.h"
#include "pii/pii.h"
#include "text/escape.h"
#include "text/json_write.h"

enum {
    FILES_MAX = 4 << 20,
    PATHS_BYTES_MAX = 512 << 20,
    DIRECTORY_DEPTH_MAX = 64,
    THREADS_MAX = 64,
    REPORT_BYTES_MAX = 16 << 20,
    TROUBLE_BYTES_MAX = 64 << 10,
    AHEAD_MAX = 256,
    HELD_BYTES_MAX = 128 << 20, /* of reports that wait for the summary in front of them */
    KINDS_MAX = 64,
    YAML_FILE_MAX = 1 << 20
};

enum {
    ROW_FORMAT,
    ROW_JSON,
    ROW_FAIL_ON,
    ROW_INPUT,
    ROW_SHAPES,
    ROW_DETECTORS,
    ROW_THREADS,
    ROW_ALL,
    ROW_ENGINE,
    ROW_TO_SEE
};

static const struct option_row ROWS[] = {
    [ROW_FORMAT] = { "format", "NAME", N_("of the report: text, json (one object a file), csv, html or sarif") },
    [ROW_JSON] = { "json", NULL, N_("--format json") },
    [ROW_FAIL_ON] = { "fail-on", "STATE",
                      N_("exit status 1 from confirmed, suspected (the default: by name) or any finding on") },
    [ROW_INPUT] = { "input", "NAME", N_("read files as text, json, csv or sql; guessed from the bytes otherwise") },
    [ROW_SHAPES] = { "shapes", NULL, N_("a masked example of each finding: 110***********123X") },
    [ROW_DETECTORS] = { "detectors", "FILE", N_("also the detectors in this YAML file (doc/pii.md)") },
    [ROW_THREADS] = { "threads", "N", N_("threads, over files and inside large ones (all cores)") },
    [ROW_ALL] = { "all", NULL, N_("also say which files hold nothing, or are not read") },
    [ROW_ENGINE] = { "engine", "NAME", N_("vbmi, avx512, avx2, sse4.2, neon or portable (the fastest)") },
    [ROW_TO_SEE] = { "sample-size", "SHARE",
                     N_("only say how many random records show data in that SHARE (0.001) of them") },
    { NULL, NULL, NULL },
};

struct job {
    const char *path;
    bool walked;                /* found in a directory, not named by the user */
    struct buf report, trouble; /* for stdout, for stderr */
    bool done, confirmed, suspected, any, failed; /* suspected: and its name says so */
};

/* Files of a format that is not read. */
struct unread {
    const char *name; /* "zip archive" */
    size_t count;
};

enum fail_on { FAIL_SUSPECTED, FAIL_CONFIRMED, FAIL_ANY };

struct classify {
    struct ajar_pii *pii;
    struct ajar_pii_options options;
    struct arena arena;
    LIST_OF(struct job) jobs;
    bool all;
    enum classify_format format;
    enum fail_on fail_on;
    struct classify_summary summary; /* under lock */
    struct buf held;                 /* reports that wait for the summary */
    bool holding, printing;          /* printing: something of the report was written */
    bool first_result;               /* of SARIF is still to come */
    struct classify_progress progress;
    bool endless;                    /* there is something to read of which nobody knows how long it is */
    unsigned threads;
    double sample_share;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    size_t next, printed; /* jobs handed out, jobs printed; under lock */
    uint64_t bytes, records;
    size_t quiet;
    struct unread kinds[KINDS_MAX]; /* of files in directories */
    size_t links, specials;         /* passed by in directories */
    bool failed;                    /* there was a path that cannot be looked at */
    int unwritten;                  /* why the report could not be written, an errno, or 0 */
};

void help_classify(void)
{
    puts(
        _("\nPATH is a file, a directory or - for standard input. Exit status 1 where something is confirmed, or\n"
        "suspected and called so (--fail-on), 3 where something could not be read.\n"));
    options_print(ROWS);
}

static bool take_detectors(struct classify *c, const char *path, struct error *e)
{
    struct buf yaml;
    buf_init(&yaml, YAML_FILE_MAX);
    bool fine = file_append(&yaml, path, NULL, e) &&
                (ajar_pii_add_detectors(c->pii, (const char *)yaml.at, yaml.len, e->text) ||
                 error_in(e, "%s", path));
    buf_release(&yaml);
    return fine;
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct classify *c = self;
    double number;
    switch (row) {
    case ROW_FORMAT:
        c->format = classify_format_by_name(value);
        return c->format != CLASSIFY_FORMATS ||
               error_set(e, "--format is text, json, csv, html or sarif; --input is how files are read");
    case ROW_JSON:
        c->format = CLASSIFY_JSON;
        return true;
    case ROW_FAIL_ON:
        c->fail_on = strcmp(value, "confirmed") == 0 ? FAIL_CONFIRMED
                     : strcmp(value, "any") == 0     ? FAIL_ANY
                                                     : FAIL_SUSPECTED;
        return c->fail_on != FAIL_SUSPECTED || strcmp(value, "suspected") == 0 ||
               error_set(e, "--fail-on is confirmed, suspected or any");
    case ROW_INPUT:
        c->options.format = value;
        return true;
    case ROW_SHAPES:
        c->options.shapes = true;
        return true;
    case ROW_DETECTORS:
        return take_detectors(c, value, e);
    case ROW_ALL:
        c->all = true;
        return true;
    case ROW_ENGINE:
        c->options.engine = value;
        return true;
    case ROW_THREADS:
        if (!option_number("threads", value, 1, THREADS_MAX, &number, e))
            return false;
        c->threads = (unsigned)number;
        return true;
    default:
        return option_number("sample-size", value, 1e-9, 0.999, &c->sample_share, e);
    }
}

/* `bytes`: how long it is, or negative where that is not known. */
static bool add_job(struct classify *c, const char *path, bool walked, int64_t bytes, struct error *e)
{
    struct job *job = c->jobs.len < FILES_MAX ? list_add(&c->arena, &c->jobs) : NULL;
    if (!job)
        return error_set(e, "more than %d files, or no memory for their names", FILES_MAX);
    *job = (struct job){ .path = path, .walked = walked };
    c->endless = c->endless || bytes < 0;
    c->progress.total += bytes > 0 ? (uint64_t)bytes : 0;
    buf_init(&job->report, REPORT_BYTES_MAX);
    buf_init(&job->trouble, TROUBLE_BYTES_MAX);
    return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* "ajar: PATH: SENTENCE" */
static void put_trouble(struct buf *b, const char *path, const char *sentence)
{
    buf_str(b, "ajar: ");
    escape_tty(b, span_str(path));
    buf_printf(b, ": %s\n", sentence);
}

/* Says at once what is wrong with a path; the others are read all the same. */
static void pass_by(struct classify *c, const char *path, const char *sentence)
{
    struct buf b;
    buf_init(&b, TROUBLE_BYTES_MAX);
    put_trouble(&b, path, sentence);
    (void)io_write_all(STDERR_FILENO, buf_span(&b));
    buf_release(&b);
    c->failed = true;
}

static bool add_path(struct classify *c, const char *path, unsigned depth, struct error *e);

static bool add_directory(struct classify *c, const char *path, unsigned depth, struct error *e)
{
    struct dirent **names = NULL;
    char too_deep[64];
    bool fine = true;
    if (depth == DIRECTORY_DEPTH_MAX) {
        snprintf(too_deep, sizeof(too_deep), "directories nest deeper than %d", DIRECTORY_DEPTH_MAX);
        pass_by(c, path, too_deep);
        return true;
    }
    int count = scandir(path, &names, NULL, by_name);
    if (count < 0)
        pass_by(c, path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        if (fine && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            const char *inner = arena_printf(&c->arena, "%s/%s", path, name);
            fine = inner ? add_path(c, inner, depth + 1, e)
                         : error_set(e, "no memory for more file names");
        }
        free(names[i]);
    }
    free(names);
    return fine;
}

/* Links inside a directory are not followed: they may lead out of it, or round in it. */
static bool add_path(struct classify *c, const char *path, unsigned depth, struct error *e)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return add_job(c, path, false, -1, e);
    if ((depth ? lstat : stat)(path, &st) != 0)
        pass_by(c, path, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        return add_directory(c, path, depth, e);
    else if (S_ISREG(st.st_mode))
        return add_job(c, path, depth > 0, st.st_size, e);
    else if (S_ISLNK(st.st_mode))
        c->links++;
    else if (depth)
        c->specials++;
    else if (S_ISSOCK(st.st_mode) || S_ISBLK(st.st_mode))
        pass_by(c, path, S_ISSOCK(st.st_mode) ? "a socket, which is not read"
                                              : "a block device, which is not read");
    else
        return add_job(c, path, false, -1, e);
    return true;
}

static void report_failure(struct job *job, const char *sentence)
{
    job->failed = true;
    put_trouble(&job->trouble, job->path, sentence);
}

/* What the user named is opened as it is: a FIFO waits for its writer. In a directory nothing may have
 * become a FIFO or a link since it was looked at. */
static int open_job(const struct job *job)
{
    if (!job->walked && strcmp(job->path, "-") == 0)
        return dup(STDIN_FILENO);
    return open(job->path,
                O_RDONLY | O_CLOEXEC | O_NOCTTY | (job->walked ? O_NONBLOCK | O_NOFOLLOW : 0));
}

/* One more file of a kind. Called with the lock held. */
static void count_unread(struct classify *c, const char *name)
{
    size_t i = 0;
    while (i + 1 < KINDS_MAX && c->kinds[i].name && strcmp(c->kinds[i].name, name) != 0)
        i++;
    c->kinds[i].name = name;
    c->kinds[i].count++;
}

/* Of the job's file, or of a part of it that is called `path`. Returns how many findings there are. */
static size_t put_report(struct classify *c, struct job *job, const char *path,
                         struct ajar_pii_scan *scan, const struct ajar_pii_summary *summary)
{
    size_t count;
    const struct ajar_pii_finding *found = ajar_pii_findings(scan, &count);
    for (size_t i = 0; i < count; i++) {
        bool confirmed = found[i].state == AJAR_PII_CONFIRMED, named = found[i].signals & AJAR_PII_BY_NAME;
        job->confirmed = job->confirmed || confirmed;
        job->suspected = job->suspected || (!confirmed && named && !found[i].test_data);
        job->any = true;
    }
    if (count || c->all || c->jobs.len == 1 || (summary->unread && c->format == CLASSIFY_JSON))
        classify_put_file(&job->report, c->format, path, summary, found, count);
    pthread_mutex_lock(&c->lock);
    classify_summary_add(&c->summary, path, summary, found, count);
    pthread_mutex_unlock(&c->lock);
    return count;
}

/* The parts of a container, each a scan of its own: "data.zip#3.csv". What parts are called inside is not
 * said: names of files are names of people, too. */
struct parts {
    struct classify *c;
    struct job *job;
    struct ajar_pii_scan *scan;
    const char *path;
    size_t count, quiet;
    uint64_t bytes, records;
};

static void part_begin(void *self, const char *kind)
{
    struct parts *p = self;
    struct ajar_pii_options options = p->c->options;
    bool table = strcmp(kind, "sheet") == 0 || strcmp(kind, "table") == 0;
    options.threads = 1;
    options.format = strcmp(kind, "text") == 0 ? "text" : table ? "csv" : NULL;
    p->path = NULL;
    p->scan = ajar_pii_scan_new(p->c->pii, &options);
    char *path = NULL;
    if (asprintf(&path, "%s#%zu.%s", p->job->path, ++p->count, kind) >= 0)
        p->path = path;
}

static void part_data(void *self, struct span bytes)
{
    struct parts *p = self;
    if (p->scan)
        ajar_pii_scan_write(p->scan, bytes.at, bytes.len);
}

static void part_end(void *self)
{
    struct parts *p = self;
    char error[AJAR_PII_ERROR_MAX] = "not enough memory";
    struct ajar_pii_summary summary = { 0 };
    bool fine = p->scan && p->path && ajar_pii_scan_end(p->scan, error);
    if (p->scan && p->path) {
        ajar_pii_summarise(p->scan, &summary);
        bool nothing = put_report(p->c, p->job, p->path, p->scan, &summary) == 0;
        p->quiet += nothing && fine;
        p->bytes += summary.bytes;
        p->records += summary.records;
    }
    if (!fine) {
        p->job->failed = true;
        put_trouble(&p->job->trouble, p->path ? p->path : p->job->path, error);
    }
    ajar_pii_scan_free(p->scan);
    free((char *)(uintptr_t)p->path);
    p->scan = NULL;
}

static void part_fault(void *self, const char *sentence)
{
    struct parts *p = self;
    report_failure(p->job, sentence);
}

/* False where nothing of it came, and its bytes may be searched as they are. */
static bool run_container(struct classify *c, struct job *job, int fd)
{
    struct error e;
    struct parts p = { .c = c, .job = job };
    pthread_mutex_lock(&c->lock);
    c->progress.total = 0; /* what comes out of it is longer than it */
    pthread_mutex_unlock(&c->lock);
    const struct container_visitor visitor = { part_begin, part_data, part_end, part_fault, &p };
    if (!container_visit(fd, &visitor, &e))
        report_failure(job, e.text);
    if (p.count == 0 && container_is_document(fd) && lseek(fd, 0, SEEK_SET) == 0)
        return false;
    close(fd);
    pthread_mutex_lock(&c->lock);
    c->bytes += p.bytes;
    c->records += p.records;
    c->quiet += p.quiet == p.count && !job->failed;
    pthread_mutex_unlock(&c->lock);
    return true;
}

/* Scans one file; its report lies in job->report afterwards. */
static void run_job(struct classify *c, struct job *job)
{
    char error[AJAR_PII_ERROR_MAX];
    struct ajar_pii_summary summary;
    int fd = open_job(job);
    if (fd >= 0 && !c->options.format && container_is(fd) && run_container(c, job, fd))
        return;
    struct ajar_pii_scan *scan = fd >= 0 ? ajar_pii_scan_new(c->pii, &c->options) : NULL;
    if (!scan) {
        report_failure(job, fd < 0 ? strerror(errno) : "not enough memory");
        if (fd >= 0)
            close(fd);
        return;
    }
    bool came = ajar_pii_scan_fd(scan, fd, error);
    bool fine = ajar_pii_scan_end(scan, came ? error : NULL) && came;
    close(fd);
    ajar_pii_summarise(scan, &summary);
    size_t count = put_report(c, job, job->path, scan, &summary);
    bool counted = came && summary.unread && job->walked; /* one line for all of them, at the end */
    if (!fine && !counted)
        report_failure(job, error);
    ajar_pii_scan_free(scan);
    job->failed = !fine;
    pthread_mutex_lock(&c->lock);
    c->bytes += summary.bytes;
    c->records += summary.records;
    c->quiet += count == 0 && fine;
    if (counted)
        count_unread(c, summary.unread);
    pthread_mutex_unlock(&c->lock);
}

/* Writes what `b` holds; where nobody can read it, the files that are left are not looked at. */
static void write_report(struct classify *c, struct buf *b)
{
    if (c->unwritten || write_out(b))
        return;
    c->unwritten = errno;
    c->next = c->jobs.len;
}

/* The head of the report, once, and what was held. */
static void print_held(struct classify *c)
{
    struct buf head;
    buf_init(&head, REPORT_BYTES_MAX);
    if (!c->printing)
        classify_put_head(&head, c->format, &c->summary, c->jobs.len != 1);
    c->printing = true;
    write_report(c, &head);
    write_report(c, &c->held);
    buf_reset(&c->held);
    buf_release(&head);
}

/* Reports for people wait for the summary in front of them, as long as there is room. */
static void print_report(struct classify *c, struct buf *report)
{
    if (report->len == 0)
        return;
    if (c->holding && c->held.len + report->len <= HELD_BYTES_MAX) {
        buf_put(&c->held, buf_span(report));
        return;
    }
    bool first = !c->printing;
    if (first || c->holding)
        print_held(c);
    c->holding = false;
    if (c->format == CLASSIFY_SARIF && c->first_result) {
        buf_consume(report, 1); /* no comma in front of the first */
        c->first_result = false;
    }
    write_report(c, report);
}

/* Prints what is done, in order. Called with the lock held. Where nobody can read it, the files that are
 * left are not looked at. */
static void print_done(struct classify *c)
{
    while (c->printed < c->next && c->jobs.at[c->printed].done) {
        struct job *job = &c->jobs.at[c->printed++];
        progress_wipe(&c->progress.line);
        print_report(c, &job->report);
        (void)io_write_all(STDERR_FILENO, buf_span(&job->trouble));
        buf_release(&job->report);
        buf_release(&job->trouble);
    }
    c->progress.over = c->printed;
    pthread_cond_broadcast(&c->moved);
}

static void *work(void *self)
{
    struct classify *c = self;
    pthread_mutex_lock(&c->lock);
    while (c->next < c->jobs.len) {
        if (c->next - c->printed >= AHEAD_MAX) {
            pthread_cond_wait(&c->moved, &c->lock);
            continue;
        }
        struct job *job = &c->jobs.at[c->next++];
        pthread_mutex_unlock(&c->lock);
        run_job(c, job);
        pthread_mutex_lock(&c->lock);
        job->done = true;
        print_done(c);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void run_all(struct classify *c)
{
    pthread_t threads[THREADS_MAX];
    unsigned started = 0;
    if (c->jobs.len == 0)
        return;
    c->progress.files = c->jobs.len;
    c->progress.total = c->endless ? 0 : c->progress.total;
    c->options.came = &c->progress.came;
    classify_progress_begin(&c->progress, &c->lock);
    c->options.threads = c->threads / (unsigned)(c->jobs.len < c->threads ? c->jobs.len : c->threads);
    while (started + 1 < c->threads && started + 1 < c->jobs.len &&
           pthread_create(&threads[started], NULL, work, c) == 0)
        started++;
    work(c);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    classify_progress_end(&c->progress);
}

static int more_first(const void *x, const void *y)
{
    const struct unread *a = x, *b = y;
    return a->count != b->count ? (a->count < b->count) - (a->count > b->count)
           : a->name            ? strcmp(a->name, b->name)
                                : 0;
}

/* "12 files were not read: 9 zip archives, 3 PDF documents" */
static void tell_unread(struct classify *c)
{
    size_t count = 0;
    for (size_t i = 0; i < KINDS_MAX; i++)
        count += c->kinds[i].count;
    if (count == 0)
        return;
    qsort(c->kinds, KINDS_MAX, sizeof(c->kinds[0]), more_first);
    fprintf(stderr, say_many("%zu file was not read:", "%zu files were not read:", count), count);
    for (size_t i = 0; i < KINDS_MAX && c->kinds[i].name; i++)
        fprintf(stderr, "%s %zu %s%s", i ? "," : "", c->kinds[i].count, c->kinds[i].name,
                c->kinds[i].count == 1 ? "" : "s");
    fputs(c->all || c->format == CLASSIFY_JSON ? "\n" : _("; --all names them\n"), stderr);
}

static void tell_passed_by(const struct classify *c)
{
    if (c->links)
        fprintf(stderr, say_many("%zu symbolic link was not followed\n", "%zu symbolic links were not followed\n",
                                 c->links),
                c->links);
    if (c->specials)
        fprintf(stderr, say_many("%zu pipe, socket or device was passed by\n",
                                 "%zu pipes, sockets or devices were passed by\n",
                                 c->specials), c->specials);
}

static int finish(struct classify *c)
{
    bool found = false, failed = c->failed;
    for (size_t i = 0; i < c->jobs.len; i++) {
        const struct job *job = &c->jobs.at[i];
        found = found || job->confirmed || (job->suspected && c->fail_on != FAIL_CONFIRMED) ||
                (job->any && c->fail_on == FAIL_ANY);
        failed = failed || job->failed;
        c->summary.confirmed += job->confirmed;
        c->summary.suspected += !job->confirmed && job->any;
        c->summary.unread += job->failed;
    }
    c->summary.files = c->jobs.len;
    if ((c->holding || !c->printing) && (c->jobs.len || c->format != CLASSIFY_TEXT))
        print_held(c);
    struct buf foot;
    buf_init(&foot, 4096);
    classify_put_foot(&foot, c->format);
    write_report(c, &foot);
    buf_release(&foot);
    if (c->unwritten && c->unwritten != EPIPE)
        fprintf(stderr, _("ajar: cannot write the report: %s\n"), strerror(c->unwritten));
    if (c->unwritten)
        return EXIT_INCOMPLETE;
    tell_unread(c);
    tell_passed_by(c);
    if (c->jobs.len > 1 || (c->jobs.len == 0 && !c->failed))
        fprintf(stderr, _("%zu files, %llu bytes; nothing found in %zu\n"), c->jobs.len,
                (unsigned long long)c->bytes, c->quiet);
    /* A directory of nothing but links was not read at all. */
    failed = failed || (c->jobs.len == 0 && c->links + c->specials > 0);
    return found ? EXIT_FOUND : failed ? EXIT_INCOMPLETE : EXIT_NOTHING;
}

static int print_sample_size(double share)
{
    static const double CERTAINTY[] = { 0.9, 0.95, 0.99, 0.999 };
    for (size_t i = 0; i < sizeof(CERTAINTY) / sizeof(CERTAINTY[0]); i++)
        printf(_("%g%% certain: %llu random records\n"), CERTAINTY[i] * 100,
               (unsigned long long)ajar_pii_sample_to_see(share, CERTAINTY[i]));
    return EXIT_NOTHING;
}

static bool prepare(struct classify *c, int argc, char **argv, struct error *e)
{
    int args = 0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->threads = cores > 1 ? (unsigned)cores : 1;
    if (c->threads > THREADS_MAX)
        c->threads = THREADS_MAX;
    if (!options_parse(ROWS, argc, argv, &args, take, c, e))
        return false;
    if (c->sample_share > 0)
        return true;
    struct ajar_pii_scan *trial = ajar_pii_scan_new(c->pii, &c->options);
    if (!trial)
        return error_set(
            e, "--input is text, json, csv or sql; --engine is one that this processor has");
    ajar_pii_scan_free(trial);
    for (int i = 1; i <= args; i++)
        if (!add_path(c, argv[i], 0, e))
            return false;
    return args || error_set(e, "`ajar classify` wants a file, a directory or - for standard input");
}

int cmd_classify(int argc, char **argv)
{
    struct error e;
    struct classify c = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };
    int status;
    arena_init(&c.arena, PATHS_BYTES_MAX);
    classify_summary_init(&c.summary);
    buf_init(&c.held, HELD_BYTES_MAX + 1);
    c.pii = ajar_pii_new(e.text);
    if (!c.pii || !prepare(&c, argc, argv, &e)) {
        status = cmd_fail(EXIT_USAGE, &e);
    } else if (c.sample_share > 0) {
        status = print_sample_size(c.sample_share);
    } else {
        c.holding = c.format == CLASSIFY_HTML || (c.format == CLASSIFY_TEXT && c.jobs.len != 1);
        c.first_result = true;
        run_all(&c);
        status = finish(&c);
    }
    ajar_pii_free(c.pii);
    classify_summary_release(&c.summary);
    buf_release(&c.held);
    arena_release(&c.arena);
    return status;
}
