#include <stdio.h>
#include <string.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

static void print_all(void)
{
    puts(_("Ajar finds the data stores and dashboards that your own organisation left open.\n"
         "It sends no password, reads no record and writes nothing.\n"));
    for (size_t i = 0; VERBS[i].name; i++)
        printf("  ajar %-8s %-34s %s\n", VERBS[i].name, VERBS[i].usage, say(VERBS[i].about));
    puts(_("\nExit status: 0 nothing found at or above --fail-on, 1 found, 2 usage, 3 incomplete,\n"
         "4 another process holds the store or the scan, 5 the scan to go on with has ended meanwhile,\n"
         "6 found and incomplete.\n"
         "With every verb: --lang en or zh_CN; else LC_ALL, LC_MESSAGES and LANG decide.\n"
         "First steps: `ajar scan 127.0.0.1`, then `ajar help scan`."));
}

int cmd_help(int argc, char **argv)
{
    if (argc < 2) {
        print_all();
        return EXIT_NOTHING;
    }
    for (size_t i = 0; VERBS[i].name; i++) {
        if (strcmp(argv[1], VERBS[i].name) != 0)
            continue;
        printf("ajar %s %s\n\n%s%s\n", VERBS[i].name, VERBS[i].usage, say(VERBS[i].about), _("."));
        if (VERBS[i].help)
            VERBS[i].help();
        return EXIT_NOTHING;
    }
    struct error e;
    error_set(&e, "there is no verb \"%s\"; `ajar help` lists what there is", argv[1]);
    return cmd_fail(EXIT_USAGE, &e);
}
