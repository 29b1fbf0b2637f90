--- Words that say what a name is, as lists for desk.text.classes.

return {
    -- Stand before a person's name.
    titles = [[
        mr mrs ms miss dr prof professor sir lord lady dame president vice prime premier minister
        chancellor king queen prince princess emperor pope cardinal bishop archbishop father sister
        ambassador governor mayor senator congressman congresswoman secretary general colonel captain
        major lieutenant admiral commander sergeant judge justice chairman chairwoman chair director
        ceo founder coach captain author singer actor actress director editor spokesman spokeswoman
        spokesperson correspondent analyst economist historian
        monsieur madame mademoiselle m mme maitre docteur professeur president presidente ministre
        premier roi reine depute senateur maire
        herr frau doktor kanzler kanzlerin bundeskanzler bundeskanzlerin bundesprasident minister
        ministerin prasident prasidentin konig konigin burgermeister burgermeisterin
        senor senora don dona presidente ministro ministra rey reina alcalde signor signora
        predsednik predsednica premijer ministar ministarka gospodin gospoda
        elnok miniszterelnok miniszter ur asszony
    ]],
    -- Stand after or before the name of someone who speaks.
    speech = [[
        said says told added adds noted notes stressed explained asked answered replied wrote argued
        warned insisted recalled believes thinks stated announced commented pointed remarked
        dit declare declara explique ajoute affirme estime raconte precise
        sagt sagte erklarte betonte meinte erzahlte
        dijo afirmo declaro explico anadio disse ha detto
        rekao rekla kazao kazala izjavio izjavila navodi
        mondta elmondta kozolte nyilatkozta
    ]],
    -- Stand before names of things, not of people.
    articles = [[ the le la les l der die das den dem des el los las il lo gli az a an un une ein eine ]],
    -- Parts of an organisation's name.
    organisations = [[
        university college school institute academy laboratory museum library theatre orchestra
        ministry department bureau office agency authority administration commission committee council
        parliament senate congress assembly court government cabinet embassy consulate
        company corporation corp inc ltd llc plc group holdings bank fund insurance airlines airways
        railway railways motors electric energy steel industries technologies systems media press
        times post news journal tribune gazette telegraph courier herald chronicle dispatch observer
        guardian mirror standard television radio broadcasting agency
        union federation association society foundation organisation organization league alliance
        party club fc united committee forum chamber center centre network project initiative
        army navy police guard force forces church
        universite ecole institut ministere conseil commission banque societe compagnie groupe
        assemblee parti syndicat fondation association musee
        universitat hochschule ministerium bundesministerium bundestag bundesrat amt behorde gmbh ag
        gesellschaft verein verband partei stiftung gewerkschaft zeitung
        universidad ministerio banco partido universita ministero banca partito
        univerzitet ministarstvo skupstina vlada stranka savez drustvo
        egyetem miniszterium part szovetseg tarsasag intezet
    ]],
    -- Common given names, for a run that nothing else explains.
    given = [[
        james john robert michael william david richard joseph thomas charles christopher daniel
        matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george edward ronald
        timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon
        benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam
        henry nathan peter simon martin alan ian colin stuart neil oliver harry hugh
        mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty
        margaret sandra ashley kimberly emily donna michelle carol amanda melissa deborah stephanie
        rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen
        samantha katherine christine rachel carolyn janet catherine maria heather diane ruth julie
        olivia joyce virginia victoria kelly lauren christina joan evelyn judith alice grace claire
        jean pierre jacques francois philippe michel alain bernard louis claude nicolas emmanuel
        olivier julien antoine laurent marie isabelle sophie nathalie camille chantal anne
        hans klaus jurgen wolfgang dieter uwe stefan matthias andreas sabine petra monika ursula angela
        olaf friedrich karl heinrich johannes katrin birgit
        giovanni giuseppe marco luca paolo carlos juan luis miguel javier pedro ana carmen sofia
        aleksandar marko nikola petar milan dragan jovan milos ivan jelena milica ana marija dorde
        istvan laszlo jozsef janos zoltan sandor gabor ferenc attila peter viktor eva katalin
        vladimir sergei dmitri mikhail alexei olga natalia tatiana
        mohammed muhammad ahmed ali omar hassan ibrahim yusuf fatima
    ]],
}
