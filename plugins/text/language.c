#include "language.h"

#include "fold.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <string.h>

/* What the letters of a text say. */
struct letters {
    size_t latin, cyrillic, han, kana, other;
    size_t simplified, traditional; /* Han characters of one of the two only */
    size_t persian, urdu, arabic;   /* letters of the Arabic script */
    size_t kazakh, belarusian;      /* Cyrillic letters of one language only */
    size_t scripts[USCRIPT_CODE_LIMIT < 256 ? USCRIPT_CODE_LIMIT : 256];
};

/* Frequent characters that only one of the two ways to write Chinese has. */
static const char simplified[] =
    "们这来时说对会为学发经现过进开动问当还实两无关点业产机车长东书买张头马电见让议论国权应种个护领"
    "选员际认视类独属务证严级术条载择确参违构组织资团据给区变则罚听边达运连远纪约红线练细终结络统继"
    "续维综网编缩职联语误读课调谈请该详话询战场报纸记讲讨设访词试诉译评识财货质购费贸贺赛赵转轮轻软"
    "较输农边迁过违遗邮邻针钟钢铁银销锁错镇门闭闻间闹阳阴阶际陆陈险随隐难静韩页顶项顺须顾顿预领频题"
    "额风飞饭饮馆驻验骑鱼鲁鸟麦黄齐龙龟亚仅从仓价众优伤伦伟传体余佣侠侧侦债倾储儿党兰兴养军农冲决"
    "况冻净凉减凤凭击创别办劝劳势华协单卖卢卫厂历压厅厦县双叶号吓吗启员呜咏响哑唤啸喷团园围图圆圣坏"
    "块坚坛坝垒备复够夸夹夺奋奖妆妇妈娱宁宝审宪宽宾寻导寿将尔尘尝层岁岂岗岛岭币师帐带帮广庄庆库庙"
    "废";
static const char traditional[] =
    "們這來時說對會為學發經現過進開動問當還實兩無關點業產機車長東書買張頭馬電見讓議論國權應種個護領"
    "選員際認視類獨屬務證嚴級術條載擇確參違構組織資團據給區變則罰聽邊達運連遠紀約紅線練細終結絡統繼"
    "續維綜網編縮職聯語誤讀課調談請該詳話詢戰場報紙記講討設訪詞試訴譯評識財貨質購費貿賀賽趙轉輪輕軟"
    "較輸農遷遺郵鄰針鐘鋼鐵銀銷鎖錯鎮門閉聞間鬧陽陰階陸陳險隨隱難靜韓頁頂項順須顧頓預頻題額風飛飯飲"
    "館駐驗騎魚魯鳥麥黃齊龍龜亞僅從倉價眾優傷倫偉傳體傭俠側偵債傾儲兒黨蘭興養軍沖決況凍淨涼減鳳憑擊"
    "創別辦勸勞勢華協單賣盧衛廠歷壓廳廈縣雙葉號嚇嗎啟響啞喚嘯噴園圍圖圓聖壞塊堅壇壩壘備復夠誇夾奪奮"
    "獎"
    "妝婦媽娛寧寶審憲寬賓尋導壽將爾塵嘗層歲豈崗島嶺幣師帳帶幫廣莊慶庫廟廢於並與";

static int one_of(const char *list, const char *character)
{
    char key[4] = {character[0], character[1], character[2], 0};
    return strstr(list, key) != NULL;
}

static void count_han(struct letters *letters, const char *at, unsigned length)
{
    letters->han++;
    if (length != 3 || letters->han > 120) /* enough to tell */
        return;
    if (one_of(simplified, at))
        letters->simplified++;
    else if (one_of(traditional, at))
        letters->traditional++;
}

static void count_arabic(struct letters *letters, uint32_t code)
{
    letters->arabic++;
    if (code == 0x067E || code == 0x0686 || code == 0x0698 || code == 0x06AF || code == 0x06A9 ||
        code == 0x06CC)
        letters->persian++;
    if (code == 0x0679 || code == 0x0688 || code == 0x0691 || code == 0x06BA || code == 0x06D2 ||
        code == 0x06C1 || code == 0x06BE)
        letters->urdu++;
}

static void count_cyrillic(struct letters *letters, uint32_t code)
{
    letters->cyrillic++;
    code = (uint32_t)u_tolower((UChar32)code);
    letters->kazakh += code == 0x04D9 || code == 0x0493 || code == 0x049B || code == 0x04A3 ||
                       code == 0x04E9 || code == 0x04B1 || code == 0x04AF || code == 0x04BB;
    letters->belarusian += code == 0x045E;
}

static void count_other(struct letters *letters, uint32_t code, const char *at, unsigned length)
{
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript((UChar32)code, &status);
    if (!u_isalpha((UChar32)code) || U_FAILURE(status))
        return;
    switch (script) {
    case USCRIPT_LATIN:
        letters->latin++;
        break;
    case USCRIPT_CYRILLIC:
        count_cyrillic(letters, code);
        break;
    case USCRIPT_HAN:
        count_han(letters, at, length);
        break;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
        letters->kana++;
        break;
    case USCRIPT_ARABIC:
        count_arabic(letters, code);
        break;
    default:
        break;
    }
    if (script > USCRIPT_INHERITED && (size_t)script < sizeof letters->scripts / sizeof(size_t)) {
        letters->scripts[script]++;
        letters->other++;
    }
}

static void count_letters(struct letters *letters, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const unsigned length = fold_decode((const unsigned char *)text, at, size, &code);
        if (code < 0x80)
            letters->latin += (code | 0x20) - 'a' < 26;
        else if (code != 0xFFFFFFFFu)
            count_other(letters, code, text + at, length);
        at += length;
    }
}

/* Scripts that one language (among those we name) is written in. */
static const struct {
    UScriptCode script;
    const char *language;
} lone_scripts[] = {
    {USCRIPT_HANGUL, "ko"},   {USCRIPT_GREEK, "el"},      {USCRIPT_HEBREW, "he"},
    {USCRIPT_THAI, "th"},     {USCRIPT_ARMENIAN, "hy"},   {USCRIPT_GEORGIAN, "ka"},
    {USCRIPT_BENGALI, "bn"},  {USCRIPT_TAMIL, "ta"},      {USCRIPT_TELUGU, "te"},
    {USCRIPT_KANNADA, "kn"},  {USCRIPT_GUJARATI, "gu"},   {USCRIPT_MALAYALAM, "ml"},
    {USCRIPT_GURMUKHI, "pa"}, {USCRIPT_SINHALA, "si"},    {USCRIPT_KHMER, "km"},
    {USCRIPT_LAO, "lo"},      {USCRIPT_MYANMAR, "my"},    {USCRIPT_ETHIOPIC, "am"},
    {USCRIPT_TIBETAN, "bo"},  {USCRIPT_DEVANAGARI, "hi"},
};

static void set(struct desk_text_language *out, const char *code, const char *script, double score)
{
    snprintf(out->code, sizeof out->code, "%s", code);
    snprintf(out->script, sizeof out->script, "%s", script);
    out->score = score;
}

/* One Han character says about as much as three letters. */
#define HAN_WEIGHT 3

static void set_east_asian(struct desk_text_language *out, const struct letters *letters,
                           double share)
{
    if (letters->kana * 20 >= letters->han + letters->kana)
        set(out, "ja", "", share);
    else if (letters->traditional > letters->simplified)
        set(out, "zh", "Hant", share);
    else
        set(out, "zh", "Hans", share);
}

static void set_arabic(struct desk_text_language *out, const struct letters *letters, double share)
{
    if (letters->urdu * 20 > letters->arabic)
        set(out, "ur", "", share);
    else if (letters->persian * 20 > letters->arabic)
        set(out, "fa", "", share);
    else
        set(out, "ar", "", share);
}

static void set_cyrillic(struct desk_text_language *out, const struct letters *letters,
                         const char *text, size_t size)
{
    double score;
    if (letters->kazakh * 50 > letters->cyrillic)
        set(out, "kk", "", 0.9);
    else if (letters->belarusian * 100 > letters->cyrillic)
        set(out, "be", "", 0.9);
    else {
        const char *code = language_by_grams(LANGUAGE_CYRILLIC, text, size, &score);
        set(out, code, strcmp(code, "sr") == 0 ? "Cyrl" : "", score);
    }
}

#define SLAVIC_BYTES 1200u

static int set_latin(struct desk_text *context, struct desk_text_language *out, const char *text,
                     size_t size)
{
    double score;
    const char *code = language_by_grams(LANGUAGE_LATIN, text, size, &score);
    if (strcmp(code, "sh") == 0) {
        bytes_reset(&context->folded, SCRATCH_KEEP);
        if (fold_text(text, size < SLAVIC_BYTES ? size : SLAVIC_BYTES, &context->folded) < 0)
            return DESK_ERR_NOMEM;
        code = language_slavic(context->folded.at, context->folded.size);
    }
    set(out, code, strcmp(code, "sr") == 0 ? "Latn" : "", score);
    return 0;
}

static int set_lone(struct desk_text_language *out, const struct letters *letters, size_t total)
{
    for (size_t i = 0; i < sizeof lone_scripts / sizeof *lone_scripts; i++) {
        const size_t count = letters->scripts[lone_scripts[i].script];
        if (count * 2 > total) {
            set(out, lone_scripts[i].language, "", (double)count / (double)total);
            return 1;
        }
    }
    return 0;
}

int language_of(struct desk_text *text, const char *bytes, size_t size,
                struct desk_text_language *out, struct desk_error *error)
{
    struct letters letters = {0};
    *out = (struct desk_text_language){0};
    if (size > LANGUAGE_BYTES_MAX)
        size = LANGUAGE_BYTES_MAX;
    count_letters(&letters, bytes, size);
    const size_t east = (letters.han + letters.kana) * HAN_WEIGHT;
    const size_t total =
        letters.latin + letters.other - letters.scripts[USCRIPT_LATIN] + east / HAN_WEIGHT * 2;
    if (total == 0 || set_lone(out, &letters, total))
        return 0;
    if (east * 2 > total)
        set_east_asian(out, &letters, (double)east / (double)total);
    else if (letters.arabic * 2 > total)
        set_arabic(out, &letters, (double)letters.arabic / (double)total);
    else if (letters.cyrillic * 2 > total)
        set_cyrillic(out, &letters, bytes, size);
    else if (letters.latin * 2 > total && set_latin(text, out, bytes, size) < 0)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory");
    return 0;
}
