/* clang-format off */
/* Written for this plugin, from everyday newspaper usage. Compared folded. */
#include "sentences.h"
#include "hash.h"
#include "word_set.h"

#include <string.h>

struct abbreviation_list {
    const char *language, *titles, *numbers, *maybe;
};

/* "" holds for each language. */
static const struct abbreviation_list lists[] = {
    {"", "mr mrs ms dr prof st", "no nr art vol fig p pp n°", "vs etc e.g i.e cf ca inc ltd co corp"},
    {"en", "mr mrs ms messrs dr prof st sen rep reps gov gen col lt sgt capt cpl maj adm cmdr rev hon "
           "pres supt det insp brig ven mt ft fr sr hr esq mme mlle mgr gens cols pvt amb atty",
     "no nos p pp vol vols fig figs art sec ch op ver ref para eq approx est",
     "inc ltd co corp bros jr sr ph.d m.d b.a m.a d.c u.s u.k u.n e.u u.s.a a.m p.m am pm vs etc e.g i.e "
     "cf al viz jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun "
     "ave blvd rd dept univ assn est min max hrs mph ft in oz lb lbs ala ariz ark calif colo conn del fla "
     "ga ill ind kan kans ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex vt va "
     "wash wis wyo ont que"},
    {"de", "hr fr frl dr prof kath ev dipl ing hrn st med phil jur rer nat mag",
     "nr nrn s bd bde abb abs art kap tab ziff anm aufl jg §",
     "z.b d.h u.a z.t i.d.r s.o s.u o.a o.g u.u v.a v.chr n.chr bzw ca usw etc evtl ggf inkl exkl vgl "
     "mio mrd mill tel str jan feb mar apr jun jul aug sep sept okt nov dez mo di mi do fr sa so geb gest "
     "max min sog bspw allg bes co inc dgl ehem einschl entspr gem hrsg insb jhdt jh lt mind od resp rd u v "
     "vorm wg zit zzgl bez gegr z d i e.v"},
    {"fr", "m mm mme mmes mlle mlles dr pr me st ste mgr", "no n art p pp vol fig chap al",
     "etc cf env av apr j.-c ex janv fevr avr juil sept oct nov dec bd boul tel hab ed dir inc "
     "ltee p.-d.g c.-a-d"},
    {"es", "sr sra srta sres sras dr dra d dna don prof profa lic ing gral cnel tte cap mons fr sto sta",
     "no num n art p pp pag pags vol fig cap tel ap apdo",
     "etc ee.uu ej p.ej av avda ud uds vd vds aprox dpto depto admon cia ene feb abr jun jul ago sept "
     "oct nov dic a.c d.c c a.m p.m s.a s.l u.s rr.hh ff.aa jj.oo"},
    {"it", "sig sigg sig.ra sig.na sigra dott dott.ssa dr prof prof.ssa ing avv arch geom rag on sen mons "
           "gen col cap ten magg s ss spett egr gent.mo ill.mo cav comm",
     "n nn art artt p pp pag pagg vol fig cap tel par lett",
     "ecc es cfr a.c d.c ca c.a p.es s.p.a s.r.l spa srl v vs etc gen feb mar apr mag giu lug ago set sett "
     "ott nov dic min max u.s c.so p.za v.le p.le sec tab all lun mar mer gio ven sab dom prov"},
    {"pt", "sr sra srs srta dr dra drs prof profa eng arq d gen cel cap ten mons pe st sto sta exmo exma",
     "n no num art p pp pag pags vol fig cap tel", "etc ex av r aprox e.u.a eua jan fev mar abr mai jun jul "
     "ago set out nov dez a.c d.c s.a ltda cia dep"},
    {"nl", "dhr mevr mw mej dr drs ir ing mr prof ds st gen kol lt em", "nr nrs art blz p pag vol afb hfst",
     "bijv bv d.w.z dwz enz e.d etc i.p.v i.v.m m.b.t m.n n.a.v o.a ong resp t.a.v t.o.v t.w vgl v.chr "
     "n.chr z.g jan feb mrt apr jun jul aug sept okt nov dec ca incl excl max min tel zgn a.u.b b.v n.v"},
    {"da", "hr fr frk dr prof adj cand mag stud st skt", "nr s art bd kap pkt stk tlf",
     "bl.a f.eks fx osv mv dvs ca kl pga p.g.a m.fl m.m m.v o.s.v o.l jf jvf evt inkl ekskl hhv ang vedr "
     "jan feb mar apr jun jul aug sep sept okt nov dec mio mia kr pct red sml str tidl ugtl ult alm aut "
     "bet beg d d.d d.a d.v.s e.kr f.kr eks ekskl f ff forb foreg gl gr g gnsn hhv hovedsagl i.h.t i.f.m "
     "iflg ift jf l l.l lb lign m.a.o m.h.t n.b obj p.t pl p.m p.s p.p pl præc q.e.d s.u spec std t.d "
     "t.eks til.h u.a vha vol y å årg årh omkr max min maks hpl afd afs akad"},
    {"sv", "hr fr dr prof frk st", "nr s art bd kap tel",
     "bl.a t.ex d.v.s dvs osv o.s.v m.m m.fl ca kl pga p.g.a resp inkl exkl ev f.d s.k t.o.m fr.o.m jfr "
     "jan feb mar apr jun jul aug sep sept okt nov dec milj mdr kr"},
    {"nb", "hr fr dr prof frk st", "nr s art bd kap tlf",
     "bl.a f.eks osv dvs ca kl pga p.g.a m.m m.fl ev inkl jf jan feb mar apr jun jul aug sep sept okt nov "
     "des mill mrd kr"},
    {"ru", "г-н г-жа гн гжа проф акад доц д-р им св ген полк кап",
     "№ ст стр с п пп гл рис табл т тт ч кв д оф корп",
     "т.е т.д т.п т.к др пр напр см ср г гг в вв н.э до.н.э руб коп тыс млн млрд долл ул пер просп пл наб обл "
     "р-н респ авт ред изд янв февр мар апр июн июл авг сент окт нояб дек мин сек час м км кг га шт чел жит "
     "у.е и.о р ж рожд род ум о p.s ин-т т.н сокр тел букв"},
    {"uk", "п пан проф акад доц д-р ім св ген полк", "№ ст стор с п гл рис т ч буд кв",
     "т.д т.п т.зв тис млн млрд грн коп др ін напр див р рр н.е вул просп обл р-н м о"},
    {"bg", "г-н г-жа г-ца проф акад доц д-р инж св ген полк ал", "№ чл ал стр т гл ул бл",
     "т.е т.н др пр напр вж срв г гг в вв хил млн млрд лв ст бр кв обл гр с"},
    {"kk", "", "№ б т", "ж жж т.б т.с.с б.з.б б.з млн млрд мың обл қ"},
    {"sr", "г gd gospodin prof dr mr akad doc inz sv gen puk o", "br st str cl tac tac",
     "tzv npr itd itsl tj sl god o.g d.o.o a.d din mil mlrd hilj ul tel čl i.sl v.d pr.n.e n.e"},
    {"hr", "g gda gđa prof dr mr akad doc ing sv gen o", "br st str cl toč",
     "tzv npr itd tj sl god d.o.o d.d mil mlrd tis ul tel pr.n.e"},
    {"bs", "g gda prof dr mr akad doc ing sv gen", "br st str cl", "tzv npr itd tj sl god d.o.o d.d ul tel"},
    {"sl", "g ga gdc prof dr mag doc inž sv gen", "st str čl tč", "npr itd itn tj t.i oz ipd idr ur tel d.o.o d.d"},
    {"pl", "p prof dr hab inż mgr ks św gen płk kpt por red pp hr bp abp", "nr str s art ust pkt par t rozdz rys ul",
     "np itd itp tj tzn tzw m.in ok in wg zob por r w ww godz min sek tys mln mld zł gr al pl os woj pow "
     "im p.n.e n.e ur zm cd"},
    {"cs", "p prof dr doc ing mgr bc judr mudr phdr rndr sv gen plk", "č čís str s čl odst písm sv",
     "např atd apod tj tzv resp popř mj aj r st tis mil mld kč hod min tel ul nám n.l př.n.l"},
    {"sk", "p prof dr doc ing mgr bc judr mudr phdr sv gen", "č str s čl ods", "napr atď a i tj tzv resp príp r st tis mil mld"},
    {"hu", "dr prof id ifj özv st", "sz o old kb", "stb pl ún ill kb u.n vö ld pld kft zrt nyrt bt rt i.e i.sz "
     "jan febr márc ápr máj jún júl aug szept okt nov dec u krt"},
    {"ro", "dl d-l d-na dna dr prof ing gen col lt sf acad av", "nr art alin pag p vol fig cap tel lit",
     "etc ex d.ex de.ex î.hr d.hr mil mld str bd ian feb mar apr iun iul aug sept oct noi dec s.a s.r.l"},
    {"tr", "dr prof doç yrd av sn bay bn hz alb org gen uzm op", "no sf s md", "vb vs örn bkz a.ş ltd şti "
     "cad sok mah apt tel çev yy m.ö m.s"},
    {"el", "κ κα κος κκ δρ καθ αγ στρ", "αρ σελ τομ αρθ παρ κεφ", "π.χ δηλ κλπ κ.λπ κ.α κ.ά μ.χ π.μ μ.μ χλμ εκ δισ τηλ βλ"},
    {"hy", "", "", ""},
    {"fi", "hra rva tri prof", "nro s art", "esim mm ym yms jne ks n eli klo os puh v eaa jaa eKr jKr mrd milj"},
};

#define LIST_COUNT (sizeof lists / sizeof *lists)

static word_set_slot sets[LIST_COUNT][3];

static enum abbreviation look(size_t list, uint64_t hash)
{
    const char *const words[] = {lists[list].titles, lists[list].numbers, lists[list].maybe};
    for (int i = 0; i < 3; i++)
        if (word_set_has_hash(word_set_get(&sets[list][i], words[i]), hash))
            return (enum abbreviation)(i + ABBREVIATION_TITLE);
    return ABBREVIATION_NONE;
}

size_t abbreviation_list(const char *language)
{
    size_t i = LIST_COUNT - 1;
    while (i > 0 && strcmp(lists[i].language, language) != 0)
        i--;
    return i;
}

enum abbreviation abbreviation_of(size_t list, const char *folded, size_t size)
{
    if (size == 0)
        return ABBREVIATION_NONE;
    const uint64_t hash = hash_bytes(folded, size);
    const enum abbreviation own = list ? look(list, hash) : ABBREVIATION_NONE;
    return own ? own : look(0, hash);
}

int abbreviation_ordinals(const char *language)
{
    static const char languages[] = "de da nb nn no fi is hu cs sk sl hr sr bs pl tr et lv";
    const char *at = language[0] ? strstr(languages, language) : NULL;
    return at && strlen(language) == 2;
}
