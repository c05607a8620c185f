"""Themes: planted ones are found again, by the model in many comments and by keywords in few; quotes name nobody."""

import random
import re

import pytest

from pipeline.voice.clusters import by_keywords, modelled
from pipeline.voice.language import is_english
from pipeline.voice.redaction import known, redacted
from tests.rules.voice_books import RULES, Asked

PLANTED = {
    "promoter": {
        "scanner": (
            ["scanner", "handheld", "barcode", "counting"],
            ["The {0} makes {1} a pleasure", "Love how the {0} and the {1} work", "Our {1} is done since the {0} came"],
        ),
        "planning": (
            ["forecast", "planning", "reorder", "seasonal"],
            [
                "The {0} view gives us better {1}",
                "We rely on {0} for all our {1}",
                "Its {1} and {0} are the best we had",
            ],
        ),
    },
    "detractor": {
        "sync": (
            ["sync", "connector", "duplicate", "webhook"],
            [
                "The {0} fails and leaves a {1} behind",
                "Every {1} needs another {0} by hand",
                "A broken {0}, then the {1} again",
            ],
        ),
        "bill": (
            ["invoice", "overcharged", "billing", "refund"],
            ["We were {0} and wait for the {1}", "The {1} is wrong and the {0} too", "Another {0} problem, no {1} yet"],
        ),
    },
}
SMALL_TALK = ["Nothing to add really", "See my earlier remarks", "No comment at present", "Ask my colleague"]


def planted(groups, count, seed):
    """(comment, theme) pairs: four in five speak of a planted theme, the rest of nothing."""
    dice, rows = random.Random(seed), []
    for number in range(count):
        if number % 10 == 9:
            rows.append((dice.choice(SMALL_TALK), None))
            continue
        theme = sorted(groups)[number % 2]
        words, forms = groups[theme]
        rows.append((dice.choice(forms).format(*dice.sample(words, 2)), theme))
    dice.shuffle(rows)
    return rows


def recovered(topics, rows, theme):
    """Precision and recall of the topic that speaks of a planted theme most."""
    own = {at for at, (_, planted_theme) in enumerate(rows) if planted_theme == theme}
    best = max(topics, key=lambda topic: len(own & set(topic.members)))
    hits = len(own & set(best.members))
    return hits / len(best.members), hits / len(own)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("group", ["promoter", "detractor"])
def test_two_planted_themes_of_a_group_are_recovered_with_precision_and_recall_of_four_fifths(group, seed):
    rows = planted(PLANTED[group], 160, seed)
    topics = modelled([text for text, _ in rows], RULES.themes, RULES.families)
    for theme in PLANTED[group]:
        precision, recall = recovered(topics, rows, theme)
        assert min(precision, recall) >= 0.8, (theme, [(t.label, len(t.members)) for t in topics])


def test_the_model_finds_the_same_themes_at_every_run_and_in_every_copy_of_the_comments():
    texts = [text for text, _ in planted(PLANTED["detractor"], 160, 7)]
    runs = [modelled(list(texts), RULES.themes, RULES.families) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.parametrize("group", ["promoter", "detractor"])
def test_planted_themes_of_few_comments_are_found_by_their_keywords(group):
    forms = {
        "promoter": {
            "support": ["Support is quick and friendly", "The helpdesk always answers", "Great support team"],
            "integrations": ["The API is a joy", "Import and export just work", "Every connector runs"],
        },
        "detractor": {
            "price": ["Too expensive for us", "The price went up again", "Billing is a mess"],
            "performance": ["The app crashes daily", "Slow, and the outage cost us a day", "One bug after the other"],
        },
    }[group]
    rows = [(text, theme) for theme, texts in forms.items() for text in texts * 10]
    topics = by_keywords([text for text, _ in rows], RULES.families)
    for theme in forms:
        precision, recall = recovered(topics, rows, theme)
        assert min(precision, recall) >= 0.8, (theme, topics)


def asked_with(comments, score=10):
    asked = Asked()
    for number, text in enumerate(comments):
        asked.account(f"a{number:04}", arr=100)
        asked.answer(f"a{number:04}", score, comment=text, follow_up_consent=True)
    return asked


def test_a_hundred_comments_are_read_by_keywords_and_more_by_the_model():
    for count, method in ((100, "keywords"), (101, "model")):
        texts = [f"The support is quick {'and kind' if number % 2 else 'today'}" for number in range(count)]
        themes = asked_with(texts).heard().feedback_themes.filter(kind="theme")
        assert themes.get_column("method").unique().to_list() == [method]


def test_a_theme_has_its_share_of_comments_the_arr_behind_it_and_two_quotes_of_two_accounts():
    asked = asked_with(
        ["The price is high", "Pricing is unclear", "Support is slow to answer", "Good morning all"], score=2
    )
    asked.answer("a0000", 3, comment="Another word on the price", follow_up_consent=False)
    row = asked.heard().feedback_themes.filter(family="price").row(0, named=True)
    assert (row["nps_group"], row["answers"], row["of_answers"], row["share_pct"]) == ("detractor", 3, 5, 60)
    assert (row["accounts"], int(row["arr"])) == (2, 200)
    assert {row["quote_1"], row["quote_2"]} == {"The price is high", "Pricing is unclear"}


def test_other_languages_are_kept_and_counted_and_never_a_theme():
    texts = [
        "Der Preis ist zu hoch und der Support auch",
        "Le prix est trop élevé pour nous",
        "価格が高い",
        "The price is high",
    ]
    themes = asked_with(texts, 2).heard().feedback_themes
    other = themes.filter(kind="other_language").row(0, named=True)
    assert (other["answers"], other["share_pct"], other["quote_1"]) == (3, 75, None)
    assert themes.filter(kind="theme").get_column("answers").to_list() == [1]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Support is quick and friendly.", True),
        ("Great", True),
        ("OK", True),
        ("Sehr übersichtlich, die Schulung war gut.", False),
        ("Réceptions plus rapides, merci à l'équipe.", False),
        ("Molto utile per il nostro lavoro", False),
        ("Отлично работает", False),
        ("Über", False),
        ("The café in the office likes it", True),
    ],
)
def test_a_comment_is_english_unless_its_letters_or_its_small_words_say_otherwise(text, english):
    assert is_english(text, RULES.themes) is english


def test_reasons_that_were_ticked_are_counted_each():
    asked = Asked().answer("a", 9, reasons="Support; Ease of use").answer("a", 10, reasons="Support").answer("b", 9)
    rows = (
        asked.heard().feedback_themes.filter(kind="reason").select("theme", "answers", "share_pct", "accounts").rows()
    )
    assert rows == [("Support", 2, 100.0, 1), ("Ease of use", 1, 50.0, 1)]


def test_anonymous_answers_and_those_without_consent_are_never_quoted():
    asked = Asked().answer("a", 2, comment="The price is high", is_anonymous=True, follow_up_consent=True)
    asked.answer("b", 2, comment="Price again")
    row = asked.heard().feedback_themes.filter(family="price").row(0, named=True)
    assert (row["answers"], row["accounts"], row["quote_1"]) == (2, 1, None)


NAMES = ["Jane Doe", "Renée O'Brien", "Juan-Carlos Núñez"]


def on_file():
    asked = Asked().account("a", account_name="Norby Foods", csm="Cem Yildiz")
    asked.give("contacts", account_id="a", full_name="Ottilie Marsh", contact_id="1")
    asked.give("contacts", account_id="a", full_name="Bo Lund", contact_id="2")
    return known(asked.book(), RULES, ["the support was slow", "training is fine"])


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            "Call me at +1 (555) 010-2345 or write to jo.b+x@acme-shop.example",
            "Call me at [phone] or write to [e-mail]",
        ),
        ("Ottilie was great", "[name] was great"),
        ("Please ask ottilie marsh about it", "Please ask [name] about it"),
        ("Our CSM Cem Yildiz helped", "Our CSM [name] helped"),
        ("Norby Foods is happy", "[name] is happy"),
        ("Thanks to Jane Doe in London", "Thanks to [name] in [name]"),
        ("Maria from support was rude", "[name] from support was rude"),
        ("Jane Doe never answers", "[name] never answers"),
        ("I asked Pete. Nothing came.", "I asked [name]. Nothing came."),
        ("See https://acme.example/x?y=1 for more", "See [link] for more"),
        ("Support was slow, 24 hours on 3 days", "Support was slow, 24 hours on 3 days"),
        ("The API broke in March 2026, since 1.2.3", "The API broke in March 2026, since 1.2.3"),
        ("Tel. 030/123 45 67", "Tel. [phone]"),
        ("Since 2026-06-26 555 123 4567 rings", "Since [phone] rings"),
        ("Since 2026-06-26 it rings", "Since 2026-06-26 it rings"),
        ("I'm Bo's colleague", "I'm [name] colleague"),
    ],
)
def test_names_addresses_numbers_and_links_give_way_to_placeholders(text, safe):
    assert redacted(text, on_file()) == safe


def test_no_quote_carries_a_name_an_address_or_a_number():
    told = [
        f"The price is too high, says {name}, {at}@firm.example, +49 30 123456{at}" for at, name in enumerate(NAMES)
    ]
    heard = asked_with(told, 2).heard()
    quotes = " ".join(
        quote for row in heard.feedback_themes.select("quote_1", "quote_2").rows() for quote in row if quote
    )
    assert quotes
    assert "@" not in quotes
    assert not re.search(r"\d{4}", quotes)
    assert not any(part in quotes for name in NAMES for part in name.split())
