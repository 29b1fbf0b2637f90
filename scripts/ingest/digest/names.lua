-- names.lua: the words that the splitter knows, by kind. Only words of the trade stand here (the
-- sign before a photographer's name, the mark under a report), never words of particular articles.
-- Latin words are in lower case, as shape.fold gives them. Add a language by adding words.

local function set(words)
    local s = {}
    for word in words:gmatch("[^;]+") do s[word:match("^%s*(.-)%s*$")] = true end
    return s
end

local names = {}

-- The word before the colon of a picture's credit: "Photo: VCG".
names.credit = set([[photo; photos; file photo; photograph; photographer; photo credit; image;
    images; image credit;
    picture; pictures; graphic; graphics; infographic; illustration; cartoon; credit; screenshot;
    chart;
    foto; fotos; archivfoto; bild; bilder; archivbild; symbolbild; symbolfoto; bildquelle; grafik;
    crédit; crédits; crédit photo; crédits photo; infographie; dessin; photo d'archives;
    photo d’archives;
    fotó; fénykép; kép; illusztráció; grafika; fotografía; imagen; gráfico; ilustración;
    foto de archivo;
    fotografia; imagem; ilustração; arquivo; immagine; grafica; illustrazione; foto d'archivio;
    archivio;
    фото; фотографија; фотография; слика; илустрација; графика; архивска фотографија; илустрација;
    ilustracija; fotografija; arhivska fotografija;
    图; 图片; 图片来源; 图源; 摄影; 摄; 供图; 资料图; 资料图片; 制图; 漫画; 照片; 圖; 圖片; 攝影; 資料圖片; 写真; 사진]])

-- Houses that sign pictures and reports. The value is the full name, where a short one is common.
names.source = {
    ["global times"] = "Global Times", gt = "Global Times", xinhua = "Xinhua", vcg = "VCG",
        cnsphoto = "cnsphoto",
    ["china daily"] = "China Daily", ["people's daily"] = "People's Daily", cgtn = "CGTN",
        ["cri online"] = "CRI Online",
    afp = "AFP", ap = "AP", reuters = "Reuters", upi = "UPI", bloomberg = "Bloomberg",
        getty = "Getty Images",
    ["getty images"] = "Getty Images", epa = "EPA", ["pa media"] = "PA Media", ips = "IPS",
        tass = "TASS",
    dpa = "dpa", ["dpa/afp"] = "dpa", apa = "APA", kna = "KNA", sid = "SID", epd = "epd",
        ["keystone-sda"] = "Keystone-SDA",
    ansa = "ANSA", agi = "AGI", efe = "EFE", ["europa press"] = "Europa Press", lusa = "Lusa",
        belga = "Belga", anp = "ANP",
    mti = "MTI", tanjug = "Tanjug", beta = "Beta", fonet = "FoNet", hina = "HINA", srna = "SRNA",
        pap = "PAP", ["čtk"] = "ČTK",
    ["танјуг"] = "Танјуг", ["бета"] = "Бета", ["фонет"] = "Фонет", ["срна"] = "Срна",
        ["тасс"] = "ТАСС",
    ["新华社"] = "新华社", ["新华网"] = "新华网", ["新華社"] = "新華社", ["环球时报"] = "环球时报", ["人民日报"] = "人民日报",
    ["中新社"] = "中新社", ["中新网"] = "中新网", ["央视新闻"] = "央视新闻", ["中央社"] = "中央社", ["法新社"] = "法新社",
    ["路透社"] = "路透社", ["美联社"] = "美联社", ["視覺中國"] = "視覺中國", ["视觉中国"] = "视觉中国",
    kyodo = "Kyodo", jiji = "Jiji", yonhap = "Yonhap", pti = "PTI", ians = "IANS",
        anadolu = "Anadolu", aa = "AA",
}

-- Signs that close a report, without regard to who wrote it.
names.closing = set([[-30-; – 30 –; — 30 —; - 30 -; 30; ###; # # #; (end); [end]; end; ends;
    -ends-; - ends -; /end; the end; (ends);
    fin; (fin); ende; (ende); vége; (vége); крај; (крај); kraj; (kraj); fine; (fine); fim; (fim);
    完; （完）; (完); 【完】; ■; □; ∎; ◼; ●; 终;
    end of document; more; -more-; - more -]])

-- What stands before a writer's name on a line of its own.
names.byline = { "by", "by:", "written by", "words by", "from", "par", "von", "por", "di", "de",
    "da", "írta", "írta:", "szerző:",
    "пише", "пише:", "пишу:", "аутор:", "piše", "piše:", "autor:", "autori:", "autore:", "auteur:",
        "author:", "authors:", "автор:",
    "text:", "texte:", "texto:", "testo:", "reporter:", "byline:", "作者", "作者:", "作者：", "记者", "记者:",
        "记者：", "记者/", "文/", "文｜",
    "文|", "撰文", "撰文:", "撰文：", "本报记者", "新华社记者", "記者", "文：" }

-- Labels that stand alone above a note of the editors.
names.note = set([[editor's note; editors' note; editor's notes; note to readers;
    note de la rédaction; note de l'éditeur; ndlr;
    anmerkung der redaktion; hinweis der redaktion; anm. d. red.; a szerkesztő megjegyzése;
    szerkesztői megjegyzés;
    напомена уредника; напомена редакције; napomena urednika; napomena redakcije; nota del editor;
    nota de la redacción;
    nota do editor; nota da redação; nota della redazione; nota del redattore; 编者按; 编者的话; 编者注; 編者按;
    编辑按]])

-- Mail headers that hold the title.
names.subject = set([[subject; betreff; objet; asunto; assunto; oggetto; tárgy; тема; предмет;
    наслов; predmet; naslov; title; headline; hlead; titel; titre;
    título; titolo; cím; 主题; 主題; 标题; 標題; 题目; 件名]])

-- Mail and archive headers that hold the writer, the day, the publisher, the tongue.
names.from = set([[from; von; de; da; di; feladó; од; od; 发件人; 寄件者; byline; author; autor; auteur;
    автор; аутор; 作者;
]])
names.date = set([[date; datum; fecha; data; dátum; датум; дата; load-date; 日期; 时间]])


-- Words in the last lines of a letter: how to leave it, who owns it.
names.footer = { "unsubscribe", "subscribe", "to stop receiving", "se désabonner", "désinscri",
    "désabonne", "abmelden", "abbestellen",
    "abonnieren", "leiratkoz", "feliratkoz", "одјав", "откажите", "пријавите се", "odjav",
        "darse de baja", "cancelar la suscripción",
    "cancelar inscrição", "disiscri", "退订", "取消订阅", "訂閱", "订阅", "mailto:", "all rights reserved",
        "tous droits réservés",
    "alle rechte vorbehalten", "minden jog fenntartva", "сва права задржана", "版权所有", "版權所有" }

return names
