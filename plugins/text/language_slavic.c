/* Croatian, Bosnian and Serbian share nearly all letters and endings; what tells them apart is the
 * old yat (ekavian "vreme", ijekavian "vrijeme") and some words. Each pattern that occurs votes
 * once; "_" is a word boundary. */
#include "language.h"

#include <string.h>

struct vote {
    const char *pattern;
    signed char serbian, croatian, bosnian;
};

static const struct vote votes[] = {
    /* yat: ekavian */
    {"_vrem", 3, -2, -2},
    {"_mest", 3, -2, -2},
    {"_mera", 2, -2, -2},
    {"_mere", 2, -2, -2},
    {"_svet", 2, -1, -1},
    {"_rec_", 3, -2, -2},
    {"_reci", 2, -1, -1},
    {"_dec", 2, -1, -1},
    {"_dete", 3, -2, -2},
    {"_pre_", 3, -2, -2},
    {"_posle", 3, -2, -2},
    {"_uvek", 3, -2, -2},
    {"_gde", 3, -2, -2},
    {"_ovde", 3, -2, -2},
    {"_nede", 2, -1, -1},
    {"_covek", 3, -2, -2},
    {"_zahtev", 3, -2, -2},
    {"_celo", 2, -1, -1},
    {"_cel", 2, -1, -1},
    {"_del", 2, -1, -1},
    {"_deo_", 3, -2, -2},
    {"_ver", 1, -1, -1},
    {"_smer", 2, -1, -1},
    {"_sused", 0, 2, 0},
    {"_primen", 3, -2, -2},
    {"_promen", 3, -2, -2},
    {"_lep", 2, -1, -1},
    {"_uspe", 2, -1, -1},
    {"_resen", 2, -1, -1},
    {"_resi", 2, -1, -1},
    {"_zivel", 2, -1, -1},
    {"_zele", 2, -1, -1},
    {"_hteo", 3, -2, -2},
    {"_izmen", 2, -1, -1},
    {"_podel", 2, -1, -1},
    {"_sprec", 2, -1, -1},
    {"_sedni", 2, -1, -1},
    {"_predsedni", 4, -3, -3},
    {"_sled", 2, -1, -1},
    {"_obez", 2, -1, -1},
    {"_dve_", 3, -2, -2},
    {"_obe_", 2, -1, -1},
    {"_nigde", 3, -2, -2},
    {"_ziveo", 3, -2, -2},
    {"_bel", 1, -1, -1},
    {"_mesec", 3, -2, -2},
    {"_razume", 1, 0, 0},
    {"_sreda", 2, -1, -1},
    {"_ocen", 2, -1, -1},
    {"_zvez", 2, -1, -1},
    {"_sveto", 1, 0, 0},
    {"_vest", 2, -2, -2},
    {"_vek", 2, -2, -2},
    {"_poverenj", 2, -1, -1},
    {"_nasle", 2, -1, -1},
    /* yat: ijekavian */
    {"vrijem", -3, 2, 2},
    {"mjest", -3, 2, 2},
    {"mjer", -3, 2, 2},
    {"svijet", -3, 2, 2},
    {"svjet", -3, 2, 2},
    {"rijec", -3, 2, 2},
    {"djec", -3, 2, 2},
    {"dijete", -3, 2, 2},
    {"_prije_", -4, 3, 3},
    {"poslije", -3, 2, 2},
    {"uvijek", -3, 2, 2},
    {"gdje", -3, 2, 2},
    {"ovdje", -3, 2, 2},
    {"nedjelj", -3, 2, 2},
    {"covjek", -3, 2, 2},
    {"covjec", -3, 2, 2},
    {"zahtjev", -3, 2, 2},
    {"cijel", -3, 2, 2},
    {"djel", -3, 2, 2},
    {"_dio_", -3, 2, 2},
    {"vjer", -3, 2, 2},
    {"smjer", -3, 2, 2},
    {"primjen", -3, 2, 2},
    {"promjen", -3, 2, 2},
    {"lijep", -3, 2, 2},
    {"uspje", -3, 2, 2},
    {"rjesen", -3, 2, 2},
    {"rijes", -3, 2, 2},
    {"zivjel", -3, 2, 2},
    {"zelje", -2, 1, 1},
    {"htio", -3, 2, 2},
    {"izmjen", -3, 2, 2},
    {"podijel", -3, 2, 2},
    {"sprijec", -3, 2, 2},
    {"sjedn", -3, 2, 2},
    {"sljed", -3, 2, 2},
    {"slijed", -3, 2, 2},
    {"dvije", -3, 2, 2},
    {"bijel", -3, 2, 2},
    {"mjesec", -3, 2, 2},
    {"razumije", -2, 1, 1},
    {"ocjen", -3, 2, 2},
    {"zvijez", -3, 2, 2},
    {"vijest", -3, 2, 2},
    {"stoljec", -3, 3, 1},
    {"povjeren", -3, 2, 2},
    {"nasljed", -3, 2, 2},
    {"lijec", -3, 2, 2},
    {"lijek", -3, 2, 2},
    {"potjec", -2, 1, 1},
    /* words */
    {"_tko_", -4, 5, -2},
    {"_netko", -4, 5, -2},
    {"_nitko", -4, 5, -2},
    {"_sto_", -1, 1, 0},
    {"_sta_", 2, -3, 2},
    {"_ko_", 2, -4, 2},
    {"_niko_", 2, -4, 2},
    {"_europ", -4, 5, -3},
    {"_evrop", 3, -5, 3},
    {"_tisuc", -4, 5, -3},
    {"_hiljad", 3, -5, 3},
    {"_opci", -4, 4, 2},
    {"_opce", -4, 4, 2},
    {"_opst", 4, -5, 0},
    {"_hrvat", -1, 3, 0},
    {"_zagreb", -1, 3, 0},
    {"_srpsk", 3, -2, 0},
    {"_srbij", 3, -2, -1},
    {"_beograd", 3, -1, 0},
    {"_bosn", -1, -1, 4},
    {"_herceg", -1, -1, 4},
    {"_sarajev", -1, -2, 4},
    {"_tjed", -4, 5, -4},
    {"_sedmic", 0, -4, 4},
    {"_sigurnos", -2, 2, 1},
    {"_bezbednos", 5, -5, -4},
    {"_historij", -3, -4, 5},
    {"_istorij", 4, -4, -2},
    {"_povijes", -4, 5, -4},
    {"_glede_", -2, 3, 0},
    {"_glazb", -4, 5, -4},
    {"_muzik", 2, -3, 2},
    {"_sijecnj", -4, 5, -4},
    {"_veljac", -4, 5, -4},
    {"_ozujk", -4, 5, -4},
    {"_travnj", -4, 5, -4},
    {"_svibnj", -4, 5, -4},
    {"_lipnj", -4, 5, -4},
    {"_srpnj", -4, 5, -4},
    {"_kolovoz", -4, 5, -4},
    {"_rujn", -4, 5, -4},
    {"_listopad", -4, 5, -4},
    {"_studen", -2, 3, -2},
    {"_prosinc", -4, 5, -4},
    {"_januar", 2, -4, 2},
    {"_februar", 2, -4, 2},
    {"_mart", 1, -3, 1},
    {"_april", 2, -4, 2},
    {"_maj", 1, -2, 1},
    {"_juna_", 2, -3, 2},
    {"_jula_", 2, -3, 2},
    {"_avgust", 4, -4, -3},
    {"_august", -2, -2, 4},
    {"_septembar", 2, -4, 2},
    {"_oktob", 2, -4, 2},
    {"_novemb", 2, -4, 2},
    {"_decemb", 2, -4, 2},
    {"_takode_", 3, -3, -1},
    {"_takoder_", -3, 2, 3},
    {"_saopc", -3, -2, 5},
    {"_saopst", 4, -4, 0},
    {"_priopc", -4, 5, -3},
    {"_ministar", 1, -1, 1},
    {"_juce", 2, -3, 2},
    {"_jucer", -3, 4, 0},
    {"_vlasnistv", 0, 1, 0},
    {"_svojin", 3, -3, 0},
    {"_imovin", 0, 1, 1},
    {"_uslov", 2, -3, 2},
    {"_uvjet", -3, 4, -2},
    {"_ucesc", 2, -3, 2},
    {"_sudjelov", -3, 4, -1},
    {"_porodic", 2, -3, 2},
    {"_obitelj", -3, 5, -3},
    {"_saglasnos", 3, -3, 1},
    {"_suglas", -3, 4, 0},
    {"_savjet", -2, 1, 2},
    {"_savet", 4, -4, -3},
    {"_krivic", 2, -2, 1},
    {"_kazneno", -2, 4, 0},
    {"_pozoris", 4, -4, 1},
    {"_lice_", 2, -2, 2},
    {"_lica_", 1, -1, 1},
    {"_osob", -1, 1, 1},
    {"_naucn", 2, -4, 2},
    {"_znanstv", -4, 5, -4},
    {"_shvat", 2, -1, 1},
    {"_sopstven", 4, -3, 0},
    {"_vlastit", -2, 1, 1},
    {"_svestenstv", 3, -3, 0},
    {"_svako_", 2, -3, 2},
    {"_svatko", -4, 5, -3},
    {"_obavez", 2, -2, 1},
    {"_obvez", -3, 4, -1},
    {"_organizov", 2, -3, 1},
    {"_organiziran", -3, 3, 1},
    {"_finansi", 2, -4, 2},
    {"_financ", -3, 4, -2},
    {"ovano_", 1, -1, 0},
    {"irano_", -2, 1, 1},
    {"irati_", -3, 2, 1},
    {"isati_", 2, -2, 0},
};

static int starts(const char *pattern, const char *text, size_t size)
{
    size_t i = 0;
    for (; pattern[i]; i++) {
        const char c = i < size ? text[i] : ' ';
        if (pattern[i] == '_' ? ((unsigned)c - 'a' < 26u) : pattern[i] != c)
            return 0;
        if (i >= size)
            return pattern[i + 1] == '\0';
    }
    return 1;
}

static int occurs(const char *pattern, const char *text, size_t size)
{
    const char first = pattern[0] == '_' ? pattern[1] : pattern[0];
    for (const char *at = text; (at = memchr(at, first, size - (size_t)(at - text))); at++) {
        const char *from = at;
        if (pattern[0] == '_') {
            if (at == text) {
                if (starts(pattern + 1, at, size))
                    return 1;
                continue;
            }
            from = at - 1;
        }
        if (starts(pattern, from, size - (size_t)(from - text)))
            return 1;
    }
    return 0;
}

const char *language_slavic(const char *folded, size_t size)
{
    int serbian = 1, croatian = 0, bosnian = 0;
    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++) {
        if (!occurs(votes[i].pattern, folded, size))
            continue;
        serbian += votes[i].serbian;
        croatian += votes[i].croatian;
        bosnian += votes[i].bosnian;
    }
    if (serbian >= croatian && serbian >= bosnian)
        return "sr";
    return croatian >= bosnian ? "hr" : "bs";
}
