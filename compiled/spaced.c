/* Spaced-out words: three or more single letters with equal separators between them. */
#include "words.h"

/* The letters from `first` to `last`, `gap` separators apart; the suffix goes up to `end`. */
typedef struct {
    int64_t first, last, gap, letters, end;
} Spaced;

/* Whether the letter at `j` is none of a longer word, nor of one spaced in another way. */
static bool is_alone(const Pass *pass, int64_t j, int32_t separator)
{
    const Scratch *s = pass->s;
    int64_t n = pass->n;
    if (j + 1 >= n)
        return true;
    if (IS_WORD(s, j + 1))
        return false;
    if (AT(s->chars, j + 1) == separator || KIND(s, j + 1) != PUNCT || j + 3 >= n)
        return true;
    bool follows = KIND(s, j + 2) == LETTER && AT(s->chars, j + 3) == AT(s->chars, j + 1);
    return !follows; /* the s of "u a s.t.u.p.i.d" */
}

/* Whether the separators behind `j` are those behind `i`, and no commas. */
static bool is_spaced_alike(const Scratch *s, int64_t i, int64_t j, int64_t gap)
{
    for (int64_t k = 1; k <= gap; k++)
        if (AT(s->chars, j + k) != AT(s->chars, i + k) || AT(s->chars, i + k) == ',')
            return false;
    return true;
}

/* The spaced letters from `i` on; fewer than three are none. */
static Spaced find_spaced(const Pass *pass, int64_t i)
{
    const Scratch *s = pass->s;
    int64_t n = pass->n, gap = 0, j = i;
    Spaced found = {i, i, 0, 1, i};
    while (i + gap + 1 < n && gap < 3 && KIND(s, i + gap + 1) <= PUNCT)
        gap++;
    if (gap == 0)
        return found;
    while (j + gap + 1 < n && KIND(s, j + gap + 1) == LETTER) {
        if (!is_spaced_alike(s, i, j, gap) || !is_alone(pass, j + gap + 1, AT(s->chars, i + 1)))
            break;
        j += gap + 1;
        found.letters++;
    }
    found.last = j;
    found.gap = gap;
    return found;
}

/* Write the letters and the suffix behind the comment's characters; returns how many there are. */
static int64_t write_spaced(const Scratch *s, Spaced word)
{
    int64_t top = STATE(s, TOP), size = 0;
    for (int64_t place = word.first; place <= word.last; place += word.gap + 1) {
        bool looks = AT(s->kind, place) & LOOK && SEEN(s, N_STRANGE) == 0;
        AT(s->chars, top + size) = looks ? AT(s->look, place) : AT(s->chars, place);
        size++;
    }
    for (int64_t place = word.last + 2; place < word.end; place++) {
        AT(s->chars, top + size) = AT(s->chars, place);
        size++;
    }
    return size;
}

/* Length of the longest run of equal characters in `chars[begin:begin + size]`. */
static int64_t longest_run(Ints chars, int64_t begin, int64_t size)
{
    int64_t longest = 0, run = 0;
    for (int64_t k = begin; k < begin + size; k++) {
        run = k > begin && AT(chars, k) == AT(chars, k - 1) ? run + 1 : 1;
        longest = most(longest, run);
    }
    return longest;
}

/* Write the word with its runs shortened to one letter or two, the commoner word; its size. */
static int64_t write_likelier(const Pass *pass, Spaced word)
{
    const Scratch *s = pass->s;
    int64_t top = STATE(s, TOP);
    int64_t size = unstretch(s, top, write_spaced(s, word), 2).size;
    int64_t twice = rarity(pass->known, s->chars, top, size);
    int64_t once = unstretch(s, top, write_spaced(s, word), 1).size;
    if (rarity(pass->known, s->chars, top, once) <= twice)
        return once;
    return unstretch(s, top, write_spaced(s, word), 2).size;
}

/* Add the words that the letters at STATE(TOP) make. stretched: which letters are whose is not
   known any more. */
static void add_words(const Pass *pass, Spaced word, int64_t size, bool split, bool stretched)
{
    const Scratch *s = pass->s;
    int64_t begin = STATE(s, TOP), step = word.gap + 1, first = 0;
    int64_t words = split ? split_words(pass->known, s->chars, begin, size) : 1;
    bool whole = stretched || words == 1;
    SEEN(s, N_CHARS) += words - 1;
    STATE(s, TOP) = begin + size;
    for (int64_t k = 0; k < words && first < word.letters; k++) { /* no suffix by itself */
        int64_t last = words > 1 ? first + AT(s->chars, begin + size + k) : size;
        int64_t from = whole ? word.first : word.first + first * step;
        int64_t until =
            whole || k == words - 1 ? word.end - 1 : word.first + (last - 1) * step;
        Form form = {begin + first, last - first, AT(s->at, from), AT(s->at, until) + 1, true};
        add_form(pass, form);
        first = last;
    }
}

/* Join single letters with equal separators from `i` on; returns their end, or `i`. */
int64_t add_spaced(const Pass *pass, int64_t i)
{
    const Scratch *s = pass->s;
    Spaced word = find_spaced(pass, i);
    if (word.letters < 3 || !fits(s, SPLIT_ROOM * (word.letters + MOST_SUFFIX) + 2))
        return i;
    bool blank = word.gap == 1 && AT(s->chars, i + 1) == ' ';
    take_signs(s, i, word.last, false);
    word.end = suffix_end(s, word.last + 1, pass->n);
    int64_t size = write_spaced(s, word);
    SEEN(s, N_SPACED) += 1;
    SEEN(s, N_CHARS) -= word.gap * (word.letters - 1);
    /* s e e  e a c h has three */
    bool stretched = longest_run(s->chars, STATE(s, TOP), size) > (blank ? 3 : 2);
    if (stretched) {
        int64_t shorter = write_likelier(pass, word);
        SEEN(s, N_CHARS) -= size - shorter;
        size = shorter;
    }
    add_words(pass, word, size, blank && size <= MOST_SPLIT, stretched);
    return word.end;
}
