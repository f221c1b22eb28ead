/*
 * The peers of the character benchmark that are C: ICU (ucnv_convertEx) and glibc (iconv).
 *
 *   characters serve icu|iconv CHARSET to|from TEXT
 *       converts TEXT (UTF-8) to the charset, or what it is in that charset back: all of it at the start, saying
 *       "ready BYTES_OUT FNV1A"; then, for every line "SLICE OF_SLICES" on standard input, that slice, saying the seconds
 *       it took. A slice is a whole stream: it starts with a converter that was reset and ends with a flush.
 *   characters common TEXT OUT LIBRARY:CHARSET...
 *       writes the lines of TEXT that every one of these charsets has; says how many each of them lacked.
 *
 * Text is cut into blocks of at most BLOCK bytes behind a line's end, one output buffer serves all of them, and a converter
 * is opened once. Only the conversion from memory to memory is timed. A character without a code ends the program.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/ucnv.h>

enum {
    BLOCK = 64 * 1024,
    /* The most a block grows: a half-width kana is one byte in a host's code and three in UTF-8. */
    GROWTH = 4,
    /* UTF-16 between ICU's two converters. From 1 to 32 Ki units none was faster than the others. */
    PIVOT = 16 * 1024,
    LINE = 16 * 1024,
};

static void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void *room(size_t bytes) {
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory) fail("malloc", strerror(errno));
    return memory;
}

struct text {
    char *bytes;
    size_t length;
    /* Where blocks end. */
    size_t *ends;
    size_t blocks;
};

static struct text load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path, strerror(errno));
    struct text text = {.length = (size_t)ftell(file)};
    rewind(file);
    text.bytes = room(text.length);
    if (fread(text.bytes, 1, text.length, file) != text.length) fail(path, "cannot be read");
    fclose(file);
    text.ends = room((text.length / (BLOCK / 2) + 2) * sizeof *text.ends);
    size_t end = 0;
    while (end < text.length) {
        size_t next = text.length - end < BLOCK ? text.length : end + BLOCK;
        while (end < next && text.bytes[next - 1] != '\n') next--;
        if (next == end) fail(path, "a line is longer than a block");
        text.ends[text.blocks++] = end = next;
    }
    return text;
}

static size_t start_of(const struct text *text, size_t block) {
    return block ? text->ends[block - 1] : 0;
}

/* One direction of one library: `convert` gives the bytes it wrote, or SIZE_MAX when a character has no code. */
struct peer {
    size_t (*convert)(struct peer *, int first, int last, const char *from, size_t length, char *to, size_t limit);
    UConverter *source, *target;
    UChar pivot[PIVOT], *pivot_source, *pivot_target;
    iconv_t iconv;
};

static size_t convert_icu(struct peer *peer, int first, int last, const char *from, size_t length, char *to,
                          size_t limit) {
    UErrorCode status = U_ZERO_ERROR;
    char *end = to;
    if (first) peer->pivot_source = peer->pivot_target = peer->pivot;
    ucnv_convertEx(peer->target, peer->source, &end, to + limit, &from, from + length, peer->pivot,
                   &peer->pivot_source, &peer->pivot_target, peer->pivot + PIVOT, (UBool)first, (UBool)last, &status);
    return U_FAILURE(status) ? SIZE_MAX : (size_t)(end - to);
}

static size_t convert_iconv(struct peer *peer, int first, int last, const char *from, size_t length, char *to,
                            size_t limit) {
    char *source = (char *)from, *end = to;
    if (first) iconv(peer->iconv, NULL, NULL, NULL, NULL);
    if (iconv(peer->iconv, &source, &length, &end, &limit) == (size_t)-1) return SIZE_MAX;
    if (last && iconv(peer->iconv, NULL, NULL, &end, &limit) == (size_t)-1) return SIZE_MAX;
    return (size_t)(end - to);
}

static UConverter *converter(const char *name) {
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &status);
    if (U_FAILURE(status)) fail(name, u_errorName(status));
    ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
    return converter;
}

static struct peer *open_peer(const char *library, const char *from, const char *to) {
    struct peer *peer = room(sizeof *peer);
    if (!strcmp(library, "icu")) {
        peer->convert = convert_icu;
        peer->source = converter(from);
        peer->target = converter(to);
    } else if (!strcmp(library, "iconv")) {
        peer->convert = convert_iconv;
        peer->iconv = iconv_open(to, from);
        if (peer->iconv == (iconv_t)-1) fail(from, strerror(errno));
    } else {
        fail(library, "no such library");
    }
    return peer;
}

static struct text convert_once(struct peer *peer, const struct text *text) {
    struct text done = {.bytes = room(text->length * GROWTH), .ends = room(text->blocks * sizeof *done.ends)};
    for (size_t at = 0; at < text->blocks; at++) {
        size_t start = start_of(text, at);
        size_t wrote = peer->convert(peer, at == 0, at + 1 == text->blocks, text->bytes + start,
                                     text->ends[at] - start, done.bytes + done.length, text->length * GROWTH - done.length);
        if (wrote == SIZE_MAX) fail("conversion", "a character has no code");
        done.ends[done.blocks++] = done.length += wrote;
    }
    return done;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void serve(const char *library, const char *charset, const char *direction, const char *path) {
    struct text text = load(path);
    struct peer *to = open_peer(library, "UTF-8", charset);
    struct text other = convert_once(to, &text);
    struct text input = text, output = other;
    struct peer *peer = to;
    if (!strcmp(direction, "from")) {
        peer = open_peer(library, charset, "UTF-8");
        input = other;
        output = convert_once(peer, &input);
    }
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t at = 0; at < output.length; at++) hash = (hash ^ (unsigned char)output.bytes[at]) * 0x100000001b3u;
    printf("ready %zu %016llx\n", output.length, (unsigned long long)hash);
    fflush(stdout);
    char line[64], *block = room(BLOCK * GROWTH * GROWTH);
    while (fgets(line, sizeof line, stdin)) {
        size_t slice = 0, slices = 0;
        if (sscanf(line, "%zu %zu", &slice, &slices) != 2 || slices <= slice) fail(line, "not SLICE OF_SLICES");
        size_t first = slice * input.blocks / slices, behind = (slice + 1) * input.blocks / slices, length = 0;
        double begin = seconds();
        for (size_t at = first; at < behind; at++) {
            size_t start = start_of(&input, at);
            size_t wrote = peer->convert(peer, at == first, at + 1 == behind, input.bytes + start,
                                         input.ends[at] - start, block, BLOCK * GROWTH * GROWTH);
            if (wrote == SIZE_MAX) fail("conversion", "a character has no code");
            length += wrote;
        }
        double took = seconds() - begin;
        if (length != start_of(&output, behind) - start_of(&output, first)) fail("conversion", "another length than before");
        printf("%.9f\n", took);
        fflush(stdout);
    }
}

static void common(const char *path, const char *out, int count, char **names) {
    struct text text = load(path);
    struct peer **peers = room((size_t)count * sizeof *peers);
    size_t *lacked = calloc((size_t)count, sizeof *lacked), dropped = 0;
    for (int at = 0; at < count; at++) {
        char *charset = strchr(names[at], ':');
        if (!charset) fail(names[at], "not LIBRARY:CHARSET");
        *charset++ = '\0';
        peers[at] = open_peer(names[at], "UTF-8", charset);
        names[at] = charset;
    }
    FILE *file = fopen(out, "wb");
    if (!file) fail(out, strerror(errno));
    static char converted[LINE * GROWTH];
    for (size_t start = 0; start < text.length;) {
        const char *line = text.bytes + start, *end = memchr(line, '\n', text.length - start);
        size_t length = end ? (size_t)(end - line) + 1 : text.length - start;
        int bad = LINE < length;
        for (int at = 0; at < count && length <= LINE; at++) {
            if (peers[at]->convert(peers[at], 1, 1, line, length, converted, sizeof converted) == SIZE_MAX) {
                lacked[at]++;
                bad = 1;
            }
        }
        if (bad) {
            dropped++;
        } else if (fwrite(line, 1, length, file) != length) {
            fail(out, strerror(errno));
        }
        start += length;
    }
    if (fclose(file)) fail(out, strerror(errno));
    printf("%zu lines left out", dropped);
    for (int at = 0; at < count; at++) printf(", %zu not in %s", lacked[at], names[at]);
    printf("\n");
}

int main(int count, char **words) {
    if (count == 6 && !strcmp(words[1], "serve")) {
        serve(words[2], words[3], words[4], words[5]);
    } else if (5 <= count && !strcmp(words[1], "common")) {
        common(words[2], words[3], count - 4, words + 4);
    } else {
        fail("usage", "characters serve icu|iconv CHARSET to|from TEXT, or common TEXT OUT LIBRARY:CHARSET...");
    }
    return 0;
}
