"""Questions about words: forms, opposites, meanings and translations."""

# The base, the past tense and the participle; the participle is left out where it is the past tense.
VERBS = """
    begin:began:begun bend:bent bind:bound bite:bit:bitten blow:blew:blown break:broke:broken bring:brought build:built
    buy:bought catch:caught choose:chose:chosen creep:crept deal:dealt dig:dug draw:drew:drawn drink:drank:drunk
    drive:drove:driven eat:ate:eaten fall:fell:fallen feed:fed feel:felt fight:fought find:found fly:flew:flown
    forget:forgot:forgotten freeze:froze:frozen give:gave:given go:went:gone grow:grew:grown hang:hung hear:heard
    hide:hid:hidden hold:held keep:kept know:knew:known lay:laid lead:led leave:left lend:lent lose:lost make:made
    mean:meant meet:met pay:paid ride:rode:ridden ring:rang:rung rise:rose:risen say:said see:saw:seen seek:sought
    sell:sold send:sent shake:shook:shaken shoot:shot sing:sang:sung sink:sank:sunk sit:sat sleep:slept
    speak:spoke:spoken spend:spent stand:stood steal:stole:stolen stick:stuck swear:swore:sworn sweep:swept
    swim:swam:swum swing:swung take:took:taken teach:taught tear:tore:torn tell:told think:thought throw:threw:thrown
    understand:understood wake:woke:woken wear:wore:worn weep:wept win:won wind:wound write:wrote:written"""

PLURALS = """
    child:children man:men woman:women foot:feet tooth:teeth goose:geese mouse:mice ox:oxen leaf:leaves knife:knives
    wolf:wolves life:lives half:halves shelf:shelves thief:thieves loaf:loaves calf:calves wife:wives potato:potatoes
    tomato:tomatoes hero:heroes echo:echoes baby:babies lady:ladies story:stories country:countries party:parties
    box:boxes fox:foxes bus:buses glass:glasses dish:dishes watch:watches church:churches bush:bushes crisis:crises
    analysis:analyses phenomenon:phenomena criterion:criteria bacterium:bacteria monkey:monkeys key:keys roof:roofs
    radio:radios boy:boys enemy:enemies"""

ADJECTIVES = """
    big:bigger:biggest hot:hotter:hottest thin:thinner:thinnest wet:wetter:wettest sad:sadder:saddest good:better:best
    bad:worse:worst happy:happier:happiest easy:easier:easiest early:earlier:earliest busy:busier:busiest
    heavy:heavier:heaviest large:larger:largest nice:nicer:nicest brave:braver:bravest wise:wiser:wisest
    small:smaller:smallest long:longer:longest cheap:cheaper:cheapest"""

OPPOSITES = """
    hot:cold big:small fast:slow young:old rich:poor wet:dry full:empty open:closed heavy:light strong:weak hard:soft
    thick:thin wide:narrow deep:shallow long:short high:low clean:dirty safe:dangerous brave:cowardly generous:stingy
    polite:rude smooth:rough sharp:blunt sweet:bitter fresh:stale ancient:modern cheap:expensive simple:complicated
    public:private guilty:innocent humble:arrogant optimistic:pessimistic flexible:rigid transparent:opaque
    temporary:permanent maximum:minimum major:minor inner:outer domestic:foreign active:passive visible:hidden
    buy:sell push:pull arrive:depart begin:end win:lose remember:forget accept:reject attack:defend build:destroy
    increase:decrease rise:fall lend:borrow love:hate laugh:cry float:sink freeze:melt succeed:fail agree:disagree
    praise:criticize include:exclude expand:contract admit:deny attract:repel permit:forbid gather:scatter
    reveal:conceal enter:leave strengthen:weaken shout:whisper import:export question:answer entrance:exit profit:loss
    friend:enemy peace:war truth:lie cause:effect beginning:end-point summer:winter day:night birth:death heaven:hell
    hero:villain success:failure presence:absence wealth:poverty wisdom:folly ceiling:floor head:tail
    always:never often:rarely inside:outside above:below before:after forwards:backwards everything:nothing"""

MEANINGS = """
    begin:start|huge:very large|tiny:very small|rapid:fast|silent:making no sound|weary:tired|furious:very angry|
    assist:help|conceal:hide|reply:answer|vanish:disappear|purchase goods:buy things|ancient:very old|fragile:easily broken|
    brief:short|peculiar:strange|courageous:brave|annually:every year|weekly:every seven days|edible:safe to eat|
    transparent:easy to see through|reluctant:unwilling|abundant:more than enough|to postpone:to put off until later|
    to ascend:to go up|to descend:to go down|to collide:to crash together|to construct:to build|
    to demolish:to tear down|to evaporate:to turn into vapour|to hesitate:to pause before acting|
    to illuminate:to light up|to imitate:to copy|to inquire:to ask|to mend:to repair|to nourish:to feed|
    to observe:to watch|to persuade:to talk into something|to predict:to say what will happen|to relocate:to move elsewhere|
    to rescue:to save from danger|to summarize:to say in few words|to wander:to walk without a goal|
    an author:a writer|a beverage:a drink|a blizzard:a snowstorm|a companion:a friend|a cure:a remedy|a dwelling:a home|
    an error:a mistake|a fable:a story with a moral|a famine:a lack of food|a feast:a large meal|a fracture:a break|
    a garment:a piece of clothing|a glimpse:a quick look|a guardian:a protector|an heir:one who inherits|
    an infant:a baby|a journey:a trip|a labyrinth:a maze|a merchant:a trader|a metropolis:a large city|
    a novice:a beginner|an obstacle:something in the way|an orphan:a child without parents|a pledge:a promise|
    a portion:a part|a quarrel:an argument|a remnant:what is left over|a route:a way to a place|a spectator:one who watches|
    a summit:the top of a mountain|a tempest:a violent storm|a vessel:a ship|a villain:a wicked person|a wound:an injury"""

# English, French, German, Spanish.
TRANSLATIONS = """
    house:maison:Haus:casa tree:arbre:Baum:árbol dog:chien:Hund:perro cat:chat:Katze:gato horse:cheval:Pferd:caballo
    bird:oiseau:Vogel:pájaro fish:poisson:Fisch:pez cow:vache:Kuh:vaca bread:pain:Brot:pan milk:lait:Milch:leche
    cheese:fromage:Käse:queso egg:œuf:Ei:huevo apple:pomme:Apfel:manzana meat:viande:Fleisch:carne salt:sel:Salz:sal
    sugar:sucre:Zucker:azúcar wine:vin:Wein:vino table:table:Tisch:mesa chair:chaise:Stuhl:silla door:porte:Tür:puerta
    window:fenêtre:Fenster:ventana bed:lit:Bett:cama key:clé:Schlüssel:llave knife:couteau:Messer:cuchillo
    spoon:cuillère:Löffel:cuchara book:livre:Buch:libro letter:lettre:Brief:carta word:mot:Wort:palabra
    school:école:Schule:escuela church:église:Kirche:iglesia street:rue:Straße:calle bridge:pont:Brücke:puente
    city:ville:Stadt:ciudad village:village:Dorf:pueblo mountain:montagne:Berg:montaña river:fleuve:Fluss:río
    sea:mer:Meer:mar forest:forêt:Wald:bosque sun:soleil:Sonne:sol moon:lune:Mond:luna star:étoile:Stern:estrella
    sky:ciel:Himmel:cielo rain:pluie:Regen:lluvia snow:neige:Schnee:nieve wind:vent:Wind:viento fire:feu:Feuer:fuego
    stone:pierre:Stein:piedra day:jour:Tag:día night:nuit:Nacht:noche week:semaine:Woche:semana month:mois:Monat:mes
    year:année:Jahr:año morning:matin:Morgen:mañana spring:printemps:Frühling:primavera man:homme:Mann:hombre
    woman:femme:Frau:mujer child:enfant:Kind:niño mother:mère:Mutter:madre father:père:Vater:padre
    brother:frère:Bruder:hermano sister:sœur:Schwester:hermana friend:ami:Freund:amigo head:tête:Kopf:cabeza
    hand:main:Hand:mano eye:œil:Auge:ojo ear:oreille:Ohr:oreja mouth:bouche:Mund:boca foot:pied:Fuß:pie
    heart:cœur:Herz:corazón red:rouge:rot:rojo blue:bleu:blau:azul green:vert:grün:verde black:noir:schwarz:negro
    white:blanc:weiß:blanco yellow:jaune:gelb:amarillo one:un:eins:uno two:deux:zwei:dos three:trois:drei:tres
    four:quatre:vier:cuatro seven:sept:sieben:siete ten:dix:zehn:diez"""


def rows(table):
    return [tuple(part.replace("end-point", "end") for part in entry.split(":")) for entry in table.split()]


def regular_past(verb):
    return verb + ("d" if verb.endswith("e") else "ed")


def gerund(verb):
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


def verbs():
    for base, past, *rest in rows(VERBS):
        participle = rest[0] if rest else past
        wrong = [regular_past(base), gerund(base), base + "s", past + "ed"]
        yield "past", f'The past tense of "{base}" is', past, (rest + wrong)[:3]
        yield "participle", f'The past participle of "{base}" is', participle, (
            ([past] if rest else []) + wrong)[:3]


def plurals():
    for one, many in rows(PLURALS):
        wrong = [one + "s", one + "es", one[:-1] + "ies", one[:-1] + "ves", one + "en", one + "'s"]
        yield "plural", f'The plural of "{one}" is', many, [form for form in wrong if form != many][:3]


def comparisons():
    for base, comparative, superlative in rows(ADJECTIVES):
        wrong = [f"more {comparative}", base + "er", f"most {base}", base + "est", f"more {base}er"]
        forms = [superlative] + [form for form in wrong if form not in (comparative, superlative)]
        yield "comparative", f'The comparative form of "{base}" is', comparative, forms[:3]
        forms = [comparative] + [form for form in wrong if form not in (comparative, superlative)]
        yield "superlative", f'The superlative form of "{base}" is', superlative, forms[:3]


def opposites():
    known = rows(OPPOSITES)
    for index, (word, opposite) in enumerate(known):
        # Neighbours in the table are of the same kind of word.
        near = [known[(index + step) % len(known)][1] for step in (-3, -2, -1, 1, 2, 3)]
        yield "opposite", f'The opposite of "{word}" is', opposite, [other for other in near if other != word]


def meanings():
    known = [tuple(part.strip() for part in entry.split(":")) for entry in MEANINGS.split("|")]
    for index, (word, meaning) in enumerate(known):
        near = [known[(index + step) % len(known)][1] for step in (-3, -2, -1, 1, 2, 3)]
        yield "meaning", f'"{word}" means the same as', meaning, near


def translations():
    known = rows(TRANSLATIONS)
    for column, language in ((1, "French"), (2, "German"), (3, "Spanish")):
        foreign, english = [row[column] for row in known], [row[0] for row in known]
        for row in known:
            # A word that is spelled alike in both says nothing.
            if row[0].lower() != row[column].lower():
                yield "translate", f'The {language} word for "{row[0]}" is', row[column], foreign
                yield "translate", f'The {language} word "{row[column]}" means', row[0], english


def all_items():
    for family in (verbs, plurals, comparisons, opposites, meanings, translations):
        yield from family()
