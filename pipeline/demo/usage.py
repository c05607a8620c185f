"""Daily product usage per tenant and feature, in batches of accounts, as the analytics tool exports it."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.company import FEATURES, Account
from pipeline.demo.days import add_months, day_text, is_business_day
from pipeline.demo.dice import Floats, sigmoid
from pipeline.demo.story import Story

KEYS = [feature[0] for feature in FEATURES]
POPULARITY = np.array([0.9, 0.72, 0.6, 0.42, 0.5, 0.4, 0.36, 0.3, 0.42, 0.38, 0.26, 0.2, 0.24])
DEPTH = np.array([6.0, 5.0, 4.5, 4.0, 2.2, 3.0, 4.0, 9.0, 3.0, 4.0, 2.4, 1.8, 1.9])
TOTAL = len(KEYS)
MONTHS_WITHOUT = 6
BATCH = 60


def usage_batches(story: Story, until: int) -> Iterator[pl.DataFrame]:
    """Rows of tenant_id, date, feature, active_users, event_count up to the day, sorted, some accounts at a time."""
    served = sorted({stay.account for stay in story.stays})
    for start in range(0, len(served), BATCH):
        accounts = [story.accounts[index] for index in served[start : start + BATCH]]
        yield _rows(story, accounts, np.arange(add_months(story.first_day, MONTHS_WITHOUT), until + 1))


def _rows(story: Story, accounts: list[Account], days: NDArray[np.int64]) -> pl.DataFrame:
    users = _daily_users(story, accounts, days)
    by_feature = _feature_users(story, accounts, days, users)
    events = _events(story, accounts, days, by_feature)
    users_of_day = np.maximum(users, by_feature.max(axis=2))
    all_users = np.concatenate([by_feature, users_of_day[:, :, None]], axis=2)
    all_events = np.concatenate([events, events.sum(axis=2, keepdims=True)], axis=2)
    who, day, feature = np.nonzero(all_users)
    names = pl.Series(["", *KEYS]).gather((feature + 1) % (TOTAL + 1))
    tenants = pl.Series([account.tenant for account in accounts])
    frame = pl.DataFrame({"who": who, "day": days[day], "feature": names, "order": feature})
    frame = frame.with_columns(
        tenant_id=tenants.gather(who),
        date=day_text("day"),
        active_users=pl.Series(all_users[who, day, feature]),
        event_count=pl.Series(np.maximum(all_events, 1)[who, day, feature]),
    )
    return frame.sort("who", "day", "order").select("tenant_id", "date", "feature", "active_users", "event_count")


def _daily_users(story: Story, accounts: list[Account], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Accounts by days: people who logged in; weekends and holidays are quiet, troubled accounts have dark days."""
    who = np.array([account.index for account in accounts])[:, None]
    seats = np.array([account.seats for account in accounts])[:, None]
    vigor = _vigor(story, who, days)
    business = is_business_day(days)[None, :]
    share = 0.82 * sigmoid(1.35 * vigor + 0.1) * np.where(business, 1.0, 0.02)
    ramp = np.clip((days[None, :] - story.live_days()[who] + 45) / 45, 0.15, 1.0)
    noise = np.exp(0.09 * story.dice.normal("users", who, days[None, :]))
    is_bright = story.dice.uniform("bright", who, days[None, :]) < sigmoid(2.5 + 2.0 * vigor + 0.008 * seats)
    expected = seats * share * ramp * noise * is_bright
    users = np.floor(expected + story.dice.uniform("round", who, days[None, :])).astype(np.int64)
    counted: NDArray[np.int64] = np.minimum(users, seats) * story.served(who, days[None, :])
    return counted


def _vigor(story: Story, who: NDArray[np.int64], days: NDArray[np.int64]) -> Floats:
    """Vigor on each day, drawn straight from week to week."""
    exact = (days - story.life.first_day) / 7.0
    week = np.clip(exact.astype(np.int64), 1, story.life.vigor.shape[1] - 1)
    part = exact - week
    rows = who[:, 0]
    before, now = story.life.vigor[rows][:, week - 1], story.life.vigor[rows][:, week]
    result: Floats = before + (now - before) * part[None, :]
    return result


def _feature_users(
    story: Story, accounts: list[Account], days: NDArray[np.int64], users: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Accounts by days by features: an account uses the features of its plan from the most to the least adopted."""
    who = np.array([account.index for account in accounts])[:, None]
    vigor = _vigor(story, who, days)
    reach = 0.27 + 0.80 * sigmoid(1.6 * vigor + 0.55)
    result = np.zeros((*users.shape, TOTAL), dtype=np.int64)
    rank = _ranks(story, accounts)
    for feature in range(TOTAL):
        adopted = rank[:, feature, None] < reach
        expected = users * POPULARITY[feature] * (0.75 + 0.25 * sigmoid(vigor)) * adopted
        noise = story.dice.uniform("feature", who, days[None, :], feature)
        result[:, :, feature] = np.minimum(np.floor(expected * (0.8 + 0.4 * noise) + (noise * 97) % 1), users)
    return result


def _ranks(story: Story, accounts: list[Account]) -> Floats:
    """Accounts by features: place of the feature in the account's order of adoption, over 1 when not in its plan."""
    rank = np.full((len(accounts), TOTAL), 9.0)
    who = np.array([account.index for account in accounts])[:, None]
    taste = POPULARITY[None, :] + 0.25 * story.dice.normal("taste", who, np.arange(TOTAL)[None, :])
    for row, account in enumerate(accounts):
        held = np.array([KEYS.index(key) for key in account.features])
        order = held[np.argsort(-taste[row, held], kind="stable")]
        rank[row, order] = (np.arange(len(order)) + 0.5) / len(order)
    return rank


def _events(
    story: Story, accounts: list[Account], days: NDArray[np.int64], by_feature: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Events: users times a depth that differs by account and a little by mood."""
    who = np.array([account.index for account in accounts])[:, None]
    depth = np.exp(0.10 * story.dice.normal("depth", who) + 0.11 * _vigor(story, who, days))
    noise = np.exp(0.06 * story.dice.normal("events", who, days[None, :]))
    rows: NDArray[np.int64] = np.ceil(by_feature * (depth * noise)[:, :, None] * DEPTH[None, None, :]).astype(np.int64)
    return rows
