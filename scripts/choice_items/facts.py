"""Questions about the world: capitals, continents, elements, kinds, people and animals."""

CAPITALS = {
    "Europe": """
        Albania:Tirana Austria:Vienna Belarus:Minsk Belgium:Brussels Bulgaria:Sofia Croatia:Zagreb Czechia:Prague
        Denmark:Copenhagen Estonia:Tallinn Finland:Helsinki Germany:Berlin Greece:Athens Hungary:Budapest
        Iceland:Reykjavik Ireland:Dublin Italy:Rome Latvia:Riga Lithuania:Vilnius Malta:Valletta Moldova:Chisinau
        Montenegro:Podgorica North_Macedonia:Skopje Norway:Oslo Poland:Warsaw Portugal:Lisbon Romania:Bucharest
        Serbia:Belgrade Slovakia:Bratislava Slovenia:Ljubljana Spain:Madrid Sweden:Stockholm Ukraine:Kyiv""",
    "Asia": """
        Afghanistan:Kabul Bangladesh:Dhaka Bhutan:Thimphu Cambodia:Phnom_Penh China:Beijing India:New_Delhi
        Indonesia:Jakarta Iran:Tehran Iraq:Baghdad Japan:Tokyo Jordan:Amman Kyrgyzstan:Bishkek Laos:Vientiane
        Lebanon:Beirut Malaysia:Kuala_Lumpur Mongolia:Ulaanbaatar Nepal:Kathmandu North_Korea:Pyongyang Oman:Muscat
        Pakistan:Islamabad the_Philippines:Manila Qatar:Doha Saudi_Arabia:Riyadh South_Korea:Seoul Syria:Damascus
        Tajikistan:Dushanbe Thailand:Bangkok Turkmenistan:Ashgabat Uzbekistan:Tashkent Vietnam:Hanoi Yemen:Sanaa""",
    "Africa": """
        Algeria:Algiers Angola:Luanda Botswana:Gaborone Burkina_Faso:Ouagadougou Cameroon:Yaoundé Chad:N'Djamena
        Egypt:Cairo Eritrea:Asmara Ethiopia:Addis_Ababa Gabon:Libreville Ghana:Accra Kenya:Nairobi Liberia:Monrovia
        Libya:Tripoli Madagascar:Antananarivo Malawi:Lilongwe Mali:Bamako Mauritania:Nouakchott Morocco:Rabat
        Mozambique:Maputo Namibia:Windhoek Niger:Niamey Nigeria:Abuja Rwanda:Kigali Senegal:Dakar
        Sierra_Leone:Freetown Somalia:Mogadishu South_Sudan:Juba Sudan:Khartoum Togo:Lomé Tunisia:Tunis Uganda:Kampala
        Zambia:Lusaka Zimbabwe:Harare""",
    "South America": """
        Argentina:Buenos_Aires Brazil:Brasília Chile:Santiago Colombia:Bogotá Ecuador:Quito Guyana:Georgetown
        Paraguay:Asunción Peru:Lima Suriname:Paramaribo Uruguay:Montevideo Venezuela:Caracas""",
    "North America": """
        the_Bahamas:Nassau Barbados:Bridgetown Canada:Ottawa Costa_Rica:San_José Cuba:Havana
        the_Dominican_Republic:Santo_Domingo El_Salvador:San_Salvador Haiti:Port-au-Prince Honduras:Tegucigalpa
        Jamaica:Kingston Nicaragua:Managua the_United_States:Washington""",
}

ELEMENTS = """
    hydrogen:H helium:He lithium:Li beryllium:Be boron:B carbon:C nitrogen:N oxygen:O fluorine:F neon:Ne sodium:Na
    magnesium:Mg aluminium:Al silicon:Si phosphorus:P sulfur:S chlorine:Cl argon:Ar potassium:K calcium:Ca titanium:Ti
    chromium:Cr manganese:Mn iron:Fe cobalt:Co nickel:Ni copper:Cu zinc:Zn gallium:Ga germanium:Ge arsenic:As
    bromine:Br krypton:Kr palladium:Pd silver:Ag cadmium:Cd tin:Sn iodine:I xenon:Xe barium:Ba tungsten:W platinum:Pt
    gold:Au mercury:Hg lead:Pb bismuth:Bi radon:Rn radium:Ra uranium:U plutonium:Pu"""

KINDS = {
    "tree": "oak birch maple willow pine cedar beech elm poplar larch",
    "fish": "trout salmon herring cod tuna carp pike mackerel sardine perch",
    "bird": "sparrow eagle owl robin heron swallow pigeon crow finch stork",
    "insect": "beetle moth wasp cricket grasshopper butterfly mosquito ladybird dragonfly termite",
    "fruit": "pear plum cherry peach mango apricot banana grape melon fig",
    "vegetable": "carrot cabbage onion spinach leek turnip cauliflower celery beetroot parsnip",
    "instrument": "violin trumpet cello clarinet harp oboe banjo trombone guitar flute",
    "tool": "hammer chisel wrench pliers screwdriver saw drill axe rake spade",
    "vehicle": "tractor tram lorry ambulance bicycle motorcycle taxi caravan bus scooter",
    "metal": "iron copper tin zinc silver nickel aluminium platinum titanium chromium",
    "colour": "scarlet turquoise beige violet crimson indigo maroon lilac purple orange",
    "garment": "jacket scarf trousers glove cardigan skirt sock blouse waistcoat coat",
    "sport": "tennis rugby hockey cricket volleyball fencing badminton rowing boxing football",
    "building": "cathedral cottage castle factory hospital library lighthouse barn museum school",
    "disease": "measles influenza malaria tuberculosis cholera pneumonia diabetes asthma smallpox leprosy",
    "drink": "coffee lemonade tea milk cider cocoa juice beer wine water",
}
# Words of two kinds, and kinds that share words with another one.
AMBIGUOUS = {"cricket", "fencing", "iron", "lilac", "orange", "plum", "saw", "school", "violet"}
NEIGHBOURS = {
    "tree": {"fruit"}, "fruit": {"tree", "colour"}, "metal": {"colour", "tool"}, "vegetable": {"colour"},
    "colour": {"tree", "fruit", "metal"},
}

PEOPLE = """
    bakes bread:baker|flies a plane:pilot|repairs water pipes:plumber|looks after sick animals:vet|
    writes for a newspaper:journalist|designs buildings:architect|grows crops:farmer|catches fish:fisherman|
    teaches children:teacher|puts out fires:firefighter|cuts hair:hairdresser|sells meat:butcher|
    makes clothes:tailor|looks after teeth:dentist|plays in a film:actor|paints pictures:painter|
    carves statues:sculptor|writes poems:poet|takes photographs:photographer|defends people in court:lawyer|
    digs for coal:miner|drives a taxi:taxi driver|steers a ship:helmsman|conducts experiments:scientist|
    studies the stars:astronomer|mends shoes:cobbler|makes barrels:cooper|shoes horses:blacksmith|
    serves food in a restaurant:waiter|cooks in a restaurant:chef|sells flowers:florist|lends out books:librarian|
    translates speech:interpreter|keeps the accounts:accountant|lays bricks:bricklayer|keeps bees:beekeeper|
    delivers letters:postman|directs an orchestra:conductor|guards prisoners:warder|sells medicines:pharmacist|
    works with wood:carpenter|fits electric wires:electrician|digs up old cities:archaeologist|
    tells what the weather will be:meteorologist|studies plants:botanist|treats mental illness:psychiatrist"""

YOUNG = """
    cat:kitten dog:puppy cow:calf horse:foal pig:piglet goat:kid hen:chick duck:duckling goose:gosling
    bear:cub deer:fawn frog:tadpole swan:cygnet eagle:eaglet kangaroo:joey owl:owlet hare:leveret"""

SOUNDS = """
    dog:barks cat:meows cow:moos sheep:bleats horse:neighs pig:grunts lion:roars duck:quacks bee:buzzes
    snake:hisses frog:croaks wolf:howls mouse:squeaks crow:caws rooster:crows owl:hoots"""

USES = """
    cut paper:scissors|tell the time:clock|open a lock:key|sweep the floor:broom|boil water:kettle|see far away:telescope|
    see very small things:microscope|dry your hands:towel|brush your hair:hairbrush|write on a blackboard:chalk|
    light a fire:match|eat soup:spoon|sleep in:bed|keep food cold:refrigerator|
    stay dry in the rain:umbrella|sew cloth:needle|iron a shirt:iron|weigh flour:scales|measure a length:ruler|
    find north:compass|measure a temperature:thermometer|drive in a nail:hammer|turn a screw:screwdriver|saw wood:saw|
    dig a hole:spade|cross a river:bridge|climb to a roof:ladder|take a picture:camera|wash your hands:soap|
    pay in a shop:money|post a letter:stamp|clean your teeth:toothbrush|look at yourself:mirror|
    row across a lake:boat|rest your head:pillow|calculate a sum:calculator|mark a page:bookmark"""

# Without an article.
MASS = {"scissors", "chalk", "scales", "soap", "money"}


def pairs(table, separator=None):
    """`name:value` entries; underscores are spaces in tables that spaces separate."""
    entries = table.split(separator)
    clean = (entry.strip() if separator else entry.replace("_", " ") for entry in entries)
    return [tuple(entry.split(":")) for entry in clean if entry]


def capitals():
    for countries in CAPITALS.values():
        known = pairs(countries)
        names, cities = [name for name, _ in known], [city for _, city in known]
        for name, city in known:
            yield "capital", f"The capital of {name} is", city, cities
            yield "country", f"{city} is the capital of", name, names


def continents():
    for continent, countries in CAPITALS.items():
        for name, _ in pairs(countries):
            yield "continent", f"{name[0].upper()}{name[1:]} lies in", continent, list(CAPITALS)


def elements():
    known = pairs(ELEMENTS)
    names, symbols = [name for name, _ in known], [symbol for _, symbol in known]
    for name, symbol in known:
        yield "symbol", f"The chemical symbol for {name} is", symbol, symbols
        yield "element", f"{symbol} is the chemical symbol for", name, names


def kinds():
    for kind, names in KINDS.items():
        others = [other for other in KINDS if other not in NEIGHBOURS.get(kind, ())]
        for name in names.split():
            if name not in AMBIGUOUS:
                yield "kind", f'The word "{name}" names a kind of', kind, others


def with_article(noun):
    return noun if noun in MASS else f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def people():
    known = [(action, with_article(name)) for action, name in pairs(PEOPLE, "|")]
    for action, name in known:
        yield "person", f"Someone who {action} is called", name, [one for _, one in known]


def animals():
    young = [(animal, with_article(name)) for animal, name in pairs(YOUNG)]
    for animal, name in young:
        yield "young", f"The young of {with_article(animal)} is called", name, [one for _, one in young]
    sounds = pairs(SOUNDS)
    for animal, sound in sounds:
        yield "sound", f"What {with_article(animal)} does with its voice: it", sound, [one for _, one in sounds]


def uses():
    known = [(action, with_article(name)) for action, name in pairs(USES, "|")]
    for action, name in known:
        yield "use", f"To {action}, you use", name, [one for _, one in known]


def all_items():
    for family in (capitals, continents, elements, kinds, people, animals, uses):
        yield from family()
