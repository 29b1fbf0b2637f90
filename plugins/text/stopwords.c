#include "stopwords.h"

#include "words.h"

#include <string.h>

#define LISTS_MAX 64

static word_set_slot sets[LISTS_MAX];

static size_t list_of(const char *language)
{
    for (size_t i = 0; language && i < stopword_list_count && i < LISTS_MAX; i++)
        if (stopword_lists[i].language[0] == language[0] &&
            strcmp(stopword_lists[i].language, language) == 0)
            return i;
    return LISTS_MAX;
}

const char *stopword_text(const char *language)
{
    const size_t list = list_of(language);
    return list < LISTS_MAX ? stopword_lists[list].words : NULL;
}

const struct word_set *stopword_set(const char *language)
{
    const size_t list = list_of(language);
    return list < LISTS_MAX ? word_set_get(&sets[list], stopword_lists[list].words) : NULL;
}

int stopword_word(struct desk_text *text, const char *language, const char *word, size_t size)
{
    struct desk_text_bytes folded;
    const struct word_set *set = stopword_set(language);
    if (!set || size > 4 * DESK_WORD_MAX || words_fold(text, word, size, &folded, NULL) < 0)
        return 0;
    return word_set_has(set, folded.bytes, folded.size);
}
