"""A bad scenario gives one sentence that names the file, the key and the remedy."""

import pytest
import yaml

from sandbox.scenario import DEFAULT, INCIDENT_SIZES, SCENARIOS, ScenarioError, load

GOOD = yaml.safe_load((SCENARIOS / "small.yml").read_text(encoding="utf-8"))


def refusal(tmp_path, text):
    path = tmp_path / "scenario.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_is_good(path):
    assert load(path).brands


def test_there_is_an_example_of_each_kind_of_incident():
    assert sorted(one.kind for one in load(SCENARIOS / "incidents.yml").incidents) == sorted(INCIDENT_SIZES)


def test_the_default_is_two_brands_over_two_whole_months():
    scenario = load()
    assert DEFAULT.name == "default.yml"
    assert ([b.brand_id for b in scenario.brands], scenario.start.isoformat(), scenario.end.isoformat()) == (
        ["aozora", "nordlicht"], "2026-07-01", "2026-09-01",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sead": 1}, "FILE: sead: Extra inputs are not permitted; remove it or correct its spelling."),
        ({"seed": None}, "FILE: seed: Input should be a valid integer; docs/sandbox.md says what is allowed."),
        (
            {"incidents": [{"kind": "viral", "account": "7", "start": "2026-07-03"}]},
            "FILE: the file: incidents.0.account: 7 is no native id, brand_id or platform of this file; "
            "docs/sandbox.md says what is allowed.",
        ),
        (
            {"incidents": [{"kind": "access", "account": "aozora", "start": "2026-07-03", "size": 3}]},
            "FILE: incidents.0: size of a access incident must be between 0 and 1;",
        ),
        (
            {"incidents": [{"kind": "viral", "account": "aozora", "start": "2027-07-03"}]},
            "FILE: the file: incidents.0.start: 2027-07-03 is outside of the world's days; "
            "docs/sandbox.md says what is allowed.",
        ),
        (
            {"brands": [{**GOOD["brands"][0], "zone": "Asia/Kolkata"}]},
            "FILE: brands.0.zone: has midnights between whole UTC hours: take a zone of whole hours; "
            "docs/sandbox.md says what is allowed.",
        ),
        (
            {"brands": [GOOD["brands"][0], GOOD["brands"][0]]},
            "FILE: the file: brands: 1500000000000000101 is used twice, give each its own id; "
            "docs/sandbox.md says what is allowed.",
        ),
        (
            {"faults": [{"source": "x", "path": "/2/*", "what": "explode"}]},
            "FILE: faults.0: fault what 'explode' is none of",
        ),
    ],
)
def test_a_bad_key_is_named_with_its_remedy(tmp_path, change, sentence):
    assert refusal(tmp_path, yaml.safe_dump({**GOOD, **change})).startswith(sentence)


def test_a_missing_key_is_named_with_its_remedy(tmp_path):
    document = {key: value for key, value in GOOD.items() if key != "start"}
    assert refusal(tmp_path, yaml.safe_dump(document)) == "FILE: start: Field required; add it."


def test_a_file_that_is_not_yaml_is_named_with_its_line(tmp_path):
    assert refusal(tmp_path, "seed: 1\n  days: [") == "FILE: is not YAML at line 2; correct it there."


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.yml: cannot be read \(No such file or directory\)"):
        load(tmp_path / "none.yml")
