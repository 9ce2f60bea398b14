/* Pass between the two others: links, addresses, telephone numbers, money and quoted text.

   Only run over a comment in which the first pass saw a sign of one of them. */
#include "comment.h"

enum {
    PHONE_LEAST = 9, /* E.164 allows 15 digits; */
    PHONE_MOST = 15, /* shorter numbers are any number */
    QUOTE_CHARS = 400, /* an opening mark not closed within this many opens nothing */
};

/* Whether the characters `i:j` are, or look like, one of the names behind `hashes`. */
static bool among(Hashes hashes, const Scratch *s, int64_t i, int64_t j)
{
    uint64_t value = HASH_SEED;
    for (int64_t k = i; k < j; k++)
        value = hash_letter(value, AT(s->kind, k) & LOOK ? AT(s->look, k) : AT(s->chars, k));
    int64_t low = 0, high = hashes.rows;
    while (low < high) {
        int64_t middle = (low + high) >> 1;
        if (AT(hashes, middle) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < hashes.rows && AT(hashes, low) == value;
}

/* End of the run of letters, digits, dots and dashes at `i`, without dots at its end. */
static int64_t host_end(const Scratch *s, int64_t i, int64_t n)
{
    int64_t j = i;
    while (j < n && (IS_WORD(s, j) || AT(s->chars, j) == '.' || AT(s->chars, j) == '-'))
        j++;
    while (j > i && !IS_WORD(s, j - 1))
        j--;
    return j;
}

/* What `i:j` is: 0 no host, 1 a host, 2 a link shortener. */
static int host_kind(const Reading *reading, int64_t i, int64_t j, int64_t n)
{
    const Scratch *s = &reading->scratch;
    const Known *known = &reading->known;
    const Ints chars = s->chars;
    int64_t dot = j - 1;
    while (dot > i && AT(chars, dot) != '.')
        dot--;
    if (dot <= i || !IS_WORD(s, dot - 1))
        return 0;
    if (among(known->shorteners, s, i, j))
        return 2;
    if (among(known->top_levels, s, dot + 1, j))
        return 1;
    if (j - i > 4 && AT(chars, i) == 'w' && AT(chars, i + 1) == 'w' && AT(chars, i + 2) == 'w' &&
        AT(chars, i + 3) == '.')
        return 1;
    bool path = j + 1 < n && AT(chars, j) == '/' && IS_WORD(s, j + 1);
    return path && among(known->wordy_top_levels, s, dot + 1, j);
}

/* Nothing in `i:j` is undone as a disguise. */
static void mark_link(const Scratch *s, int64_t i, int64_t j)
{
    for (int64_t k = i; k < j; k++)
        AT(s->kind, k) |= IN_LINK;
}

/* Count the bare domain or e-mail address whose name begins at `i`; returns its end. */
static int64_t read_host(const Reading *reading, int64_t i, int64_t end, int64_t n)
{
    const Scratch *s = &reading->scratch;
    int64_t j = host_end(s, i, end);
    if (j < end - 1 && AT(s->chars, j) == '@' && IS_WORD(s, j + 1)) {
        int64_t stop = host_end(s, j + 1, end), dot = j + 1;
        while (dot < stop && AT(s->chars, dot) != '.')
            dot++;
        if (dot == stop)
            return j + 1;
        SEEN(s, N_EMAILS) += 1;
        mark_link(s, i, stop);
        return stop;
    }
    int kind = host_kind(reading, i, j, n);
    if (kind) {
        SEEN(s, N_DOMAINS) += 1;
        SEEN(s, N_SHORTENERS) += kind == 2;
        if (j < end && AT(s->chars, j) == '/')
            j = end;
        mark_link(s, i, j);
    }
    return most(j, i + 1);
}

/* Whether markup of a link begins at `i`: <a, [url, ](http. */
static bool is_markup(const Scratch *s, int64_t i, int64_t end, int64_t n)
{
    const Ints chars = s->chars;
    switch (AT(chars, i)) {
    case '<':
        return i + 1 < n && AT(chars, i + 1) == 'a' && i + 2 == end;
    case '[':
        return i + 3 < end && AT(chars, i + 1) == 'u' && AT(chars, i + 2) == 'r';
    case ']':
        return i + 2 < end && AT(chars, i + 1) == '(' && AT(chars, i + 2) == 'h';
    }
    return false;
}

/* Whether an address ends before this character. */
static bool ends_address(int32_t letter)
{
    return letter == '"' || letter == '>' || letter == '<' || letter == ']' || letter == ')';
}

/* Count the address whose :// stands at `i`, its scheme not before `begin`; returns its end. */
static int64_t read_address(const Reading *reading, int64_t begin, int64_t i, int64_t end, int64_t n)
{
    const Scratch *s = &reading->scratch;
    int64_t start = i, host = host_end(s, i + 3, end), stop = host;
    while (start > begin && KIND(s, start - 1) == LETTER)
        start--;
    SEEN(s, N_RAW_URLS) += 1;
    SEEN(s, N_SHORTENERS) += host_kind(reading, i + 3, host, n) == 2;
    while (stop < end && !ends_address(AT(s->chars, stop)))
        stop++;
    mark_link(s, start, stop);
    return most(stop, i + 3);
}

/* Count the links and addresses in the unspaced characters `i:end`. */
static void read_chunk(const Reading *reading, int64_t i, int64_t end, int64_t n)
{
    const Scratch *s = &reading->scratch;
    const Ints chars = s->chars;
    int64_t begin = i;
    while (i < end) {
        SEEN(s, N_HTML_LINKS) += is_markup(s, i, end, n);
        if (AT(chars, i) == ':' && i + 3 < end && AT(chars, i + 1) == '/' &&
            AT(chars, i + 2) == '/') {
            i = read_address(reading, begin, i, end, n);
            begin = i;
        } else if (IS_WORD(s, i)) {
            int64_t stop = host_end(s, i, end);
            bool scheme = stop + 2 < end && AT(chars, stop) == ':' && AT(chars, stop + 1) == '/';
            i = scheme ? stop : read_host(reading, i, end, n);
        } else {
            i++;
        }
    }
}

/* Count links and addresses, chunk by chunk. */
static void read_links(const Reading *reading, int64_t n)
{
    const Scratch *s = &reading->scratch;
    for (int64_t i = 0; i < n;) {
        while (i < n && KIND(s, i) == SPACE)
            i++;
        int64_t end = i;
        bool hint = false;
        while (end < n && KIND(s, end) != SPACE) {
            int32_t letter = AT(s->chars, end);
            hint = hint || letter == '.' || letter == ':' || letter == '@' || letter == '<' ||
                   letter == '[';
            end++;
        }
        if (hint)
            read_chunk(reading, i, end, n);
        i = end;
    }
}

/* Whether a character may stand between the digits of a telephone number. */
static bool separates_digits(int32_t letter)
{
    return letter == ' ' || letter == '(' || letter == ')' || letter == '-' || letter == '.';
}

/* Count telephone numbers: 9 to 15 digits with at most two separators between them. */
static void read_phones(const Scratch *s, int64_t n)
{
    for (int64_t i = 0; i < n;) {
        if (KIND(s, i) != DIGIT || AT(s->kind, i) & IN_LINK) {
            i++;
            continue;
        }
        int64_t digits = 0, gap = 0;
        for (; i < n && gap <= 2; i++) {
            if (KIND(s, i) == DIGIT) {
                digits++;
                gap = 0;
            } else if (separates_digits(AT(s->chars, i))) {
                gap++;
            } else {
                break;
            }
        }
        SEEN(s, N_PHONES) += digits >= PHONE_LEAST && digits <= PHONE_MOST;
    }
}

/* Whether `letter` is a currency sign. */
static bool is_currency(int32_t letter)
{
    return letter == '$' || (letter >= 0xA3 && letter <= 0xA5) ||
           (letter >= 0x20A0 && letter <= 0x20BF);
}

/* Count currency signs beside a number. */
static void read_money(const Scratch *s, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!is_currency(AT(s->chars, i)))
            continue;
        bool before = i > 0 && KIND(s, i - 1) == DIGIT;
        bool after = i + 1 < n && KIND(s, i + 1) == DIGIT;
        bool spaced = i + 2 < n && AT(s->chars, i + 1) == ' ' && KIND(s, i + 2) == DIGIT;
        SEEN(s, N_MONEY) += before || after || spaced;
    }
}

/* Count the characters in lines that begin with >. */
static void read_quoted_lines(const Scratch *s, int64_t n)
{
    bool begins = true, quoted = false; /* only > and spaces since the line began */
    for (int64_t i = 0; i < n; i++) {
        int32_t letter = AT(s->chars, i);
        if (letter == '\n') {
            begins = true;
            quoted = false;
        } else if (begins && letter == '>') {
            quoted = true;
        } else if (letter != ' ') {
            begins = false;
        }
        SEEN(s, N_QUOTED_LINES) += quoted;
    }
}

/* Count the characters within quotation marks. */
static void read_quotations(const Scratch *s, int64_t n)
{
    int64_t opened = -1;
    for (int64_t i = 0; i < n; i++) {
        int32_t letter = AT(s->chars, i);
        bool closes = letter == '"' || letter == 0x201D || letter == 0x201C || letter == 0xBB;
        if (opened >= 0 && closes && i - opened <= QUOTE_CHARS) {
            SEEN(s, N_QUOTED) += i - opened - 1;
            opened = -1;
        } else if (closes || letter == 0x201E || letter == 0x201F || letter == 0xAB) {
            opened = i;
        }
    }
}

/* Run those of the passes above that have something to find. */
void read_extras(const Reading *reading, int64_t n)
{
    const Scratch *s = &reading->scratch;
    if (SEEN(s, N_LINK_HINTS))
        read_links(reading, n);
    if (SEEN(s, N_DIGITS) >= PHONE_LEAST)
        read_phones(s, n);
    if (SEEN(s, N_CURRENCY))
        read_money(s, n);
    if (SEEN(s, N_QUOTE_SIGNS)) {
        read_quoted_lines(s, n);
        read_quotations(s, n);
    }
}
