/* Near-same texts and shared links among very many; see moderation/campaigns/kernel.py. */
#include "terms.h"

enum {
    BAND_ROWS = 3, /* minima per band */
    BANDS = 20,
    AT_ONCE = 4,       /* minima that are looked for; BANDS * BAND_ROWS is a multiple of it */
    LEADERS = 4,       /* texts of one bucket that a further one is compared with */
    MOST_WORDS = 400,  /* of a text that are looked at */
    WORD_SLOTS = 1024, /* of a table of them: a power of two */
};
static const double NEAR = 0.38; /* resemblance of word pairs that joins two texts */

/* Spread a 64-bit hash (the finaliser of MurmurHash3, Appleby, public domain). */
static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53u;
    return h ^ (h >> 33);
}

/* Text i is row rows[i] of a column. */
typedef struct {
    Bytes data;
    Longs offsets, rows;
    Spelling spelling;
} Texts;

/* Buckets of the words of text i, of MOST_WORDS at most. */
static Ints words_of(const Texts *texts, int64_t i)
{
    int64_t row = AT(texts->rows, i);
    int64_t start = AT(texts->offsets, row), stop = AT(texts->offsets, row + 1);
    Ints ids = NEW(Ints, int32_t, (stop - start) / 2 + 1);
    float shape[N_SHAPE] = {0};
    ids.rows = least(text_terms(&texts->spelling, texts->data, start, stop, ids,
                                (Floats){shape, N_SHAPE, 1}), MOST_WORDS);
    return ids;
}

/* Whether so many of the words are distinct. */
static bool has_words(Ints ids, int64_t least_words)
{
    if (ids.rows < least_words)
        return false;
    int32_t table[WORD_SLOTS];
    int64_t distinct = 0;
    for (int64_t k = 0; k < WORD_SLOTS; k++)
        table[k] = -1;
    for (int64_t k = 0; k < ids.rows && distinct < least_words; k++) {
        int32_t id = AT(ids, k);
        int64_t slot = id % WORD_SLOTS;
        while (table[slot] != -1 && table[slot] != id)
            slot = (slot + 1) % WORD_SLOTS;
        distinct += table[slot] == -1;
        table[slot] = id;
    }
    return distinct >= least_words;
}

/* The hash of word k and the one behind it. */
static inline uint64_t pair_at(Ints ids, int64_t k)
{
    return mix((uint64_t)AT(ids, k) << 32 | (uint64_t)AT(ids, k + 1));
}

/* The distinct word pairs of a text, and a table of them; rows -1 = not looked at yet. */
typedef struct {
    uint64_t at[MOST_WORDS], table[WORD_SLOTS];
    int64_t rows, slots;
} Pairs;

/* Where a pair stands in the table, or is to stand. */
static inline int64_t slot_of(const Pairs *pairs, uint64_t pair)
{
    int64_t slot = (int64_t)(pair % (uint64_t)pairs->slots);
    while (pairs->table[slot] && pairs->table[slot] != pair)
        slot = (slot + 1) % pairs->slots;
    return slot;
}

static void find_pairs(const Texts *texts, int64_t i, Pairs *pairs)
{
    void *kept = borrowed();
    Ints ids = words_of(texts, i);
    for (pairs->slots = 64; pairs->slots < 2 * ids.rows;)
        pairs->slots *= 2;
    for (int64_t slot = 0; slot < pairs->slots; slot++)
        pairs->table[WITHIN(slot, WORD_SLOTS)] = 0;
    pairs->rows = 0;
    for (int64_t k = 0; k + 1 < ids.rows; k++) {
        uint64_t pair = pair_at(ids, k);
        pair = pair ? pair : 1; /* 0 is a free slot */
        int64_t slot = slot_of(pairs, pair);
        if (pairs->table[slot])
            continue;
        pairs->table[slot] = pair;
        pairs->at[pairs->rows++] = pair;
    }
    give_back(kept);
}

typedef struct {
    int64_t first, last;
    Texts texts;
    Longs least_words;
    Hashes seeds;
    Unsigned keys;
} Sketch;

/* The least hash of the word pairs under each seed. */
static void find_minima(Ints ids, Hashes seeds, Hashes minima)
{
    uint64_t pairs[MOST_WORDS];
    int64_t count = most(ids.rows - 1, 0);
    for (int64_t k = 0; k < count; k++)
        pairs[WITHIN(k, MOST_WORDS)] = pair_at(ids, k);
    for (int64_t s = 0; s < seeds.rows; s += AT_ONCE) { /* so many minima stay in registers */
        uint64_t found[AT_ONCE] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
        for (int64_t k = 0; k < count; k++)
            for (int64_t r = 0; r < AT_ONCE; r++) {
                uint64_t v = (pairs[k] ^ AT(seeds, s + r)) * 0x9E3779B97F4A7C15u;
                v ^= v >> 32;
                found[r] = v < found[r] ? v : found[r];
            }
        for (int64_t r = 0; r < AT_ONCE; r++)
            AT(minima, s + r) = found[r];
    }
}

/* Fill the band keys (BANDS, n) of texts first:last; 0 in texts of too few words.

   32 bits are enough: texts with a key in common are compared before they are joined. */
static int64_t sketch_of(Sketch *job)
{
    Hashes minima = NEW(Hashes, uint64_t, job->seeds.rows);
    for (int64_t i = job->first; i < job->last; i++) {
        void *kept = borrowed();
        Ints ids = words_of(&job->texts, i);
        if (has_words(ids, AT(job->least_words, i))) {
            find_minima(ids, job->seeds, minima);
            for (int64_t band = 0; band < BANDS; band++) {
                uint64_t key = (uint64_t)band + 1;
                for (int64_t r = 0; r < BAND_ROWS; r++)
                    key = mix(key ^ AT(minima, band * BAND_ROWS + r));
                CELL(job->keys, band, i) = (uint32_t)most((int64_t)(key >> 32), 1);
            }
        }
        give_back(kept);
    }
    return 0;
}
ENTRY(sketch, Sketch)

/* Jaccard index of the pairs of two texts. */
static double resemblance(const Pairs *a, const Pairs *b)
{
    int64_t shared = 0;
    for (int64_t k = 0; k < a->rows; k++)
        shared += b->table[slot_of(b, a->at[k])] != 0;
    return (double)shared / (double)most(a->rows + b->rows - shared, 1);
}

static int64_t root(Longs group, int64_t i)
{
    while (AT(group, i) != i) {
        AT(group, i) = AT(group, AT(group, i));
        i = AT(group, i);
    }
    return i;
}

typedef struct {
    Unsigned keys; /* (bands, texts); 0 = too short */
    Texts texts;
    Longs group;
} JoinTexts;

/* Texts with one key that are unlike one another, and what was found in them. */
typedef struct {
    int64_t texts[LEADERS], count;
    Pairs pairs[LEADERS];
} Leaders;

static const Pairs *pairs_of_leader(const JoinTexts *job, Leaders *leaders, int64_t m)
{
    Pairs *pairs = &leaders->pairs[m];
    if (pairs->rows < 0)
        find_pairs(&job->texts, leaders->texts[m], pairs);
    return pairs;
}

/* Join text i with the leaders that it is near to; otherwise it may become one. */
static void join_text(const JoinTexts *job, int64_t i, Leaders *leaders)
{
    Pairs *own = &leaders->pairs[least(leaders->count, LEADERS - 1)], spare;
    own = leaders->count < LEADERS ? own : &spare;
    own->rows = -1;
    bool near = false;
    for (int64_t m = 0; m < leaders->count; m++) {
        int64_t mine = root(job->group, i), other = root(job->group, leaders->texts[m]);
        if (mine == other) {
            near = true;
            continue;
        }
        if (own->rows < 0)
            find_pairs(&job->texts, i, own);
        if (resemblance(own, pairs_of_leader(job, leaders, m)) < NEAR)
            continue;
        AT(job->group, most(mine, other)) = least(mine, other);
        near = true;
    }
    if (!near && leaders->count < LEADERS)
        leaders->texts[leaders->count++] = i;
}

/* Sort by the upper 32 bits; equal ones keep their order. */
static void sort_by_upper(Hashes items, Hashes spare)
{
    enum { DIGITS = 3, DIGIT = 11, VALUES = 1 << DIGIT };
    for (int digit = 0; digit < DIGITS; digit++) {
        int64_t ends[VALUES + 1] = {0};
        const int shift = 32 + digit * DIGIT;
        for (int64_t k = 0; k < items.rows; k++)
            ends[(AT(items, k) >> shift) % VALUES + 1]++;
        for (int64_t value = 0; value < VALUES; value++)
            ends[value + 1] += ends[value];
        for (int64_t k = 0; k < items.rows; k++)
            AT(spare, ends[(AT(items, k) >> shift) % VALUES]++) = AT(items, k);
        Hashes sorted = spare;
        spare = items;
        items = sorted;
    }
    for (int64_t k = 0; k < items.rows; k++) /* three rounds end in what was spare */
        AT(spare, k) = AT(items, k);
}

/* The texts that are long enough by their first two keys: an order of their own, whatever that of
   the rows. */
static Longs own_order(Unsigned keys)
{
    int64_t n = 0;
    Longs order = NEW(Longs, int64_t, keys.columns);
    for (int64_t i = 0; i < keys.columns; i++)
        if (CELL(keys, 0, i)) {
            AT(order, n) = i;
            n++;
        }
    order.rows = n;
    void *kept = borrowed();
    Hashes items = NEW(Hashes, uint64_t, n), spare = NEW(Hashes, uint64_t, n);
    Longs before = NEW(Longs, int64_t, n);
    for (int band = 1; band >= 0; band--) {
        for (int64_t k = 0; k < n; k++) {
            AT(items, k) = (uint64_t)CELL(keys, band, AT(order, k)) << 32 | (uint64_t)k;
            AT(before, k) = AT(order, k);
        }
        sort_by_upper(items, spare);
        for (int64_t k = 0; k < n; k++)
            AT(order, k) = AT(before, AT(items, k) & UINT32_MAX);
    }
    give_back(kept);
    return order;
}

/* Compare each text with up to LEADERS unlike ones before it that have its key; join the near. */
static void join_band(const JoinTexts *job, Unsigned key, Longs order, Hashes items, Hashes spare)
{
    const int64_t n = order.rows;
    Leaders *leaders = borrow(1, sizeof(Leaders));
    for (int64_t k = 0; k < n; k++)
        AT(items, k) = (uint64_t)AT(key, AT(order, k)) << 32 | (uint64_t)k;
    sort_by_upper(items, spare);
    for (int64_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && AT(items, end) >> 32 == AT(items, first) >> 32;)
            end++;
        leaders->count = 0;
        for (int64_t k = first; k < end && end > first + 1; k++)
            join_text(job, AT(order, AT(items, k) & UINT32_MAX), leaders);
    }
}

static int64_t join_texts_of(JoinTexts *job)
{
    Longs order = own_order(job->keys);
    Hashes items = NEW(Hashes, uint64_t, order.rows), spare = NEW(Hashes, uint64_t, order.rows);
    for (int64_t band = 0; band < job->keys.rows; band++) {
        void *kept = borrowed();
        join_band(job, ROW(Unsigned, job->keys, band), order, items, spare);
        give_back(kept);
    }
    return 0;
}
ENTRY(join_texts, JoinTexts)

typedef struct {
    Longs group;
} Flatten;

static int64_t flatten_groups_of(Flatten *job)
{
    for (int64_t i = 0; i < job->group.rows; i++)
        AT(job->group, i) = root(job->group, i);
    return 0;
}
ENTRY(flatten_groups, Flatten)

typedef struct {
    Bytes data;
    Longs offsets, row;
    Hashes link;
} ScanLinks;

static inline bool is_letter(Bytes data, int64_t at, char letter)
{
    return (AT(data, at) | 0x20) == letter;
}

/* Length of http://, https:// or www. at `at`, 0 if there is none; 6 bytes follow. */
static int64_t link_begins(Bytes data, int64_t at, int64_t stop)
{
    if (is_letter(data, at, 'h') && is_letter(data, at + 1, 't') && is_letter(data, at + 2, 't')) {
        if (!is_letter(data, at + 3, 'p'))
            return 0;
        int64_t step = is_letter(data, at + 4, 's') ? 5 : 4;
        bool slashed = at + step + 3 <= stop && AT(data, at + step) == ':' &&
                       AT(data, at + step + 1) == '/';
        return slashed ? step + 3 : 0;
    }
    bool www = is_letter(data, at, 'w') && is_letter(data, at + 1, 'w') &&
               is_letter(data, at + 2, 'w') && AT(data, at + 3) == '.';
    return www ? 4 : 0;
}

static bool ends_link(uint8_t byte)
{
    return byte <= ' ' || byte == '"' || byte == '\'' || byte == '<' || byte == '>' ||
           byte == ')' || byte == ']';
}

static bool is_last_mark(uint8_t byte)
{
    return byte == '!' || byte == ',' || byte == '.' || byte == '/' || byte == ':' ||
           byte == ';' || byte == '?';
}

/* Hash of an address, whatever its case. */
static uint64_t hash_link(Bytes data, int64_t first, int64_t last)
{
    uint64_t h = 14695981039346656037u;
    for (int64_t k = first; k < last; k++) {
        uint8_t byte = AT(data, k);
        byte = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
        h = (h ^ byte) * 1099511628211u;
    }
    return h;
}

/* The links of text i, from `found` on; returns where they end. */
static int64_t scan_text(const ScanLinks *job, int64_t i, int64_t found)
{
    const Bytes data = job->data;
    int64_t at = AT(job->offsets, i), stop = AT(job->offsets, i + 1);
    while (at + 6 < stop) {
        int64_t step = link_begins(data, at, stop);
        if (step == 0) {
            at++;
            continue;
        }
        int64_t first = at + step, last = first;
        while (last < stop && !ends_link(AT(data, last)))
            last++;
        at = last;
        if (first + 4 <= last && is_letter(data, first, 'w') && AT(data, first + 3) == '.')
            first += 4;
        while (last > first && is_last_mark(AT(data, last - 1)))
            last--;
        if (last - first < 4)
            continue;
        if (job->row.rows) {
            AT(job->row, found) = i;
            AT(job->link, found) = hash_link(data, first, last);
        }
        found++;
    }
    return found;
}

/* Rows and hashes of links, without scheme, www. and last mark; without room, how many. */
static int64_t scan_links_of(ScanLinks *job)
{
    int64_t found = 0;
    for (int64_t i = 0; i < job->offsets.rows - 1; i++)
        found = scan_text(job, i, found);
    return found;
}
ENTRY(scan_links, ScanLinks)
