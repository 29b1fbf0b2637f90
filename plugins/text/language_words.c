/* clang-format off */
/* Frequent words of news, written for this plugin: they decide headlines and other short texts that
 * hold no function word. Small letters, natural spelling. */
#include "language.h"

const struct language_profile language_words[] = {
    {"en",
     "government president minister prime police people year years new world state country city day week month "
     "time work company business market bank money price oil trade war peace army attack killed killing death "
     "dead court law judge case rights party election elections vote leader official officials chief head "
     "report reports news says said told talks deal plan plans school students health hospital water fire "
     "game team match win wins won season players player league cup club coach home family children women "
     "men man woman life death show film music star book first second third last next top best high low big "
     "call calls call public national international south north east west british american chinese german "
     "french russian european union king queen house street road service system social media data research "
     "study scientists science technology energy power climate change growth economy economic financial "
     "shares sales profit tax budget cut cuts job jobs workers union strike fall falls rise rises set face "
     "faces warns warning makes take takes back early late today monday tuesday wednesday thursday friday "
     "saturday sunday january february march april june july august september october november december "
     "five four seven eight nine ten hundred thousand million billion great good long little young old black "
     "white red green blue hello thank please open close car cars air plane ship sea island land food"},
    {"fr",
     "gouvernement président présidente ministre premier première police pays ville année années monde état jour "
     "jours semaine mois travail entreprise entreprises marché banque argent prix pétrole guerre paix armée "
     "attaque mort morts tribunal justice loi juge droit droits parti élection élections vote chef rapport "
     "accord projet école élèves santé hôpital eau feu jeu équipe match victoire saison joueur joueurs coupe "
     "club maison famille enfants femme femmes homme hommes vie film musique étoile livre deuxième dernier "
     "dernière meilleur grand grande petit petite nouveau nouvelle nouvelles public publique nationale "
     "international européen européenne français française françaises allemand chinois russe américain union "
     "roi reine rue route société sociale recherche étude scientifiques énergie climat croissance économie "
     "économique hausse baisse impôt grève emploi emplois salariés lundi mardi mercredi jeudi vendredi samedi "
     "dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre deux trois "
     "quatre cinq sept huit neuf dix cent mille millions milliards hier demain matin soir selon annonce "
     "annoncé affirme déclaré bonjour merci voiture avion mer île terre blanc noir rouge vert bleu"},
    {"de",
     "regierung präsident präsidentin minister kanzler kanzlerin polizei land länder stadt jahr jahre jahren welt "
     "staat tag tage woche monat arbeit unternehmen firma markt bank geld preis preise öl krieg frieden armee "
     "angriff tote toten tod gericht gesetz richter recht rechte partei wahl wahlen chef bericht abkommen "
     "plan schule schüler gesundheit krankenhaus wasser feuer spiel mannschaft sieg saison spieler trainer "
     "verein haus familie kinder frau frauen mann männer leben film musik buch erste erster zweite dritte "
     "letzte nächste beste große großer neue neuer neues kleine deutsche deutschen deutscher deutschland "
     "österreich schweiz französisch russische amerikanische europäische union könig straße gesellschaft "
     "forschung studie forscher energie klima wachstum wirtschaft steuer steuern streik mitarbeiter montag "
     "dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april juni juli august "
     "september oktober november dezember zwei drei vier fünf sechs sieben acht neun zehn hundert tausend "
     "millionen milliarden heute gestern morgen sagte sagt fordert warnt kritik guten danke auto flugzeug "
     "meer insel weiß schwarz rot grün blau gegen über"},
    {"es",
     "gobierno presidente presidenta ministro policía país países ciudad año años mundo estado día días semana "
     "mes trabajo empresa empresas mercado banco dinero precio precios petróleo guerra paz ejército ataque "
     "muerto muertos muerte tribunal justicia ley juez derecho derechos partido elección elecciones voto jefe "
     "informe acuerdo proyecto escuela estudiantes salud hospital agua fuego juego equipo victoria temporada "
     "jugador jugadores copa casa familia niños mujer mujeres hombre hombres vida película música libro primer "
     "primera segundo último mejor grande nuevo nueva nuevos pequeño público nacional internacional español "
     "española españoles europea alemán chino ruso unión rey reina calle sociedad investigación estudio "
     "científicos energía clima crecimiento economía económico impuestos huelga empleo trabajadores lunes "
     "martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto "
     "septiembre octubre noviembre diciembre dos tres cuatro cinco siete ocho nueve diez cien mil millones "
     "ayer mañana según dijo anuncia hola gracias coche avión mar isla tierra blanco negro rojo verde azul"},
    {"pt",
     "governo presidente ministro polícia país países cidade ano anos mundo estado dia dias semana mês trabalho "
     "empresa empresas mercado banco dinheiro preço preços petróleo guerra paz exército ataque morto mortos "
     "morte tribunal justiça lei juiz direito direitos partido eleição eleições voto chefe relatório acordo "
     "projeto escola alunos saúde hospital água fogo jogo equipa equipe vitória temporada jogador jogadores "
     "treinador casa família crianças mulher mulheres homem homens vida filme música livro primeiro primeira "
     "segundo último melhor grande novo nova novos pequeno público nacional internacional português "
     "portuguesa portugueses brasileiro europeia europeu união rei rainha rua sociedade pesquisa investigação "
     "estudo cientistas energia clima crescimento economia económico econômico impostos greve emprego "
     "trabalhadores segunda terça quarta quinta sexta sábado domingo janeiro fevereiro março abril maio junho "
     "julho agosto setembro outubro novembro dezembro dois três quatro cinco sete oito nove dez cem mil "
     "milhões ontem amanhã segundo disse anuncia olá obrigado carro avião ilha terra branco preto vermelho"},
    {"it",
     "governo presidente ministro polizia paese paesi città anno anni mondo stato giorno giorni settimana mese "
     "lavoro azienda aziende mercato banca soldi prezzo prezzi petrolio guerra pace esercito attacco morto "
     "morti morte tribunale giustizia legge giudice diritto diritti partito elezione elezioni voto capo "
     "rapporto accordo progetto scuola studenti salute ospedale acqua fuoco gioco squadra vittoria stagione "
     "giocatore giocatori coppa casa famiglia bambini donna donne uomo uomini vita film musica libro primo "
     "prima secondo ultimo migliore grande nuovo nuova nuovi piccolo pubblico nazionale internazionale "
     "italiano italiana italiani europea unione re regina strada società ricerca studio scienziati energia "
     "clima crescita economia economico tasse sciopero lavoratori lunedì martedì mercoledì giovedì venerdì "
     "sabato domenica gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
     "dicembre due tre quattro cinque sei sette otto nove dieci cento mila milioni miliardi ieri domani ciao "
     "grazie macchina aereo mare isola terra bianco nero rosso verde"},
    {"nl",
     "regering president minister politie land landen stad jaar jaren wereld staat dag dagen week maand werk "
     "bedrijf bedrijven markt bank geld prijs prijzen olie oorlog vrede leger aanval dode doden dood "
     "rechtbank wet rechter recht rechten partij verkiezingen verkiezing stem leider rapport akkoord plan "
     "school leerlingen gezondheid ziekenhuis water vuur spel ploeg wedstrijd seizoen speler spelers trainer "
     "huis gezin kinderen vrouw vrouwen man mannen leven film muziek boek eerste tweede derde laatste beste "
     "grote nieuwe nieuw klein nederlandse nederland belgische europese unie koning koningin straat "
     "onderzoek onderzoekers studie energie klimaat groei economie belasting staking werknemers maandag "
     "dinsdag woensdag donderdag vrijdag zaterdag zondag januari februari maart april mei juni juli augustus "
     "september oktober november december drie vier vijf zes zeven acht negen tien honderd duizend miljoen "
     "miljard gisteren morgen zegt zei dank auto vliegtuig zee eiland wit zwart rood groen"},
    {"hu",
     "kormány elnök miniszter miniszterelnök rendőrség ország országok város év évben évek világ állam nap napok "
     "hét hónap munka cég cégek piac bank pénz ár árak olaj háború béke hadsereg támadás halott meghalt halál "
     "bíróság törvény bíró jog jogok párt választás választások vezető jelentés megállapodás terv iskola "
     "diákok egészség kórház víz tűz játék csapat meccs győzelem szezon játékos játékosok edző ház család "
     "gyerek gyerekek nő nők férfi férfiak élet film zene könyv első második harmadik legjobb nagy új kis "
     "magyar magyarország budapest európai unió király utca kutatás tanulmány kutatók energia növekedés "
     "gazdaság gazdasági adó sztrájk dolgozók hétfő hétfőn kedd kedden szerda szerdán csütörtök csütörtökön "
     "péntek pénteken szombat szombaton vasárnap január február március április május június július augusztus "
     "szeptember október november december kettő három négy öt hat nyolc kilenc tíz száz ezer millió milliárd "
     "tegnap holnap mondta közölte bejelentette köszönöm autó repülő tenger sziget fehér fekete piros"},
    {"sh",
     "vlada vlade predsednik predsjednik ministar premijer policija zemlja zemlje grad godina godine godini svet "
     "svijet država dan dana nedelja nedjelja mesec mjesec rad posao kompanija tržište banka novac cena "
     "cijena nafta rat mir vojska napad mrtvih poginulo smrt sud zakon sudija sudac pravo prava stranka izbori "
     "izbora glas vođa izveštaj izvještaj izvješće sporazum plan škola đaci učenici zdravlje bolnica voda "
     "vatra igra tim ekipa utakmica pobeda pobjeda sezona igrač igrači trener kuća porodica obitelj deca "
     "djeca žena žene muškarac život film muzika glazba knjiga prvi prva drugi treći poslednji najbolji "
     "veliki velika novi nova novo mali srbija srbije srpski beograd beogradu hrvatska hrvatski zagreb bosna "
     "evropska europska unija kralj ulica društvo istraživanje studija naučnici energija klima rast privreda "
     "ekonomija gospodarstvo porez štrajk radnici ponedeljak ponedjeljak utorak sreda srijeda četvrtak petak "
     "subota januar februar mart april maj jun jul avgust septembar oktobar novembar decembar tri četiri pet "
     "šest sedam osam devet deset sto hiljada miliona milijardi juče danas sutra rekao izjavio hvala"},
    {"pl",
     "rząd prezydent minister premier policja kraj kraje miasto rok roku lat świat państwo dzień tydzień miesiąc "
     "praca firma firmy rynek bank pieniądze cena ceny ropa wojna pokój armia wojsko atak śmierć zginęło sąd "
     "ustawa sędzia prawo prawa partia wybory wyborów głos lider raport umowa plan szkoła uczniowie zdrowie "
     "szpital woda ogień gra drużyna mecz zwycięstwo sezon zawodnik trener dom rodzina dzieci kobieta kobiety "
     "mężczyzna życie film muzyka książka pierwszy drugi trzeci ostatni najlepszy wielki nowy nowa nowe mały "
     "polska polski polskie warszawa europejska unia król ulica badania energia klimat wzrost gospodarka "
     "podatek strajk pracownicy poniedziałek wtorek środa czwartek piątek sobota niedziela stycznia lutego "
     "marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia dwa trzy cztery pięć "
     "sześć siedem osiem dziewięć dziesięć sto tysiąc milion miliard wczoraj dziś jutro powiedział dziękuję"},
    {"cs",
     "vláda prezident ministr premiér policie země město rok roku let svět stát den dní týden měsíc práce firma "
     "firmy trh banka peníze cena ceny ropa válka mír armáda útok mrtvých smrt soud zákon soudce právo práva "
     "strana volby voleb hlas vůdce zpráva dohoda plán škola žáci zdraví nemocnice voda oheň hra tým zápas "
     "vítězství sezona hráč hráči trenér dům rodina děti žena ženy muž muži život film hudba kniha první druhý "
     "třetí poslední nejlepší velký nový nová nové malý česko český česká praha evropská unie král ulice "
     "výzkum studie vědci energie klima růst ekonomika daň stávka pondělí úterý středa čtvrtek pátek sobota "
     "neděle ledna února března dubna května června července srpna září října listopadu prosince dvě tři "
     "čtyři pět šest sedm osm devět deset sto tisíc milionů včera dnes zítra řekl uvedl děkuji"},
    {"ro",
     "guvernul guvern președintele președinte ministrul ministru premierul poliția țara țară țări orașul oraș an "
     "ani anul lumea lume statul stat zi zile săptămână lună muncă compania companii piața banca bani preț "
     "prețuri petrol război pace armata atac morți moarte tribunal lege judecător drept drepturi partidul "
     "alegeri vot lider raport acord plan școală elevi sănătate spital apă foc joc echipa meci victorie sezon "
     "jucător casa familie copii femeie femei bărbat viață film muzică carte primul prima doilea ultimul mare "
     "nou nouă noi mic românia român românească bucurești europeană uniunea rege stradă cercetare studiu "
     "energie creștere economie economic taxe grevă luni marți miercuri joi vineri sâmbătă duminică ianuarie "
     "februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie doi trei patru cinci șase "
     "șapte opt nouă zece sută mie milioane ieri mâine spus declarat mulțumesc"},
    {"tr",
     "hükümet cumhurbaşkanı başkan başkanı bakan bakanı polis ülke ülkeler şehir yıl yılında dünya devlet gün "
     "hafta ay iş şirket şirketi pazar banka para fiyat petrol savaş barış ordu saldırı öldü ölü ölüm mahkeme "
     "yasa hakim hak haklar parti seçim seçimler oy lider rapor anlaşma plan okul öğrenci sağlık hastane su "
     "yangın oyun takım maç galibiyet sezon oyuncu teknik ev aile çocuk çocuklar kadın kadınlar erkek hayat "
     "film müzik kitap birinci ikinci üçüncü son büyük yeni küçük türkiye türk ankara istanbul avrupa birliği "
     "kral sokak araştırma enerji iklim büyüme ekonomi vergi grev işçi pazartesi salı çarşamba perşembe cuma "
     "cumartesi ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık iki üç dört beş "
     "altı yedi sekiz dokuz yüz bin milyon milyar dün bugün yarın dedi açıkladı teşekkür"},
    {"sv",
     "regeringen regering presidenten president minister ministern statsminister polisen polis landet land "
     "länder staden stad året år världen värld staten dag dagar veckan vecka månad arbete företag företaget "
     "marknaden bank pengar pris priser olja kriget krig fred armén attack döda död domstol lag domare rätt "
     "rättigheter partiet parti valet val ledare rapport avtal plan skola elever hälsa sjukhus vatten brand "
     "spel laget lag matchen match seger säsong spelare tränare hus familj barn kvinna kvinnor man män liv "
     "film musik bok första andra tredje sista bästa stora ny nytt nya liten svenska sverige svensk stockholm "
     "europeiska kung gata forskning studie forskare energi klimat tillväxt ekonomi skatt strejk måndag "
     "tisdag onsdag torsdag fredag lördag söndag januari februari mars juni juli augusti september oktober "
     "november december tre fyra fem sex sju åtta nio tio hundra tusen miljoner miljarder igår idag imorgon "
     "sade säger uppger tack bil flygplan havet"},
    {"fi",
     "hallitus presidentti ministeri pääministeri poliisi maa maat kaupunki vuosi vuonna vuotta maailma valtio "
     "päivä viikko kuukausi työ yritys yhtiö markkinat pankki raha hinta öljy sota rauha armeija hyökkäys "
     "kuollut kuolema oikeus laki puolue vaalit vaaleissa johtaja raportti sopimus koulu terveys sairaala vesi "
     "peli joukkue ottelu voitto kausi pelaaja talo perhe lapset nainen naiset mies miehet elämä elokuva "
     "musiikki kirja ensimmäinen toinen kolmas viimeinen paras uusi suuri pieni suomi suomen suomalainen "
     "euroopan katu tutkimus energia ilmasto kasvu talous vero lakko maanantai tiistai keskiviikko torstai "
     "perjantai lauantai sunnuntai tammikuu helmikuu kaksi kolme neljä viisi kuusi sata tuhat miljoonaa sanoi"},
    {"sl",
     "vlada predsednik minister premier policija država mesto leto leta svet dan dni teden mesec delo podjetje "
     "trg banka denar cena nafta vojna mir vojska napad mrtvih smrt sodišče zakon sodnik pravica pravice "
     "stranka volitve glas poročilo sporazum načrt šola učenci zdravje bolnišnica voda igra ekipa tekma zmaga "
     "sezona igralec trener hiša družina otroci ženska ženske moški življenje knjiga prvi drugi tretji zadnji "
     "najboljši velik nov nova novo slovenija slovenije slovenski ljubljana evropska unija kralj ulica "
     "raziskava gospodarstvo davek stavka ponedeljek torek sreda četrtek petek sobota nedelja januarja "
     "dva tri štiri pet sto tisoč milijonov včeraj danes jutri povedal dejal hvala"},
    {"vi",
     "chính phủ chủ tịch thủ tướng bộ trưởng cảnh sát đất nước quốc gia thành phố năm thế giới ngày tuần tháng "
     "công ty thị trường ngân hàng tiền giá dầu chiến tranh hòa bình quân đội tấn chết tòa án luật quyền đảng "
     "bầu cử lãnh đạo báo cáo thỏa thuận kế hoạch trường học sinh sức khỏe bệnh viện lửa trận đội cầu thủ mùa "
     "giải nhà gia đình trẻ em phụ nữ đàn ông cuộc sống phim âm nhạc sách đầu hai ba bốn mới lớn nhỏ việt nam "
     "hà nội châu âu vua đường nghiên cứu năng lượng kinh tế thuế triệu tỷ hôm qua nói biết"},
    {"ru",
     "правительство президент министр премьер полиция страна страны город год года году лет мир государство день "
     "неделя месяц работа компания рынок банк деньги цена нефть война армия атака погибли смерть суд закон "
     "судья право партия выборы голос лидер доклад соглашение план школа здоровье больница вода игра команда "
     "матч победа сезон игрок тренер дом семья дети женщина мужчина жизнь фильм музыка книга первый второй "
     "последний лучший новый новая новые россия россии российский москва союз король улица исследование "
     "экономика налог понедельник вторник среда четверг пятница сегодня вчера сказал заявил сообщил миллион"},
    {"uk",
     "уряд президент міністр поліція країна країни місто рік року світ держава день тиждень місяць робота "
     "компанія ринок гроші ціна нафта війна армія атака загинули смерть суд закон суддя право партія вибори "
     "лідер звіт угода школа здоров лікарня вода гра команда перемога сезон гравець дім сім діти жінка чоловік "
     "життя фільм музика книга перший другий останній новий нова нові україна україни український київ союз "
     "король вулиця дослідження економіка податок понеділок вівторок середа четвер п ятниця вчора сказав заявив "
     "повідомив мільйон"},
    {"bg",
     "правителство правителството президент президентът министър министърът премиер полиция полицията държава "
     "държавата град градът година години свят светът ден седмица месец работа компания пазар банка пари цена "
     "война мир армия атака загинаха смърт съд съдът закон закона право права партия избори избори глас лидер "
     "доклад споразумение училище здраве болница вода игра отбор отборът мач победа сезон играч дом семейство "
     "деца жена жени мъж мъже живот филм музика книга първи първият втори последен нов нова нови българия "
     "българия български софия съюз крал улица изследване икономика данък понеделник вторник сряда четвъртък "
     "петък събота неделя вчера каза заяви съобщи милиона"},
    {"sr",
     "влада владе председник министар премијер полиција земља земље град година године години свет држава дан "
     "недеља месец рад посао компанија тржиште банка новац цена нафта рат мир војска напад погинуло смрт суд "
     "закон судија право права странка избори избора глас вођа извештај споразум план школа здравље болница "
     "вода игра тим екипа утакмица победа сезона играч тренер кућа породица деца жена жене живот филм музика "
     "књига први прва други трећи последњи најбољи велики нови нова ново мали србија србије српски београд "
     "београду европска унија краљ улица друштво истраживање привреда порез понедељак уторак среда четвртак "
     "петак субота јуче данас сутра рекао изјавио саопштио милиона није да се је су који која што"},
    {"mk",
     "владата претседател претседателот министер министерот премиер полиција полицијата земја земјата град "
     "градот година години свет светот држава државата ден недела месец работа компанија пазар банка пари "
     "цена војна мир армија напад загинаа смрт суд судот закон законот право права партија избори глас лидер "
     "извештај договор план училиште здравје болница вода игра тим натпревар победа сезона играч дом "
     "семејство деца жена жени маж живот филм музика книга прв прва втор последен нов нова нови македонија "
     "македонски скопје унија крал улица истражување економија данок понеделник вторник среда четврток петок "
     "сабота вчера денеска рече изјави соопшти милиони"},
    {"sr", /* function words */
     "а ако али бар без би била биле били било био бисмо бисте "
     "бити бих буде буду вам вама вас веома већ ви више врло "
     "га где да дакле два до док за зато зашто због и иако из "
     "иза између или им има имао имају ипак исто их ка кад "
     "када како као ко код колико коме која које којег којем "
     "који којим којима којих којом којој коју кроз ли мада "
     "ме мени међу ми много могу можда може мора морају мој "
     "моја моје му на над након нам нама нас наш наша наше "
     "нашег не него нека некако неке неки неких неко неког "
     "нешто неће никад никада нисам нису нити ништа но о ова "
     "овај овде овдје ове ови овим ово овог овом ову од око он "
     "она онај онда оне они оно па по под поред после потом "
     "пошто пре преко према при против пун с са сад сада сам "
     "само сва сваки свако све свега сви свим свима свих свом "
     "свој своја своје својим својих се себе себи си смо сте "
     "су та тада тако такође такођер тамо тај твој те тек ти "
     "тим тих то тог тога толико том томе ту у увек уз хоће чак "
     "чега чему чији шта што ја је један једна једно једног "
     "јер јесам јесмо јесу још јој ју јуче јучер њега његов "
     "његова његове његово њему њен њена њим њима њих њихов "
     "њихова њом њој њу ће ћемо ћете ћу"},
};
const size_t language_words_count = sizeof language_words / sizeof *language_words;
