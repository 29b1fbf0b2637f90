local function article(fields)
    return { id = fields.id or 7, headline = fields.headline or "H", text = fields.text, tags = fields.tags }
end

local function body(answer)
    return answer["000007.txt"]:match("\n\n(.*)\n$")
end

local function case(name, text, expected)
    return { name = name, articles = { article { text = text } }, check = function(answer)
        assert(body(answer) == expected, body(answer))
    end }
end

return {
    case("masks mail addresses", "Write to ana.p+desk@mail.example.org.", "Write to [mail]."),
    case("masks telephone numbers as people write them",
        "Call +33 1 23 45 67 89, (030) 123-45678 or 0171/2345678.", "Call [phone], [phone] or [phone]."),
    case("masks an IBAN that passes its check, and no other", "Pay to DE89 3704 0044 0532 0130 00 OR DE88 3704 0044 0532 0130 00.",
        "Pay to [iban] OR DE88 3704 0044 0532 0130 00."),
    case("masks a card number that passes its check, and no other", "4111 1111 1111 1111 and 4111 1111 1111 1112",
        "[card] and 4111 1111 1111 1112"),
    case("masks an IP address", "from 192.0.2.17, not 300.0.2.17", "from [ip], not 300.0.2.17"),
    case("leaves dates, sums and scores", "On 2026-05-04 (04.05.2026) 1 200 000 people paid 3.141.592 for 10-12.",
        "On 2026-05-04 (04.05.2026) 1 200 000 people paid 3.141.592 for 10-12."),
    {
        name = "masks names where that is asked for, longest first",
        options = { people = true },
        articles = { article { text = "Ana Petrović said that Ana left.",
            tags = { { scheme = "person", label = "Ana" }, { scheme = "person", label = "Ana Petrović" } } } },
        check = function(answer)
            assert(body(answer) == "[person] said that [person] left.", body(answer))
        end,
    },
    {
        name = "tells what went from which article",
        articles = { article { id = 1, text = "a@b.example c@d.example 192.0.2.1" }, article { id = 2, text = "none" } },
        expect = { ["redacted.csv"] = "article,kind,count\n1,ip,1\n1,mail,2\n", ["000002.txt"] = "H\n\nnone\n" },
    },
}
