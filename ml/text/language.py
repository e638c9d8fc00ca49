"""Which language a text is written in, as far as it takes to know that it is not English.

Words of grammar give a language away: they are a third to a half of any running text, and few are shared. A text
counts as English where enough of its words are English words of grammar, and more than of any other language known
here. The lists are ours: some sixty common words a language, without accents, since many people type without.
Letters outside Latin script decide before any word does. Code, lists of names and word salad have too few words of
grammar in any language.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

#: Of English prose about half the words are words of grammar; fewer than this share are no English prose.
FEWEST = 0.2
#: Letters up to here are Latin, accents included.
_LATIN = "\u0250"

GRAMMAR = {
    language: frozenset(words.split())
    for language, words in {
        "German": "der die das und ist nicht ich zu mit sie ein eine einen einem einer es wir auf fur von den dem "
        "des im auch sich habe hat haben war waren wie aber oder wenn dass als noch nach bei aus so wird werden "
        "kann mir mich mein meine ihr uns durch uber um weil dann nur schon sehr was man",
        "French": "le la les de des du et est je que qui dans pour pas sur avec une un ce cette ces il elle nous "
        "vous ils au aux mais ou ne se son sa ses mon ma mes plus par comme tout etait avait ai ont suis tres "
        "bien fait quand aussi leur en y si donc etre avoir chez meme",
        "Spanish": "el la los las de y que en un una es no por con para mi me se su lo como mas pero muy al del "
        "yo le ha he fue era cuando porque este esta esto todo tambien hay sobre entre desde hasta donde nos "
        "tengo tenia sin ser son estoy cada si mis sus",
        "Italian": "il lo la gli le di e che in un una per con non mi si ho ha sono era come ma piu anche del "
        "della dei nel nella alla al io ci se quando perche questo questa molto tutto fare stato dal dalla sul "
        "loro mio mia ed essere abbiamo cosi dove ogni poi",
        "Portuguese": "o os as de e que em um uma nao por com para meu minha me se mais mas como do da dos das no "
        "na eu foi era muito quando porque este esta isso tambem sobre ate onde tenho tinha sem ser sao estou "
        "cada ao pelo pela ele ela nos tem voce fazer seu sua",
        "Dutch": "de het een en van ik niet dat die in met voor op te zijn aan er maar om ook als bij nog wel "
        "naar dan hij ze we mijn heb heeft had was waren wordt worden kan uit over door deze dit geen meer zo "
        "wat hoe omdat toen veel goed jij je ons hun",
        "Polish": "i w na z do nie sie to jest ze a o za co jak ale po od przez dla juz tylko czy mnie moj moja "
        "ja ty my byl byla bylo ktory ktora ktore tak jego jej ich bardzo ten ta tego gdy kiedy jeszcze przy "
        "nad pod bez oraz lub wiec mam ma sa bo tam tym nas",
        "Swedish": "och att det som en jag pa ar av for med den till inte ett om men har de hade var vi mig min "
        "mitt sa kan han hon nar eller fran skulle ska vid ocksa efter mycket bara dem du sig blev nu man varje "
        "dar hur alla mer detta denna vad",
        "Danish or Norwegian": "og at det som en jeg pa er av af for med den til ikke et om men har de hadde "
        "havde var vi meg mig min mitt mit sa kan han hun nar eller fra skulle skal ved ogsa etter efter mye "
        "meget bare dem du seg sig ble blev na nu man hver der hvor alle mer dette denne hva hvad",
        "Finnish": "ja on ei se etta oli mutta kun niin minun mina olen ole ovat tai joka hyvin myos vain han me "
        "te he jos kuin sen tama nyt sitten mita siita minulla meidan hanen jossa kanssa olla ollut viela koska "
        "aina mukaan jotka",
        "Czech or Slovak": "a v na se je ze do to s z ale jsem jsme by si jako pro za po od byl byla bylo tak co "
        "kdyz ktery ktera ktere jeho jeji jen aby nebo uz mi me muj moje velmi som sme sa ako pre aj alebo bol "
        "bola bolo ked ktory len uz moj veľmi nie podla",
        "Hungarian": "a az es hogy nem is egy van volt de meg csak mint ha en mar ezt azt vagy mert nagyon lesz "
        "ki be el fel le meg minden amikor akkor itt ott nekem vagyok voltam lehet kell sem olyan pedig mi ok",
        "Romanian": "si de la in cu nu este o un pe ca sa din pentru mai care sunt era am a au fost dar sau ce "
        "cand foarte lui ei eu mea meu mi ne se prin dupa acest aceasta tot toate ale al despre fara daca unde "
        "avea",
        "Turkish": "ve bir bu da de icin ile cok ne ama gibi daha ben sen o biz var yok olarak olan her en kadar "
        "sonra ki mi benim bana beni onun ise veya degil oldu olduk cunku nasil zaman iki sey tum",
        "Indonesian or Malay": "yang dan di ke dari ini itu dengan untuk saya tidak ada adalah kami mereka dia "
        "akan pada juga sudah bisa dalam atau karena seperti lebih kita oleh sangat telah hanya menjadi banyak "
        "saat",
        "Latin": "et in est non ut ad cum sed qui quae quod ex ab de ac aut si enim nec per sunt esse hoc ipsum "
        "dolor sit amet sed eiusmod tempor labore magna",
    }.items()
}
#: English words of grammar, without those of one letter that other languages share.
ENGLISH = frozenset(
    """the of and to in is was it that for on you with as he she they we at by this have has had from or but not are
    were be been my your his her our their its an i a me him them us if so do did does what when where which who
    how why would could should can will just about like because there then than up out into over after before
    some any all more very no am being these those also only other such while though until between through again
    much many own too know think go get really well""".split()
)


def share_of_grammar(words: Iterable[str]) -> dict[str, float]:
    """Of a text's words (any case) the share (0..1) that are words of grammar, for each language; {} of no words."""
    counts = Counter(_plain(word) for word in words)
    total = counts.total()
    if not total:
        return {}
    lists = {"English": ENGLISH, **GRAMMAR}
    return {name: sum(counts[word] for word in found) / total for name, found in lists.items()}


def other_than_english(text: str, words: list[str]) -> str | None:
    """The language that a text is written in, or "another language" where that cannot be told; None for English.

    ``text`` is what was written, cleaned, ``words`` its words."""
    letters = [character for character in text[:20_000] if character.isalpha()]
    if sum(character < _LATIN for character in letters) < len(letters) / 2:
        return "another script"
    shares = share_of_grammar(words)
    english = shares.pop("English", 0.0)
    likeliest = max(shares, key=shares.__getitem__, default="another language")
    most = shares.get(likeliest, 0.0)
    if most > english:
        return likeliest if most >= FEWEST / 2 else "another language"
    return None if english >= FEWEST else "another language"


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    word = word.lower().replace("ł", "l").replace("ø", "o").replace("ß", "ss").replace("æ", "ae").replace("ı", "i")
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
