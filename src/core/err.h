/* SPDX-License-Identifier: Apache-2.0 */
/**
 * err.h - an error as plain bytes.
 *
 * A struct err owns nothing: it is valid after fork, and travels over a socket as it is. It is set
 * once, where the error happens, and wrapped by each caller with what that caller was doing.
 * Every function here accepts e == NULL, for callers that only want the number.
 *
 * The text is one line whatever went into it: control characters and bytes that are not UTF-8
 * (a hostile file name) show as \n, \x1b, \xff.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "core/base.h"

#define ERR_TEXT_MAX 1024

struct err {
	int num;		 /* a positive errno */
	char text[ERR_TEXT_MAX]; /* one line, NUL-terminated; cut with "..." when too long */
};

/**
 * err_set - describe a failed system call: "<fmt>: <errno in words>".
 * @num: a positive errno; 0 is taken as EIO
 *
 * The words are those of Go's syscall package (lower case), which callers of runc search for.
 *
 * Returns: -num.
 */
int err_set(struct err *e, int num, const char *fmt, ...) _printf_(3, 4);

/* err_msg - describe an error that is no system call's: the text is fmt alone. Returns -num. */
int err_msg(struct err *e, int num, const char *fmt, ...) _printf_(3, 4);

/**
 * err_wrap - put fmt in front of what is there: err_wrap(e, "open %s: ", path).
 *
 * What does not fit goes from the middle: the reason, at the end, stays.
 *
 * Returns: -e->num; -EIO when e is NULL, so a caller that passes NULL keeps the number itself.
 */
int err_wrap(struct err *e, const char *fmt, ...) _printf_(2, 3);

/* err_words - the errno's name in Go's words, e.g. "no such file or directory". Static storage. */
const char *err_words(int num);

#endif
