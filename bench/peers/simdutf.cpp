// The peer of the character benchmark for UTF-16: simdutf, validating, the fastest kernel it finds for the machine.
//
//   simdutf UTF-16LE to|from TEXT
//
// Says "ready BYTES_OUT FNV1A KERNEL"; then for every line "SLICE OF_SLICES" on standard input converts that slice of the
// text, in the blocks characters.c has too, and says the seconds it took.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "simdutf.h"

static const size_t BLOCK = 64 * 1024;

static void fail(const std::string &why) {
    std::fprintf(stderr, "simdutf: %s\n", why.c_str());
    std::exit(1);
}

int main(int count, char **words) {
    if (count != 4 || std::strcmp(words[1], "UTF-16LE") != 0) fail("usage: simdutf UTF-16LE to|from TEXT");
    const bool back = std::strcmp(words[2], "from") == 0;
    std::ifstream file(words[3], std::ios::binary);
    if (!file) fail(std::string(words[3]) + " cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

    // Blocks end behind a line's end. `ends` in UTF-8, `wide_ends` the same places in UTF-16.
    std::vector<size_t> ends, wide_ends;
    std::vector<char16_t> wide(text.size());
    for (size_t start = 0, written = 0; start < text.size(); start = ends.back()) {
        size_t end = text.size() - start < BLOCK ? text.size() : text.rfind('\n', start + BLOCK - 1) + 1;
        if (end <= start) fail("a line is longer than a block");
        const size_t units = simdutf::convert_utf8_to_utf16le(text.data() + start, end - start, wide.data() + written);
        if (units == 0) fail("not UTF-8");
        ends.push_back(end);
        wide_ends.push_back(written += units);
    }
    wide.resize(wide_ends.empty() ? 0 : wide_ends.back());

    const unsigned char *output = reinterpret_cast<const unsigned char *>(back ? text.data() : (const char *)wide.data());
    const size_t length = back ? text.size() : wide.size() * sizeof(char16_t);
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t at = 0; at < length; at++) hash = (hash ^ output[at]) * 0x100000001b3u;
    std::printf("ready %zu %016llx %s\n", length, (unsigned long long)hash,
                simdutf::get_active_implementation()->name().c_str());
    std::fflush(stdout);

    std::vector<char16_t> wide_block(BLOCK);
    std::vector<char> block(BLOCK * 3);
    const std::vector<size_t> &input_ends = back ? wide_ends : ends, &output_ends = back ? ends : wide_ends;
    const auto start_of = [](const std::vector<size_t> &ends, size_t block) { return block ? ends[block - 1] : 0; };
    char line[64];
    while (std::fgets(line, sizeof line, stdin)) {
        size_t slice = 0, slices = 0;
        if (std::sscanf(line, "%zu %zu", &slice, &slices) != 2 || slices <= slice) fail("not SLICE OF_SLICES");
        const size_t first = slice * ends.size() / slices, behind = (slice + 1) * ends.size() / slices;
        size_t wrote = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (size_t at = first; at < behind; at++) {
            const size_t start = start_of(input_ends, at), length = input_ends[at] - start;
            wrote += back ? simdutf::convert_utf16le_to_utf8(wide.data() + start, length, block.data())
                          : simdutf::convert_utf8_to_utf16le(text.data() + start, length, wide_block.data());
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        if (wrote != start_of(output_ends, behind) - start_of(output_ends, first)) fail("another length than before");
        std::printf("%.9f\n", took.count());
        std::fflush(stdout);
    }
}
