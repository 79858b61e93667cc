"""Personal data is found and masked, what is public stays; sentences are ours, numbers are made up."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.guards import lexicon as lexicon_module
from assistant.guards.lexicon import lexicon, personal_data
from assistant.guards.personal import Found, Kind, find_personal, mask
from assistant.guards.public import public_names
from corpus.publication import Publication
from evals.personal import score_personal

MARKED = re.compile(r"\[(\w+):([^\]]*)\]")

WITH_DATA = """
Mijn cliënt [name:Aïsha Benhaddou] (BSN [bsn:154300202]) durft niet naar huis.
Kunt u meekijken naar de zaak van [name:Jan de Wit]? Hij woont aan de [address:Kerkstraat 14, 3811 CV Amersfoort].
mevr. [name:van den Berg-Visser] belde weer, tel. [phone:030 2345678].
dhr. [name:J.P. de Boer] en mw. [name:Öztürk] willen weten wat hun rechten zijn
Haar ex [name:Mohammed El Khattabi] staat op de stoep, kenteken [plate:12-ABC-3].
de zoon van [name:Anneke] zit bij ons op school
hoi, ik ben [name:Samira] en werk bij gemeente Zwolle, wat doet het College?
Met vriendelijke groet, [name:Joost van der Velden], beleidsadviseur zorg
Groetjes, [name:Bo]
slachtoffer [name:M. Haile] spreekt alleen Tigrinya, hoe voorzie je in een tolk?
Verdachte [name:Youssef B.] mag niet in de buurt komen van [name:Chantal].
de familie [name:Yıldırım] heeft drie meldingen in een half jaar
Casus [name:Jansen]: vier meldingen, nul aangiftes. Hoe telt dat?
[name:Fatima]'s dossier is kwijt. Wie is verantwoordelijk?
[name:Ahmed]s zus kwam naar het wijkteam
[name:Kees]' vrouw is weg
Ik sprak [name:Noor] gisteren op kantoor over de visietekst.
[name:Oksana Kovalenko] heeft geen eigen verblijfsrecht, geldt het verdrag dan ook?
[name:sandra bakker] wil weten of zij recht heeft op opvang
ik heet [name:fatou diallo] en ik zoek hulp voor mijn zus [name:Aminata]
my sister [name:Grace] was hit by her husband, what should the council do
Mrs [name:O'Connor] and Mr. [name:Smith-Jones] disagree about the definition of gender.
Our client [name:Nguyen Thi Lan] was moved to [address:12 Baker Street] last week.
The victim, [name:Sarah Hughes], born [birthdate:03/04/1991], wants to withdraw her report.
d.o.b. [birthdate:1988-11-30], no income. Which role of the municipality is this?
bsn [bsn:111222333] / geboren [birthdate:4 mei 1990] te Rotterdam
burgerservicenummer [bsn:1234.56.782] staat dubbel in de export
Rekening [iban:NL91 ABNA 0417 1643 00], mag de uitkering daarheen?
zijn belgische rekening [iban:BE68 5390 0754 7034] wordt geblokkeerd
Bel me op [phone:06 12 34 56 78] of mail [email:l.devries@gemeente-ergens.nl]
whatsapp [phone:+32 478 12 34 56], wat is de rol van bijstanders
Kan ik haar bereiken op [phone:(020) 123 45 67]?
[phone:06.12.34.56.78] of [phone:0612345678]/[phone:06/12345679]
stuur naar [email:piet (at) hotmail.com] aub
Zij woont op [address:Jan van Galenstraat 25-III, 1051 KL Amsterdam] met twee kinderen.
woont in de [address:kerkstraat 12a] en durft niet naar buiten
adres: [address:Laan van Meerdervoort 501, 2563 AX Den Haag]
postcode [address:1234 AB 56] heeft drie meldingen, [address:3512jc huisnummer 8] ook
Er is een huisverbod opgelegd op [address:Weth. van Caldenborghlaan 55].
[address:Eerste Oosterparkstraat 88-2, Amsterdam] is het noodadres
De man, geboren op [birthdate:12-03-1985], heeft een contactverbod.
Geboortedatum [birthdate:07.08.1979]; zaaknummer [case:2024/001234].
Lijst: [name:Ali Kaya], [birthdate:01-02-1980], [phone:0687654321]
Dossiernummer [case:HKV-2021-00345] is gesloten, telt het nog mee?
Melding [case:VT2023-4567] is niet doorgezet; aangifte [case:PL1700-2022123456] is geseponeerd
zaak [case:23-00456] en [case:23-00789] gaan over hetzelfde stel
Parketnummer [case:10/123456-21], wat zegt het verdrag over vervolging
case number [case:CR-2020-118] was dropped, why does the convention mind?
dossier [case:VT 91377], cliëntnummer [case:884512]
Zijn auto ([plate:GB-001-X]) staat voor de deur, kenteken [plate:TX481N]
the car with license plate [plate:WA 1234C] is parked outside
De moeder van [name:Daan] (6) vraagt om hulp.
Tante [name:Annie] en oma [name:Jo] weten van niks
wijkagent [name:Peter Smit] kent de situatie, huisarts [name:Verbeek] meldt letsel
Mevrouw [name:K.] en meneer [name:visser] wonen samen
mevrouw [name:de jong] en mw [name:kaya] willen een gesprek
Het gaat om [name:Jean-Pierre Mukamana] uit Congo en [name:Xiomara Winklaar] uit Curaçao
Kan [name:Hatice Yılmaz-Demir] een eigen woning krijgen?
[name:Abdirahman Warsame Ali] is zijn vader
vriend [name:max] controleert haar telefoon
[name:Roos van Dam] en haar ex
Zij heet [name:Roos]. Wat nu?
[name:Petra] van Movisie en [name:Esra] van het CJG gaven een training
mevrouw [name:Achterberg] belde. Volgens [name:Achterberg] is er niets gebeurd.
Volgens [name:Sjaan van der Wiel] is het onzin.
[name:JANSEN, Petra] en [name:Jansen, P.] staan allebei in het systeem
de [name:Anna]-zaak en de zaak-[name:Jansen]
Rekening [iban:NL91ABNA0417164300] t.n.v. [name:F. Amrani]
[name:Soufiane El M.], [name:Marieke v.d. B.] en [name:P.v.d. Berg]
mijn zus [name:فاطمة] en mevrouw [name:Nguyễn]
MIJN EX [name:MEHMET] STAAT WEER VOOR DE DEUR
[name:https://www.facebook.com/sandra.bakker.12] stuurde een bericht
[name:Yvette]/[name:Ronald], zoon [name:Dex], dochter [name:Fay]
De kinderen van mevrouw [name:Verhoeven] heten [name:Daan], [name:Sem] en [name:Lotte].
Namens [name:Gerda Kuipers] stel ik de vraag of huisvesting bij preventie hoort
geboren te Leeuwarden op [birthdate:3 februari 1968], dus (geb. [birthdate:22 aug. 2001]) is haar dochter
Eigenaar is [name:Djenaba Sow], [address:Zuiderparklaan 12-A, 2574 HB 's-Gravenhage]
""".strip().splitlines()

LOOK_ALIKES = """
Mevrouw de voorzitter, wat zegt de publicatie over de raad?
Meneer pastoor en de heer of mevrouw van het wijkteam
Mijn vader vindt dat mannen ook slachtoffer zijn.
haar ex en haar broer, wie is dan pleger?
mijn man is Marokkaans, maakt dat uit voor de hulp?
my mother will not report it, my sister may want shelter
de moeder van het slachtoffer, de vader van de kinderen
oma in Limburg en opa in Friesland
Het gezin als eenheid zien is een valkuil
Wat kost een opvangplek: 45.000 euro of 123.456.789 euro?
Hoe zit het met de Wet maatschappelijke ondersteuning 2015, art. 2.1.1?
Bel 0800-2000 of 112, wat zet ik in de folder?
Is 0800-0188 24 uur per dag open, en 0900-0101?
113 Zelfmoordpreventie, 116 111 Kindertelefoon, 14 020 en 0900 8844
Het College is bereikbaar via info@mensenrechten.nl
kijk op www.huiselijkgeweld.nl/publicaties/2021 en volg @Movisie en #orangetheworld
Het rapport van 12-03-2021, bladzijde 4, tussen 2019 en 2021
vóór 1 januari 2025 moet het beleid klaar zijn
de raadsvergadering van dinsdag 14 mei 2024 om 19:30 in zaal 12
pagina's 8-9 en 12-en-13, hoofdstuk 3, paragraaf 2.1
Utrecht, Amersfoort en Bergen op Zoom werken samen
Wat doet Veilig Thuis Utrecht anders dan Veilig Thuis Rotterdam-Rijnmond?
Het Verwey-Jonker Instituut en Atria schreven dit in 2020.
Wat schrijft Majone Steketee over adem?
Hebben Saskia Daru en jamila mejdoubi iets geschreven, of was het Katrien vd Vaan?
is renee romkens hoogleraar, en wie is emma partrige
De Vaan, Harthoorn & Martina (2021) en Steketee et al. 2020
wat onderzoekt mevrouw Lünnemann van Verwey-Jonker
Kamerstukken II 2020/21, 28345, nr. 250 en Staatsblad 2019, 123
Zaak C-378/97 van het Hof, ECLI:NL:RBDHA:2015:14026
Opuz v. Turkey en Talpis tegen Italië, EHRM nr. 33401/02
Volodina v. Russia, application no. 41261/17
ISBN 9789012345678, RSIN 123456782, KvK 12345678
Het ordernummer is 123456782, het artikelnummer AB-4471-00
De roos van Leary: is die bruikbaar in een training?
Hoop doet leven, maar wat doet de gemeente?
Mei 2021 verscheen de vorige versie, in april of mei komt de evaluatie
Jan Modaal snapt dit niet, schrijf het in jip-en-janneketaal
Will the municipality need a policy? May I quote page 12?
Grant applications: which indicators? Mark the passages about children.
Frank gezegd vind ik dit vaag. Bent u bekend met de meldcode?
Wil de gemeente dit borgen? Elke gemeente moet een visie hebben.
Ken je een voorbeeld? Ik ken er geen, en de nota is nog niet klaar.
Wat vond minister De Jonge van het actieplan van staatssecretaris Blokhuis?
koning Willem-Alexander opende het congres
Simone de Beauvoir, Aletta Jacobs en Marga Klompé als voorbeeld?
Stichting Anna, Fier en Moviera vangen vrouwen op
motie-Kuiken, de commissie-Samson en het project Roos in Gouda
De Clara Wichmannlezing, het Anne Frank Huis en het Anna-huis
De Kerkstraat is donker, wat kunnen we doen aan sociale veiligheid
Wat is het kenmerk van partnergeweld? Dossier huiselijk geweld 2020-2024
In 2019 waren er 127000 meldingen bij Veilig Thuis, melding 3 van 5
Casus 1: een vrouw wordt geslagen; case 2: who is the offender?
file a report within 24 hours, report 2021 of the Council of Europe
Model Eva of methode Sara? SARA en B-SAFER zijn instrumenten
Ik kan niet inloggen, foutcode E-4021, kamer B2.14
NL12 RABO 0123 4567 89 klopt niet als iban, BSN 123456789 is nep
Wat heet gendersensitief? hoe noem je dat, coercive control?
Groeten uit Gouda. Hallo Wegwijzer, beste college, dag allemaal
een vrouw (34) met twee kinderen, geboren in 1985
Family Justice Center Venlo en Centrum Huiselijk Geweld Tilburg
Afghaanse vrouwen en Somalische mannen, een cliënt uit Syrië
projectleider Geweld hoort nergens thuis, wethouder Zorg, raadslid GroenLinks
Dr. Leo Kannerhuis, Radboudumc en het Sophia Kinderziekenhuis
Postbus 20011, 2500 EA Den Haag
5 op de 28 regioplannen, 16 dagen actie, week 12 en 3,5 fte
moet ik van Dale of de Taalunie volgen?
O.a. Movisie en Atria i.s.m. VNG; t.a.v. de gemeenteraad
""".strip().splitlines()


@pytest.fixture(scope="module")
def public(publication: Publication) -> Callable[[str], bool]:
    authors = (author for source in publication.sources for author in source.authors)
    return public_names([*(f"{unit.title}\n{unit.text}" for unit in publication.units), *authors])


def nobody(name: str) -> bool:
    return False


def read(line: str) -> tuple[str, list[Found]]:
    """A sentence with marks as a text and what is to be found in it."""
    text, wanted, position = "", [], 0
    for match in MARKED.finditer(line):
        text += line[position : match.start()]
        wanted.append(Found(match[1], len(text), len(text) + len(match[2])))  # type: ignore[arg-type]
        text, position = text + match[2], match.end()
    return text + line[position:], wanted


@pytest.mark.parametrize("line", WITH_DATA)
def test_personal_data_is_found(line: str, public: Callable[[str], bool]) -> None:
    text, wanted = read(line)
    assert find_personal(text, public) == wanted


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_is_public_stays(text: str, public: Callable[[str], bool]) -> None:
    assert find_personal(text, public) == []


def test_questions_on_the_subject_are_left_alone(publication: Publication, public: Callable[[str], bool]) -> None:
    texts = [entry.question for entry in publication.bank]
    masked = [text for text in texts if find_personal(text, public)]
    assert len(texts) > 1000
    assert len(masked) <= 0.002 * len(texts), masked


def test_names_are_public_only_when_a_publication_prints_them(public: Callable[[str], bool]) -> None:
    question = "Wat schreven Katinka Lünnemann en Anouk Visser?"
    assert find_personal(question, public) == []
    assert [question[start:end] for _, start, end in find_personal(question, nobody)] == ["Katinka Lünnemann", "Anouk Visser"]


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("mevrouw Jansen en mevrouw Lünnemann", ["Jansen"]),
        ("mijn zus Emma", ["Emma"]),
        ("Fatma Visser", ["Fatma Visser"]),
        ("Jan Steketee en Majone Steketee", ["Jan Steketee"]),
    ],
)
def test_a_name_that_many_bear_is_nobody_in_print(text: str, private: list[str], public: Callable[[str], bool]) -> None:
    assert [text[start:end] for _, start, end in find_personal(text, public)] == private


def test_a_mask_says_what_stood_there() -> None:
    text = "Mw. Yılmaz (BSN 123456782, geb. 1-2-1980), 06-12345678, a@b.nl, Molenweg 2a, zaak 2024-0012, "
    text += "NL91ABNA0417164300, 7-VKD-41"
    assert mask(text, find_personal(text, nobody)) == (
        "Mw. ‹naam› (BSN ‹BSN›, geb. ‹geboortedatum›), ‹telefoon›, ‹e-mail›, ‹adres›, zaak ‹zaaknummer›, ‹IBAN›, ‹kenteken›"
    )


@pytest.mark.parametrize("line", WITH_DATA)
def test_what_is_masked_has_nothing_left_to_mask(line: str) -> None:
    masked = mask(read(line)[0], find_personal(read(line)[0], nobody))
    assert mask(masked, find_personal(masked, nobody)) == masked


@given(st.text(max_size=80) | st.lists(st.sampled_from(" ".join(WITH_DATA).split()), max_size=20).map(" ".join))
@settings(deadline=None)
def test_any_text_gives_spans_in_order_and_loses_nothing_else(text: str) -> None:
    found = find_personal(text, nobody)
    edges = [edge for item in found for edge in (item.start, item.end)]
    assert edges == sorted(edges) and all(item.start < item.end <= len(text) for item in found)
    kept = [text[start:end] for start, end in zip([0, *edges[1::2]], [*edges[::2], len(text)], strict=True)]
    rest = mask(text, found)
    for part in kept:
        assert part in rest
    assert len(rest) == sum(map(len, kept)) + sum(len(personal_data()["masks"][item.kind]) for item in found)


@given(st.integers(min_value=10_000_000, max_value=999_999_999))
def test_a_bsn_is_what_passes_the_11_check(number: int) -> None:
    """Against the rule in words: the weighted sum of the first eight digits minus the last is a multiple of eleven."""
    digits = f"{number:09}"
    passes = (sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:8])) - int(digits[8])) % 11 == 0
    assert find_personal(f"BSN {digits}", nobody) == ([Found("bsn", 4, 13)] if passes and len(set(digits)) > 1 else [])


@given(st.integers(min_value=0, max_value=99), st.integers(min_value=0, max_value=10**10 - 1))
def test_an_account_is_what_passes_mod_97(check: int, number: int) -> None:
    """Against the check digits as a bank computes them: 98 minus the remainder, with letters as numbers and 00 at the end."""
    digits = 98 - int(f"18231611{number:010}232100") % 97
    accounts = [item for item in find_personal(f"NL{check:02}INGB{number:010}", nobody) if item.kind == "iban"]
    assert bool(accounts) == ((digits - check) % 97 == 0)


def test_the_score_counts_spans_and_look_alikes() -> None:
    cases = [
        {
            "id": "a",
            "text": "mijn zus Fatima, 06-12345678",
            "spans": [{"kind": "name", "text": "Fatima"}, {"kind": "plate", "text": "06"}],
        },
        {"id": "b", "text": "mijn zus Fatima", "spans": []},
        {"id": "c", "text": "mijn zus", "spans": []},
    ]
    score = score_personal(cases, nobody)
    assert (score.spans, score.found, score.look_alikes, score.masked) == (2, 1, 2, 1)
    assert score.missed == [("a", "plate", "06")] and score.wrong == [("a", "phone", "06-12345678"), ("b", "name", "Fatima")]


def test_every_kind_has_a_mask_and_is_in_these_tests() -> None:
    kinds = set(get_args(Kind))
    assert kinds == set(personal_data()["masks"])
    assert kinds == {item.kind for line in WITH_DATA for item in read(line)[1]}


def test_the_lists_of_names() -> None:
    words = lexicon()
    assert len(words.given) >= 4000
    names = words.words["names"]
    assert names["ordinary"] | names["weak"] <= words.given
    assert not names["ordinary"] & names["weak"]
    assert not (names["ordinary"] | names["weak"] | words.towns) & words.sure


@pytest.mark.parametrize("broken", ["names.toml", "towns.toml", "personal.toml"])
@pytest.mark.parametrize("how", ["missing", "malformed", "empty"])
def test_without_its_data_the_guard_lets_nothing_through(
    broken: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    for path in (Path(lexicon_module.__file__).parents[2] / "prompts").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if how == "missing":
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_text("= [" if how == "malformed" else "", encoding="utf-8")
    monkeypatch.setattr(lexicon_module, "files", lambda package: tmp_path)
    with pytest.raises((OSError, KeyError, tomllib.TOMLDecodeError)):
        find_personal("mijn zus Fatima", nobody)


@pytest.fixture
def fresh() -> Iterator[None]:
    """The data is read anew, in the test and after it."""
    forget()
    yield
    forget()


def forget() -> None:
    lexicon.cache_clear()
    personal_data.cache_clear()


def cpu(action: Callable[[], object], times: int = 3) -> float:
    """Seconds of the processor, the best of some runs: the machine may be busy."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        action()
        spent.append(time.process_time() - begin)
    return min(spent)


def test_a_question_takes_no_time(public: Callable[[str], bool]) -> None:
    question = (
        "Mevrouw Jansen heeft gisteren voor de derde keer gebeld dat ze de melding wil intrekken, ze is bang dat de kinderen "
        "uit huis worden geplaatst. Zij woont op Kerkstraat 12, 3811 CV Amersfoort en haar ex Mehmet Yılmaz rijdt rond met "
        "kenteken KZ-418-T sinds vorige week. Wat staat er in het stuk over die drempel?"
    )
    assert len(question) >= 300 and len(find_personal(question, public)) == 4
    assert cpu(lambda: find_personal(question, public)) < 0.003


def test_the_lists_load_quickly(fresh: None) -> None:
    def load() -> None:
        forget()
        lexicon()

    assert cpu(load) < 0.1


# fmt: off
REPEATED = [
    "a", "1", "1 ", "1.", "1-", "a-", "a.", "A. ", "@", "a@", "x@x.x ", "(at)", "van ", "van de ", "Jan ", "jan ", "Jan, ",
    "mijn zus ", "zaak ", "zaak 1", "zaak nummer ", "dossier a ", "BSN ", "BSN 1", "+31", "00 1", "06-", "0 ", "NL91 ",
    "NL91ABNA", "kenteken ", "kenteken a1 ", "geboren ", "geboren op 1-1-", "1-1-1980, ", "1 mei ", "12-AB-34 ",
    "Astraat 1 ", "Laan van A ", "1234 AB ", "1234 AB 1 ", "'", "'t ", "é", "e\u0301", "\u0301", "İ ", "المرأة ", "王",
    "Fatima-", "Anna's ", "mevrouw van ", "de heer ", "Sandra en ", "De ", "Van der ", "www.", "a.nl/", "https://a",
    "Xq Zq ", "De Xq Zq ", "mei 1 ", "huisnummer 1 ", "12, ", "((", "123456782 ", "C/13/", "jansen, P. ", "-A", "groet, ",
    "Kurt v. Austria ",
]
# fmt: on


@pytest.mark.parametrize("part", REPEATED)
def test_hostile_repetition_takes_linear_time(part: str) -> None:
    text = (part * 2000)[:2000]
    find_personal(text, nobody)
    assert cpu(lambda: find_personal(text, nobody)) < 0.05
