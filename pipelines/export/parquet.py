"""Tables as Parquet: typed columns for pandas, Polars, DuckDB, Arrow and Hugging Face datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO

from pipelines.errors import InputError
from pipelines.export.tables import Column

ROWS = 10_000  # in memory at once, and in a row group


def to_parquet(columns: Sequence[Column], rows: Iterable[Sequence[Any]], out: BinaryIO) -> int:
    """The number of rows written; text is string, INTEGER int64, REAL double, compressed with zstd.

    Raises ``InputError`` where pyarrow is not installed.
    """
    arrow, parquet = pyarrow_modules()
    kinds = {"TEXT": arrow.string(), "INTEGER": arrow.int64(), "REAL": arrow.float64()}
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in columns])
    n = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            arrays = [
                arrow.array(values, field.type) for values, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            n += len(batch)
    return n


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    source = iter(rows)
    while batch := list(islice(source, ROWS)):
        yield batch


def pyarrow_modules() -> tuple[ModuleType, ModuleType]:
    """``pyarrow`` and ``pyarrow.parquet``; raises ``InputError`` where they are not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InputError("Parquet needs pyarrow: in the checkout, run  pip install -e '.[parquet]'") from error
    return pyarrow, parquet
