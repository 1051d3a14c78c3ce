"""Lifetime value, churn and profiles on the command line, of a shop that was imported."""

import csv
import io
import json
from pathlib import Path

from tests.support.commands import NOBODY, Run, made
from tests.support.regulars import regulars

DAY = ("--as_of", "2026-05-16")


def files(folder: Path) -> tuple[Path, Path]:
    """The customers and orders of the regulars, as files that `daybook import` reads."""
    keys = {customer.id: customer.details.reference for customer in regulars().customers}
    customers, orders = folder / "customers.csv", folder / "orders.csv"
    customers.write_text("reference,name\n" + "".join(f"{key},Reader {key}\n" for key in keys.values()))
    rows = [
        f"O-{number},{keys[one.customer_id]},{one.placed_at.isoformat()},EUR,{one.lines[0].sku},1,"
        f"{one.lines[0].unit_price}\n"
        for number, one in enumerate(regulars().orders)
        if one.customer_id is not None
    ]
    orders.write_text("reference,customer,placed_at,currency,sku,quantity,unit_price\n" + "".join(rows))
    return customers, orders


def test_models_of_an_imported_shop(daybook: Run, tmp_path: Path) -> None:
    for file in files(tmp_path):
        code, _, error = daybook("import", str(file))
        assert code == 0, error
    value = made(daybook, "analytics", "lifetime-value", *DAY, "--limit", "3", "--holdout-weeks", "13")
    assert (value["data"]["customers"], len(value["data"]["top"])) == (250, 3)
    assert value["data"]["calibration"]["holdout_weeks"] == 13
    code, out, error = daybook("analytics", "lifetime-value", *DAY, "--limit", "3", "--format", "csv")
    assert (code, [row["rank"] for row in csv.DictReader(io.StringIO(out))]) == (0, ["1", "2", "3"])
    assert value["answer_digest"] not in error, "another holdout is another answer"
    shown = daybook("analytics", "lifetime-value", *DAY)[1]
    assert "calibration" in shown
    held = value["data"]["calibration"]
    code, out, _ = daybook("analytics", "lifetime-value", *DAY, "--holdout-weeks", "13", "--plot")
    assert (code, max(map(len, out.splitlines())) <= 100) == (0, True)
    assert all(
        f"predicted {row['predicted']:.2f}" in out and f"actual {row['actual']:.2f}" in out for row in held["rows"]
    )
    assert f"{held['customers']} customers: {held['predicted']:.0f} predicted, {held['actual']} actual" in out
    code, out, _ = daybook("analytics", "lifetime-value", *DAY, "--holdout-weeks", "500", "--plot")
    assert (code, out.startswith("no calibration: before ")) == (0, True)
    bands = daybook("analytics", "churn", *DAY, "--format", "csv")[1]
    assert sum(int(row["customers"]) for row in csv.DictReader(io.StringIO(bands))) == 250
    code, out, _ = daybook("analytics", "churn-customers", *DAY, "--late", "yes", "--format", "ndjson")
    assert all(json.loads(line)["late"] for line in out.splitlines())

    first = value["data"]["top"][0]
    profile = made(daybook, "customers", "profile", first["id"], *DAY)
    assert profile["analytics"]["data"]["value"]["lifetime_value"] == first["lifetime_value"]
    assert profile["customer"]["reference"] == first["key"]
    code, out, error = daybook("customers", "profile", first["id"], *DAY)
    assert (code, first["key"] in out) == (0, True)
    assert error.startswith("as of 2026-05-16, from postgres, sha256:")
    assert daybook("customers", "profile", NOBODY)[0] == 3
    assert daybook("customers", "profile", first["id"], "--colour", "red")[0] == 2
    verification = made(daybook, "analytics", "verify", "--backends", "memory,postgres")
    assert verification["agree"] is True
