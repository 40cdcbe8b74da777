#include "cmd/language.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "cmd/cmd.h"

/* BUILD/locale where the program stands in its build, else where it was installed. */
static void load(const char *language)
{
    static const char FILE_IN[] = "%s/locale/%s/LC_MESSAGES/ajar.mo";
    char self[PATH_MAX_TEXT / 2], path[PATH_MAX_TEXT];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    snprintf(path, sizeof(path), FILE_IN, self, language);
    if (!say_load(path)) {
        snprintf(path, sizeof(path), FILE_IN, AJAR_SHARE_DIR, language);
        say_load(path);
    }
}

bool language_begin(int *argc, char **argv, struct error *e)
{
    static const char NAME[] = "--lang";
    const char *wanted = NULL, *language;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (i < *argc)
                argv[kept++] = argv[i++];
        } else if (strcmp(argv[i], NAME) == 0) {
            if (++i == *argc)
                return error_set(e, "--lang wants a language: en or zh_CN");
            wanted = argv[i];
        } else if (strncmp(argv[i], "--lang=", sizeof(NAME)) == 0) {
            wanted = argv[i] + sizeof(NAME);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argv[*argc = kept] = NULL;
    if (!say_wished(wanted, &language))
        return error_set(e, "--lang %.40s: there are en and zh_CN", wanted);
    if (language)
        load(language);
    return true;
}
