/* ajar: the table of verbs, and nothing else. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/language.h"
#include "cmd/options.h"

const struct verb VERBS[] = {
    { "scan", "[OPTION...] TARGET...", N_("find what is open, prove it, say how to close it"), cmd_scan, help_scan },
    { "show", "[OPTION...] [FINDING]", N_("what is open now and since when; one finding in full"), cmd_show,
      help_show },
    { "diff", "[OPTION...] [A B]", N_("what changed between two scans"), cmd_diff, help_diff },
    { "fleets", "[OPTION...] [FLEET]", N_("what is set up alike, so that one decision closes many doors"),
      cmd_fleets, help_fleets },
    { "certs", "[OPTION...]", N_("the estate's certificates: when they end, who shares a key, who renews"), cmd_certs,
      help_certs },
    { "accept", "[OPTION...] FINDING|FLEET", N_("carry a risk knowingly, until a date"), cmd_accept, help_accept },
    { "close", "--why TEXT FINDING", N_("your word that it is over, where no answer can prove it"), cmd_close,
      help_close },
    { "judge", "[OPTION...]", N_("today's rules over what is stored; nothing is asked"), cmd_judge, help_judge },
    { "forget", "--older-than TIME", N_("remove old scans from the store"), cmd_forget, help_forget },
    { "classify", "[OPTION...] [FILE...]", N_("which personal data is in files, by likelihood; no value is printed"),
      cmd_classify, help_classify },
    { "watch", "--config FILE", N_("scan on a schedule, tell what changed"), cmd_watch, help_watch },
    { "probe", "[OPTION...] PRODUCT ADDRESS:PORT", N_("one conversation, every byte shown"), cmd_probe, help_probe },
    { "tls", "[OPTION...] HOST:PORT", N_("what one endpoint's TLS accepts: what works, what is weak, what to paste"),
      cmd_tls, help_tls },
    { "list", "[--catalog DIR] [--format FORMAT]", N_("every product: what is proven and counted, how it was verified"),
      cmd_list, NULL },
    { "asks", "[--catalog DIR]", N_("every request that Ajar can ever send"), cmd_asks, NULL },
    { "catalog", "check DIR | law", N_("entries of your own: are they right; what an entry may ask"), cmd_catalog,
      help_catalog },
    { "feed", "import FILE | show", N_("newer tables of support cycles and exploited flaws"), cmd_feed, help_feed },
    { "help", "[VERB]", N_("this list, or what one verb takes"), cmd_help, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

enum { VERBS_MAX = 64 };

static int unknown_verb(const char *typed)
{
    const char *names[VERBS_MAX + 1] = { NULL };
    struct error e;
    for (size_t i = 0; i < VERBS_MAX && VERBS[i].name; i++)
        names[i] = VERBS[i].name;
    const char *near = nearest_word(names, typed);
    if (near)
        error_set(&e, "unknown verb \"%s\"; did you mean `ajar %s`?", typed, near);
    else
        error_set(&e, "unknown verb \"%s\"; `ajar help` lists what there is", typed);
    return cmd_fail(EXIT_USAGE, &e);
}

/* `ajar scan --help` is what many type first. */
static bool wants_help(int argc, char **argv)
{
    return argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0);
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

/* A verb that only prints ends in silence where its reader went away, as other tools do. Those that talk to others, or
 * change the store, see it as an error of writing. */
static void choose_end_of_pipe(const char *verb)
{
    static const char *const PRINT[] = { "show", "diff", "fleets", "list", "asks", "help", "catalog", "version", NULL };
    signal(SIGPIPE, is_one_of(verb, PRINT) || verb[0] == '-' ? SIG_DFL : SIG_IGN);
}

static int run(int argc, char **argv)
{
    static const char *const VERSION[] = { "--version", "-V", "version", NULL };
    static const char *const HELP[] = { "--help", "-h", NULL };
    if (is_one_of(argv[1], VERSION)) {
        puts("ajar " AJAR_VERSION);
        return EXIT_NOTHING;
    }
    if (is_one_of(argv[1], HELP))
        return cmd_help(1, argv);
    for (size_t i = 0; VERBS[i].name; i++)
        if (strcmp(argv[1], VERBS[i].name) == 0)
            return wants_help(argc, argv) ? cmd_help(2, (char *[]){ argv[0], argv[1] })
                                          : VERBS[i].run(argc - 1, argv + 1);
    return unknown_verb(argv[1]);
}

int main(int argc, char **argv)
{
    struct error e;
    if (!language_begin(&argc, argv, &e))
        return cmd_fail(EXIT_USAGE, &e);
    if (argc < 2) {
        cmd_help(1, argv);
        return EXIT_USAGE;
    }
    choose_end_of_pipe(argv[1]);
    int status = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    error_set(&e, "cannot write the output: %s", strerror(errno));
    return cmd_fail(EXIT_INCOMPLETE, &e);
}
