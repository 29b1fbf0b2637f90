local function case(name, headline, text, want)
    return {
        name = name,
        article = { headline = headline, text = text },
        check = function(answer)
            local got = answer[1] and answer[1].value
            assert(got == want, "want " .. tostring(want) .. ", got " .. tostring(got))
        end,
    }
end

return {
    case("tells English", "The ferry is back",
        "The ferry between the two towns went back to work on Monday, after a winter in the dock.", "en"),
    case("tells French", "Le bac est de retour",
        "Le bac qui relie les deux villes a repris lundi, après un hiver passé dans la cale.", "fr"),
    case("tells German", "Die Fähre fährt wieder",
        "Die Fähre zwischen den beiden Städten fährt seit Montag wieder, nach einem Winter in der Werft.",
        "de"),
    case("tells Hungarian", "Újra jár a komp",
        "A két város közötti komp hétfőn újra elindult, miután a telet a hajógyárban töltötte.", "hu"),
    case("tells Serbian in Cyrillic", "Скела поново плови",
        "Скела између два града поново плови од понедељка, после зиме проведене у доку.", "sr"),
    case("tells Serbian in Latin letters", "Skela ponovo plovi",
        "Skela između dva grada ponovo plovi od ponedeljka, posle zime provedene u doku, rekli su iz preduzeća.",
        "sr-Latn"),
    case("tells Chinese in simplified characters", "渡轮恢复通航",
        "连接两座城市的渡轮在船坞度过冬天之后，于星期一恢复通航。", "zh-Hans"),
    {
        name = "keeps what the document said",
        article = { headline = "Le bac", text = "Le bac est de retour.", language = "oc" },
        check = function(answer) assert(#answer == 0) end,
    },
    {
        name = "says the fallback where nothing can be told",
        article = { headline = "42", text = "42 43" },
        options = { fallback = "und" },
        expect = { { field = "language", value = "und" } },
    },
}
