/* ajar classify: what personal data is in files. */
#ifndef AJAR_CMD_CLASSIFY_H
#define AJAR_CMD_CLASSIFY_H

int cmd_classify(int argc, char **argv);
void help_classify(void);

#endif
