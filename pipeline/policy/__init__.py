"""The rules of `policy/*.toml` as frozen, typed values: a workspace lays its own over the shipped ones by key."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import UsageError
from pipeline.overlays import Layer, merged, read_layers, where_set
from pipeline.policy.alerts import AlertRule, AlertsPolicy
from pipeline.policy.churn_risk import RISK_BANDS, ChurnRiskPolicy, Factor, RedList, RiskBands, Sign
from pipeline.policy.escalations import EscalationsPolicy
from pipeline.policy.expansion import ExpansionPolicy
from pipeline.policy.health import (
    BANDS,
    Band,
    Bands,
    Category,
    Component,
    Floor,
    HealthPolicy,
    Measure,
    Need,
    Scorecard,
    Step,
    Trend,
)
from pipeline.policy.kpis import Kpi
from pipeline.policy.onboarding import OnboardingPolicy
from pipeline.policy.playbooks import Driver, Play, PlayAction, PlaybooksPolicy
from pipeline.policy.proof import ProofPolicy
from pipeline.policy.raci import RaciPolicy
from pipeline.policy.renewals import RenewalsPolicy
from pipeline.policy.revenue import RevenuePolicy
from pipeline.policy.rules import Comparison, Keys, Rules
from pipeline.policy.segments import Lifecycle, Renewals, Reviews, SegmentsPolicy, Tier
from pipeline.policy.sla import SlaPolicy
from pipeline.policy.voice import VoicePolicy

__all__ = [
    "BANDS",
    "RISK_BANDS",
    "AlertRule",
    "AlertsPolicy",
    "Band",
    "Bands",
    "Category",
    "ChurnRiskPolicy",
    "Comparison",
    "Component",
    "Driver",
    "EscalationsPolicy",
    "ExpansionPolicy",
    "Factor",
    "Floor",
    "HealthPolicy",
    "Keys",
    "Kpi",
    "Lifecycle",
    "Measure",
    "Need",
    "OnboardingPolicy",
    "Play",
    "PlayAction",
    "PlaybooksPolicy",
    "Policy",
    "ProofPolicy",
    "RaciPolicy",
    "RedList",
    "Renewals",
    "RenewalsPolicy",
    "RevenuePolicy",
    "Reviews",
    "RiskBands",
    "Scorecard",
    "SegmentsPolicy",
    "Sign",
    "SlaPolicy",
    "Step",
    "Tier",
    "Trend",
    "VoicePolicy",
    "read_policy",
]


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in force. `origin` says which file and line set each dotted key; `hash` covers the values alone."""

    health: HealthPolicy
    churn_risk: ChurnRiskPolicy
    alerts: AlertsPolicy
    playbooks: PlaybooksPolicy
    raci: RaciPolicy
    segments: SegmentsPolicy
    voice: VoicePolicy
    renewals: RenewalsPolicy
    expansion: ExpansionPolicy
    revenue: RevenuePolicy
    sla: SlaPolicy
    escalations: EscalationsPolicy
    onboarding: OnboardingPolicy
    proof: ProofPolicy
    kpis: dict[str, Kpi]
    hash: str
    origin: Mapping[str, str]


class _Kpis(Rules):
    rows: dict[str, Kpi]


FILES: dict[str, type[Rules]] = {
    "health": HealthPolicy,
    "churn_risk": ChurnRiskPolicy,
    "alerts": AlertsPolicy,
    "playbooks": PlaybooksPolicy,
    "raci": RaciPolicy,
    "segments": SegmentsPolicy,
    "voice": VoicePolicy,
    "renewals": RenewalsPolicy,
    "expansion": ExpansionPolicy,
    "revenue": RevenuePolicy,
    "sla": SlaPolicy,
    "escalations": EscalationsPolicy,
    "onboarding": OnboardingPolicy,
    "proof": ProofPolicy,
    "kpis": _Kpis,
}


def read_policy(shipped: Path, overrides: Path) -> Policy:
    """The shipped rules with those in `overrides` (a folder that may be absent) laid over them by key.

    Raises UsageError naming file, line and key for anything that is not a known rule.
    """
    _require_known_files(overrides)
    values: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, model in FILES.items():
        layers = read_layers(shipped, overrides, name)
        values[name] = merged([layer.values for layer in layers])
        origin |= {key: where for layer in layers for key, where in layer.origin(name).items()}
        rules[name] = _validated(model, {"rows": values[name]} if model is _Kpis else values[name], layers)
    rules["kpis"] = rules["kpis"].rows
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=str, separators=(",", ":")).encode()).hexdigest()
    return Policy(**rules, hash=digest, origin=origin)


def _require_known_files(overrides: Path) -> None:
    for path in sorted(overrides.glob("*.toml")):
        if path.stem not in FILES:
            known = ", ".join(f"{name}.toml" for name in FILES)
            raise UsageError(f"{path}: there is no such policy file", f"Policy files are {known}.")


def _validated(model: type[Rules], values: dict[str, Any], layers: list[Layer]) -> Rules:
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise UsageError(_problem(invalid, layers), "Correct or remove the key; lists are replaced whole.") from invalid


def _problem(invalid: ValidationError, layers: list[Layer]) -> str:
    """The first problem, with the file and line that set it."""
    first = invalid.errors()[0]
    keys = tuple(str(part) for part in first["loc"] if part != "rows")
    message = {"extra_forbidden": "unknown key", "missing": "missing key"}.get(first["type"], first["msg"])
    return f"{where_set(layers, keys)}: {'.'.join(keys)}: {message.removeprefix('Value error, ')}"
