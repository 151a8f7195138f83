/*
 * A file that is copied, again and again. Each turn deletes the copy before: a file that is emptied rather than made anew, ext4 begins to write to the
 * device when it is closed.
 */
#ifndef COPIES_H
#define COPIES_H

extern const char *copy_source, *copy_target;

/* Parameters: the file; the copy. */
void open_copies(char **argv);

/* Deletes the copy, if there is one. */
void delete_copy(void);

/* Fails unless the copy is like the file. */
void check_copy(void);

#endif
