/* First pass over a comment: UTF-8 bytes to folded characters, counted by kind. */
#include "comment.h"

#include <string.h>

enum { LIMIT = 0x20000, I_SHORT = 0x439, SMALL_I_CYRILLIC = 0x438, BREVE = 0x306 };

#define CAPITAL (1 | (uint64_t)1 << 32)

/* Kind of an ASCII character. */
static const uint8_t ASCII_KIND[128] = {
    [0 ... 32] = SPACE,
    [33 ... 47] = PUNCT,
    ['0' ... '9'] = DIGIT,
    [58 ... 64] = PUNCT,
    ['A' ... 'Z'] = LETTER | LATIN,
    [91 ... 96] = PUNCT,
    ['a' ... 'z'] = LETTER | LATIN,
    [123 ... 126] = PUNCT,
    [127] = SPACE,
};
/* Letters, capitals << 32. */
static const uint64_t ASCII_COUNT[128] = {['A' ... 'Z'] = CAPITAL, ['a' ... 'z'] = 1};

/* The character that an ASCII character folds to. */
static inline int32_t ascii_char(uint8_t byte, uint8_t kind)
{
    if (kind == SPACE)
        return byte >= 10 && byte <= 13 ? 10 : 32;
    return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

/* How far the pass has come, and what it has counted. */
typedef struct {
    int64_t n, source; /* characters written, code points read */
    int64_t letters, digits, upper, latin, styled, hidden;
    bool after_mark;
} Progress;

typedef struct {
    int64_t code, size;
} Decoded;

/* How many bytes follow the first one of a character; 0 if it is the first of none. */
static int64_t bytes_behind(int64_t lead)
{
    if (lead < 0xC2 || lead >= 0xF5)
        return 0;
    return 1 + (lead >= 0xE0) + (lead >= 0xF0);
}

/* Code point at byte `i` and its length; a byte that is not UTF-8 is U+FFFD, length 1. */
static Decoded decode(Bytes data, int64_t i, int64_t end)
{
    const Decoded damaged = {0xFFFD, 1};
    int64_t lead = AT(data, i), need = bytes_behind(lead), value = lead & (0x3F >> need);
    if (need == 0 || i + need >= end)
        return damaged;
    for (int64_t k = 1; k <= need; k++) {
        int64_t byte = AT(data, i + k);
        if ((byte & 0xC0) != 0x80)
            return damaged;
        value = value << 6 | (byte & 0x3F);
    }
    int64_t low = need == 1 ? 0x80 : need == 2 ? 0x800 : 0x10000;
    if (value < low || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF)
        return damaged;
    return (Decoded){value, need + 1};
}

/* Kind of a code point past the tables: ideographs, tags, the rest. */
static int64_t beyond(int64_t code)
{
    if (code < 0x32000)
        return LETTER;
    return code >= 0xE0000 && code < 0xE1000 ? IGNORE : PUNCT;
}

/* ASCII letter that `code`, known to be a LOOK character, looks like. */
static uint8_t look_like(const Tables *tables, int64_t code)
{
    int64_t low = 0, high = tables->look_from.rows;
    while (low < high) {
        int64_t middle = (low + high) >> 1;
        if (AT(tables->look_from, middle) < code)
            low = middle + 1;
        else
            high = middle;
    }
    return AT(tables->look_to, low);
}

static bool is_quote_sign(int64_t code)
{
    return code == '"' || code == '>' || code == 0xAB || (code >= 0x201C && code <= 0x201F);
}

static bool is_currency(int64_t code)
{
    return code == '$' || (code >= 0xA3 && code <= 0xA5) || (code >= 0x20A0 && code <= 0x20BF);
}

/* Count a punctuation mark that a later pass looks for; `following` is the next byte. */
static void count_sign(const Scratch *s, int64_t code, int64_t following)
{
    switch (code) {
    case '!':
        SEEN(s, N_EXCLAIM) += 1;
        return;
    case '.':
        SEEN(s, N_LINK_HINTS) += following > '.' || following == '-';
        return;
    case '@':
    case '[':
    case ']':
        SEEN(s, N_LINK_HINTS) += following > ' '; /* [url], [text](address) */
        return;
    case '<':
        SEEN(s, N_LINK_HINTS) += following > ' '; /* <a href */
        return;
    case ':':
        SEEN(s, N_LINK_HINTS) += following == '/';
        return;
    }
    SEEN(s, N_QUOTE_SIGNS) += is_quote_sign(code);
    SEEN(s, N_CURRENCY) += is_currency(code);
}

/* Read ASCII from byte `i` on; returns where it ends. */
static inline int64_t read_ascii(const Scratch *s, Bytes data, int64_t i, int64_t end, Progress *p)
{
    const Ints chars = s->chars, at = s->at;
    const Bytes kinds = s->kind;
    int64_t n = p->n, source = p->source, digits = 0;
    uint64_t counts = 0;
    while (i < end) {
        uint8_t byte = AT(data, i);
        if (byte >= 0x80)
            break;
        i++;
        uint8_t kind = ASCII_KIND[byte];
        AT(kinds, n) = kind;
        AT(chars, n) = ascii_char(byte, kind);
        AT(at, n) = (int32_t)source;
        n++;
        source++;
        counts += ASCII_COUNT[byte];
        digits += kind == DIGIT;
        if (kind == PUNCT)
            count_sign(s, byte, i < end ? AT(data, i) : 0);
    }
    p->after_mark = false;
    p->n = n;
    p->source = source;
    p->digits += digits;
    p->letters += counts & 0xFFFFFFFF;
    p->latin += counts & 0xFFFFFFFF;
    p->upper += counts >> 32;
    return i;
}

/* A character that is not kept: a mark, or one that nobody sees. */
static void skip(const Scratch *s, int64_t code, int64_t kind, Progress *p)
{
    int64_t n = p->n;
    if (kind == MARK) {
        if (code == BREVE && n > 0 && AT(s->chars, n - 1) == SMALL_I_CYRILLIC) {
            AT(s->chars, n - 1) = I_SHORT;
            AT(s->kind, n - 1) = LETTER;
            SEEN(s, N_STRANGE) += !p->after_mark;
        }
        SEEN(s, N_MARKS) += p->after_mark || (code >= 0x332 && code <= 0x338);
    } else if (n > 0 && AT(s->kind, n - 1) & LATIN) {
        SEEN(s, N_INVISIBLE) += 1;
    }
    p->after_mark = kind == MARK;
    p->source++;
    p->hidden++;
}

/* Count a character beyond ASCII that is kept. */
static void count_kind(const Scratch *s, int64_t folded, int64_t flags, uint8_t next, Progress *p)
{
    int64_t kind = flags & KIND_BITS;
    p->letters += kind == LETTER;
    p->digits += kind == DIGIT;
    p->upper += (flags & UPPER) != 0;
    p->styled += (flags & STYLED) != 0;
    p->latin += (flags & LATIN) != 0;
    if (kind == PUNCT)
        count_sign(s, folded, next);
    else if (kind == EMOJI)
        SEEN(s, N_EMOJI) += 1;
    else if (kind == LETTER && !(flags & (LATIN | LOOK)))
        SEEN(s, N_STRANGE) += 1;
}

/* Write the characters that one folds to. */
static void expand(const Scratch *s, const Tables *tables, int64_t row, Progress *p)
{
    AT(s->chars, p->n) = CELL(tables->expansions, row, 0);
    p->n++;
    for (int64_t j = 1; j < 4 && CELL(tables->expansions, row, j) != 0; j++) {
        AT(s->chars, p->n) = CELL(tables->expansions, row, j);
        AT(s->kind, p->n) = AT(s->kind, p->n - 1);
        AT(s->at, p->n) = (int32_t)p->source;
        AT(s->look, p->n) = AT(s->look, p->n - 1);
        p->n++;
    }
}

/* Read the character beyond ASCII at byte `i`; returns where the next one begins. */
static int64_t read_wide(const Reading *reading, Bytes data, int64_t i, int64_t end, Progress *p)
{
    const Tables *tables = &reading->tables;
    const Scratch *s = &reading->scratch;
    bool fold = reading->grams.fold;
    Ints delta = fold ? tables->delta : tables->plain_delta;
    Decoded found = decode(data, i, end);
    int64_t code = found.code, flags, folded = code, k = 0;
    i += found.size;
    if (code < LIMIT) {
        k = (int64_t)AT(tables->page, code >> 8) * 256 + (code & 255);
        flags = AT(tables->info, k);
        folded = code + AT(delta, k);
    } else {
        flags = beyond(code);
    }
    if (!fold) {
        flags &= ~(int64_t)(EXPAND | LOOK);
        if ((flags & KIND_BITS) >= IGNORE)
            flags = (flags & KIND_BITS) == MARK ? LETTER : PUNCT;
    }
    int64_t kind = flags & KIND_BITS;
    if (kind >= IGNORE) {
        skip(s, code, kind, p);
        return i;
    }
    p->after_mark = false;
    count_kind(s, folded, flags, i < end ? AT(data, i) : 0, p);
    if (kind == LETTER && !(flags & LATIN) && flags & LOOK)
        AT(s->look, p->n) = look_like(tables, code);
    AT(s->kind, p->n) = (uint8_t)(kind | (flags & (LATIN | LOOK)));
    AT(s->at, p->n) = (int32_t)p->source;
    if (flags & EXPAND) {
        expand(s, tables, AT(delta, k), p);
    } else {
        AT(s->chars, p->n) = (int32_t)folded;
        p->n++;
    }
    p->source++;
    return i;
}

int64_t read_characters(const Reading *reading, Bytes data, int64_t begin, int64_t end)
{
    const Scratch *s = &reading->scratch;
    Progress p = {0};
    memset(s->seen.at, 0, sizeof(int64_t) * N_SEEN);
    for (int64_t i = begin; i < end;) {
        if (AT(data, i) < 0x80)
            i = read_ascii(s, data, i, end, &p);
        else
            i = read_wide(reading, data, i, end, &p);
    }
    SEEN(s, N_CHARS) = p.source - p.hidden;
    SEEN(s, N_LETTERS) = p.letters;
    SEEN(s, N_DIGITS) = p.digits;
    SEEN(s, N_UPPER) = p.upper;
    SEEN(s, N_STYLED) = p.styled;
    SEEN(s, N_LATIN) = p.latin;
    SEEN(s, N_FOREIGN) = p.letters - p.latin;
    return p.n;
}
