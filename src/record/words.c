#include "record/words.h"

bool take_kind(struct mapper *m, const struct node *n, void *to)
{
    char word[MAP_SHOWN_MAX];
    return kind_parse(node_text(n), to) ||
           map_wrong(m, n, "\"%s\" is no kind", map_shown(node_text(n), word));
}

bool take_outcome(struct mapper *m, const struct node *n, void *to)
{
    const char *words[OUTCOME_UNCLEAR + 2] = { NULL };
    int which;
    for (int i = 0; i <= OUTCOME_UNCLEAR; i++)
        words[i] = outcome_name((enum outcome)i);
    if (!map_word(m, n, words, &which))
        return false;
    *(enum outcome *)to = (enum outcome)which;
    return true;
}

bool take_severity(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "info", "low", "medium", "high", "critical", NULL };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(enum severity *)to = (enum severity)which;
    return true;
}
