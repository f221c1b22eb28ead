/*
 * The peers of the conversion table that are C: glibc (iconv) and ICU.
 *
 *   converters version icu|glibc
 *   converters icu|glibc FROM TO       one line of hex digits in, one line out: what it becomes, or ! where it is refused
 *
 * Each line is a whole text: converters start in their initial state and end with a flush. glibc looks for a byte order mark
 * only once in the life of a descriptor, so each text gets its own. Options are the libraries' own.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <gnu/libc-version.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

enum {
    TEXT = 1024,
    LINE = 2 * TEXT + 2,
};

static void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* The bytes of the result, or -1. */
static int with_iconv(const char *from, const char *to, char *text, size_t length, char *out) {
    iconv_t converter = iconv_open(to, from);
    if (converter == (iconv_t)-1) fail(from, strerror(errno));
    char *next = out;
    size_t room = TEXT;
    size_t converted = iconv(converter, &text, &length, &next, &room);
    if (converted == 0) converted = iconv(converter, NULL, NULL, &next, &room);
    int why = errno;
    iconv_close(converter);
    /* What glibc itself calls irreversible would not be silent; it says so of nothing that is asked here. */
    if (converted != (size_t)-1 && converted != 0) fail(from, "an irreversible conversion was reported");
    if (converted == 0) return (int)(TEXT - room);
    if (why != EILSEQ && why != EINVAL) fail("iconv", strerror(why));
    return -1;
}

static int with_icu(UConverter *from, UConverter *to, const char *text, size_t length, char *out) {
    UChar middle[TEXT];
    UErrorCode error = U_ZERO_ERROR;
    ucnv_reset(from);
    ucnv_reset(to);
    int units = ucnv_toUChars(from, middle, TEXT, text, (int)length, &error);
    int bytes = U_SUCCESS(error) ? ucnv_fromUChars(to, out, TEXT, middle, units, &error) : -1;
    if (U_SUCCESS(error)) return bytes;
    if (error != U_INVALID_CHAR_FOUND && error != U_ILLEGAL_CHAR_FOUND && error != U_TRUNCATED_CHAR_FOUND &&
        error != U_ILLEGAL_ESCAPE_SEQUENCE && error != U_UNSUPPORTED_ESCAPE_SEQUENCE) {
        fail("icu", u_errorName(error));
    }
    return -1;
}

static UConverter *open_icu(const char *name) {
    UErrorCode error = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &error);
    /* What cannot be converted ends the conversion instead of becoming a substitute. */
    ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &error);
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &error);
    if (U_FAILURE(error)) fail(name, u_errorName(error));
    return converter;
}

int main(int arguments, char **argument) {
    if (arguments == 3 && strcmp(argument[1], "version") == 0) {
        puts(strcmp(argument[2], "icu") == 0 ? U_ICU_VERSION : gnu_get_libc_version());
        return 0;
    }
    if (arguments != 4) fail(argument[0], "icu|glibc FROM TO");
    const char *from = argument[2], *to = argument[3];
    int is_icu = strcmp(argument[1], "icu") == 0;
    UConverter *icu_from = is_icu ? open_icu(from) : NULL, *icu_to = is_icu ? open_icu(to) : NULL;
    char line[LINE], text[TEXT], out[TEXT];
    while (fgets(line, LINE, stdin)) {
        size_t length = strcspn(line, "\n") / 2;
        for (size_t at = 0; at < length; at++) {
            char digits[3] = {line[2 * at], line[2 * at + 1], 0};
            text[at] = (char)strtoul(digits, NULL, 16);
        }
        int bytes = is_icu ? with_icu(icu_from, icu_to, text, length, out) : with_iconv(from, to, text, length, out);
        if (bytes < 0) putchar('!');
        for (int at = 0; at < bytes; at++) {
            putchar("0123456789ABCDEF"[(out[at] >> 4) & 15]);
            putchar("0123456789ABCDEF"[out[at] & 15]);
        }
        putchar('\n');
    }
    return 0;
}
