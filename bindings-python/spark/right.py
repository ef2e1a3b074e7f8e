"""Code that type checkers must accept. mypy and pyright check it strictly; it never runs."""

from __future__ import annotations

from typing import Dict

import koodrive
import koodrive.spark
from pyspark.sql import DataFrame


def credentials() -> Dict[str, str]:
    return {"token": "t"}


def notify(frame: DataFrame, client: koodrive.Client) -> DataFrame:
    return koodrive.spark.notify(
        frame,
        client.settings,
        path="outcomes",
        credentials=credentials,
        keys=["row"],
        rate=100,
        tasks=2,
        transport=dict,
        repeats_are_safe=True,
        timeout=3,
    ).where("verdict = 'unknown'")
