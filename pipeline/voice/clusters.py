"""Topics of many comments: TF-IDF, non-negative factors from a fixed seed, and the merging of those that are one.

Everything is in a fixed order and starts from the policy's seed, so the same comments give the same topics.
"""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.policy.voice import Family, Themes
from pipeline.voice.families import family_of
from pipeline.voice.language import stem, words

TERMS = 3
SHORTEST = 3
Found = tuple[list[int], list[float], tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """One theme: its label, the family of keywords that names it, its leading words, and which comments speak of it."""

    label: str
    family: str | None
    terms: tuple[str, ...]
    members: tuple[int, ...]
    fits: tuple[float, ...]


def modelled(comments: Sequence[str], rules: Themes, families: Mapping[str, Family]) -> list[Topic]:
    """The themes of comments, the most frequent first; a comment that fits none is in none. (voice: Themes)"""
    matrix, vocabulary = _matrix(comments)
    if matrix is None:
        return []
    own = [family_of(comment, families) for comment in comments]
    groups = _merged(matrix, _factors(matrix, rules), own, rules)
    centres = np.array([_centre(matrix, group) for group in groups])
    fits = matrix @ centres.T
    best = fits.argmax(axis=1)
    found: list[Found] = []
    for place in range(len(groups)):
        members = [at for at in range(len(comments)) if best[at] == place and fits[at, place] >= rules.least_fit]
        if len(members) >= rules.least_answers:
            terms = _terms(centres[place], vocabulary, [comments[at] for at in members])
            found.append((members, [float(fits[at, place]) for at in members], terms, _family(members, own)))
    return _labelled(found, families)


def by_keywords(comments: Sequence[str], families: Mapping[str, Family]) -> list[Topic]:
    """The themes of few comments: the keyword families, the most frequent first. (voice: Themes)"""
    own = [family_of(comment, families) for comment in comments]
    found: list[Found] = []
    for name in families:
        members = [at for at, family in enumerate(own) if family == name]
        if members:
            found.append((members, [1.0] * len(members), (), name))
    return _labelled(found, families)


def _matrix(comments: Sequence[str]) -> tuple[Any, list[str]]:
    """Comments by stems as normalised TF-IDF, and the stems; None where no two comments share a word."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    def stems(comment: str) -> list[str]:
        return [stem(word) for word in words(comment) if len(word) >= SHORTEST and word not in ENGLISH_STOP_WORDS]

    shared = Counter(one for comment in comments for one in set(stems(comment)))
    if not any(count > 1 for count in shared.values()):
        return None, []
    vectorizer = TfidfVectorizer(analyzer=stems, min_df=2, sublinear_tf=True)
    matrix = vectorizer.fit_transform(comments).toarray()
    return matrix, list(vectorizer.get_feature_names_out())


def _factors(matrix: Any, rules: Themes) -> list[list[int]]:
    """The comments of each factor: every comment belongs to the factor that explains most of it."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    distinct = len(np.unique(matrix.round(9), axis=0))
    count = max(2, min(rules.most_topics, distinct, *matrix.shape))
    if min(matrix.shape) < 2:
        return [[at for at in range(len(matrix)) if matrix[at].any()]]
    model = NMF(n_components=count, init="nndsvd", random_state=rules.seed, max_iter=600)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = model.fit_transform(matrix) * np.linalg.norm(model.components_, axis=1)
    best, known = weights.argmax(axis=1), weights.max(axis=1) > 1e-9
    groups = [[at for at in range(len(matrix)) if known[at] and best[at] == place] for place in range(count)]
    return [group for group in groups if group]


def _merged(matrix: Any, groups: list[list[int]], own: Sequence[str | None], rules: Themes) -> list[list[int]]:
    """The groups, those that are alike made one: the closest pair first, until none is close enough."""
    while len(groups) > 1:
        centres = np.array([_centre(matrix, group) for group in groups])
        names = [_family(group, own) for group in groups]
        alike = (centres @ centres.T).round(9)
        pairs = [
            (alike[one, two], -one, -two)
            for one in range(len(groups))
            for two in range(one + 1, len(groups))
            if alike[one, two] > _enough(names[one], names[two], rules)
        ]
        if not pairs:
            break
        _, one, two = max(pairs)
        groups[-one] = sorted(groups[-one] + groups.pop(-two))
    return groups


def _enough(one: str | None, two: str | None, rules: Themes) -> float:
    return rules.same_family_over if one is not None and one == two else rules.merge_over


def _centre(matrix: Any, group: Sequence[int]) -> Any:
    middle = matrix[group].mean(axis=0)
    return middle / (np.linalg.norm(middle) or 1.0)


def _family(members: Sequence[int], own: Sequence[str | None]) -> str | None:
    """The family that at least half of the comments belong to."""
    counts = Counter(own[at] for at in members if own[at] is not None)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return ranked[0][0] if ranked and ranked[0][1] * 2 >= len(members) else None


def _terms(centre: Any, vocabulary: Sequence[str], comments: Sequence[str]) -> tuple[str, ...]:
    """The heaviest stems, each as the word that the comments use most."""
    heaviest = sorted(range(len(vocabulary)), key=lambda at: (-round(float(centre[at]), 9), vocabulary[at]))[:TERMS]
    used = Counter(word for comment in comments for word in words(comment))
    said = sorted(used.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        next((word for word, _ in said if stem(word) == vocabulary[at]), vocabulary[at])
        for at in heaviest
        if centre[at] > 0
    )


def _labelled(found: list[Found], families: Mapping[str, Family]) -> list[Topic]:
    """Topics with labels that differ: a family's where it is the first of its kind, with a leading word where not."""
    ranked = sorted(found, key=lambda one: (-len(one[0]), one[0][0]))
    used: set[str] = set()
    topics = []
    for members, fits, terms, family in ranked:
        label = families[family].label if family else ", ".join(terms).capitalize()
        if label in used:
            label = f"{label} ({', '.join(terms)})"
        used.add(label)
        topics.append(Topic(label, family, terms, tuple(members), tuple(fits)))
    return topics
