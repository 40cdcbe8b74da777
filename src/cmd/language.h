/* In which language this process talks to people. */
#ifndef AJAR_CMD_LANGUAGE_H
#define AJAR_CMD_LANGUAGE_H

#include "base/error.h"

/* Takes --lang LANGUAGE out of the arguments, wherever it stands before "--", and loads the catalogue of that language
 * or of the one that the environment names: of the build beside the program, else of the installation. Before threads
 * and fences. Where there is no catalogue, people read English. False and a sentence where LANGUAGE is none of ours. */
bool language_begin(int *argc, char **argv, struct error *e);

#endif
