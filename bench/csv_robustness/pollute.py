"""An own set of polluted files in Pollock's layout, made from one clean invented table.

Every kind of pollution is one function that yields variants: the bytes, the table that a perfect reader would load, and
what differs in the parameters. The pollution is undone in the clean table: a merged cell is two again, a stray quote
is part of its cell, a preamble is gone.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.csv_robustness.cases import Rows
from bench.csv_robustness.clean_table import (
    HEADER,
    TABLE,
    Marks,
    hexed,
    joined,
    values_of,
    written,
    written_cell,
    written_line,
    written_lines,
)  # fmt: skip

SPOTS = (0, 1, 2, 9, 23, 40)


@dataclass(frozen=True, slots=True)
class Variant:
    """One polluted file."""

    name: str
    content: bytes
    clean: Rows
    parameters: dict[str, Any] = field(default_factory=dict)


def write_set(folder: Path) -> int:
    """Write every variant to `folder`; how many there are."""
    for part in ("csv", "clean", "parameters"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    count = 0
    for variant in variants():
        count += 1
        (folder / "csv" / variant.name).write_bytes(variant.content)
        with (folder / "clean" / variant.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, dialect="unix").writerows(variant.clean)
        told = json.dumps(_parameters(variant), indent=1)
        (folder / "parameters" / f"{variant.name}_parameters.json").write_text(told, encoding="utf-8")
    return count


def variants() -> Iterator[Variant]:
    """Every polluted file, in a fixed order."""
    yield Variant("source.csv", written(TABLE), values_of(TABLE))
    for kind in KINDS:
        yield from kind()


def _parameters(variant: Variant) -> dict[str, Any]:
    plain: dict[str, Any] = {"encoding": "utf-8", "delimiter": ",", "quotechar": '"', "escapechar": '"'}
    plain |= {"row_delimiter": "\r\n", "header_lines": 1, "preamble_lines": 0, "footnote_lines": 0}
    plain |= variant.parameters
    names = variant.clean[0] if variant.clean and plain["header_lines"] else []
    return {"column_names": names, "n_columns": len(variant.clean[0]) if variant.clean else 0, **plain}


def _one_line(name: str, at: int, line: str, clean: Rows | None = None, **told: Any) -> Variant:
    lines = written_lines()
    lines[at] = line
    return Variant(name, joined(lines), clean or values_of(TABLE), told)


def _separators() -> Iterator[Variant]:
    """A delimiter too few before a cell, or one too many."""
    for at in SPOTS:
        cells = [written_cell(cell, Marks()) for cell in TABLE[at]]
        for place in range(len(cells)):
            more = ",".join([*cells[:place], "", *cells[place:]])
            yield _one_line(f"row_more_sep_row{at}_col{place}.csv", at, more)
            if place:
                less = ",".join(cells[:place]) + ",".join(cells[place:])
                yield _one_line(f"row_less_sep_row{at}_col{place}.csv", at, less)


def _quotes() -> Iterator[Variant]:
    """A quote too many at the start of a cell, or in its middle."""
    for at in SPOTS:
        for place, (value, is_quoted) in enumerate(TABLE[at]):
            cells = [written_cell(cell, Marks()) for cell in TABLE[at]]
            cells[place] = '""' + cells[place][1:] if is_quoted else '"' + cells[place]
            clean = values_of(TABLE)
            clean[at][place] = '"' + value
            yield _one_line(f"row_extra_quote{at}_col{place}.csv", at, ",".join(cells), clean)
    for at in SPOTS[1:]:
        cells = [written_cell(cell, Marks()) for cell in TABLE[at]]
        cells[3] = cells[3][:2] + '"' + cells[3][2:]
        clean = values_of(TABLE)
        clean[at][3] = cells[3]
        yield _one_line(f"row_inner_quote{at}_col3.csv", at, ",".join(cells), clean)


def _row_marks() -> Iterator[Variant]:
    """One line written with other marks than the rest."""
    for at in SPOTS:
        for mark in (" ", ";"):
            yield _one_line(f"row_field_delimiter_{at}_{hexed(mark)}.csv", at, written_line(TABLE[at], Marks(mark)))
        other = [(value, True) for value, _ in TABLE[at]]
        yield _one_line(f"row_quotation_mark_{at}_0x27.csv", at, written_line(other, Marks(quote="'")))
        yield _one_line(f"row_escape_char_{at}_0x5C.csv", at, written_line(other, Marks(escape="\\")))
        for line_end in ("\n", "\r"):
            lines = [line + "\r\n" for line in written_lines()]
            lines[at] = lines[at][:-2] + line_end
            name = f"row_record_delimiter_{at}_{hexed(line_end)}.csv"
            yield Variant(name, "".join(lines).encode(), values_of(TABLE))


def _row_lengths() -> Iterator[Variant]:
    """A line that is empty, cut off after four cells, or twice as long."""
    for at in SPOTS[1:]:
        line = written_line(TABLE[at], Marks())
        without = [row for number, row in enumerate(values_of(TABLE)) if number != at]
        yield _one_line(f"row_n_fields_{at}_empty.csv", at, "", without)
        yield _one_line(f"row_n_fields_{at}_less.csv", at, written_line(TABLE[at][:4], Marks()))
        yield _one_line(f"row_n_fields_{at}_more.csv", at, line + "," + line)


def _delimiters() -> Iterator[Variant]:
    """Another delimiter throughout."""
    for mark in (";", "|", "\t", " ", ":", ", ", "; ", "\t\t", "||", "\\t", "^", "~"):
        told = {"delimiter": mark}
        table = [[(value, is_quoted or mark in value) for value, is_quoted in row] for row in TABLE]
        yield Variant(f"file_field_delimiter_{hexed(mark)}.csv", written(table, Marks(mark)), values_of(TABLE), told)


def _quotation() -> Iterator[Variant]:
    """Another quote or escape throughout, every cell quoted, or none."""
    for quote in ("'", '" '):
        told = {"quotechar": quote, "escapechar": quote[0]}
        clean = values_of(TABLE) if len(quote) == 1 else _padded()
        yield Variant(f"file_quotation_char_{hexed(quote)}.csv", written(TABLE, Marks(quote=quote)), clean, told)
    yield Variant(
        "file_escape_char_0x5C.csv", written(TABLE, Marks(escape="\\")), values_of(TABLE), {"escapechar": "\\"}
    )
    yield Variant("file_escape_char_0x00.csv", written(TABLE, Marks(escape="")), values_of(TABLE), {"escapechar": ""})
    everything = [[(value, True) for value, _ in row] for row in TABLE]
    yield Variant("file_quoted_all.csv", written(everything), values_of(TABLE))
    nothing = [[(value, False) for value, _ in row] for row in TABLE]
    told = {"delimiter": "\t"}
    yield Variant("file_quoted_none_0x9.csv", written(nothing, Marks("\t")), values_of(TABLE), told)


def _padded() -> Rows:
    """The table as it reads when quotes come with a space inside them, which belongs to the cell."""
    return [[f" {value} " if is_quoted else value for value, is_quoted in row] for row in TABLE]


def _line_ends() -> Iterator[Variant]:
    """Other line ends, mixed ones, and too few or too many at the end."""
    for line_end in ("\n", "\r"):
        told = {"row_delimiter": line_end}
        content = written(TABLE, Marks(line_end=line_end))
        yield Variant(f"file_record_delimiter_{hexed(line_end)}.csv", content, values_of(TABLE), told)
    mixed = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate(written_lines()))
    yield Variant("file_record_delimiter_mixed.csv", mixed.encode(), values_of(TABLE))
    yield Variant("file_no_trailing_newline.csv", written(TABLE)[:-2], values_of(TABLE))
    yield Variant("file_double_trailing_newline.csv", written(TABLE) + b"\r\n", values_of(TABLE))


def _around() -> Iterator[Variant]:
    """Lines above and below the table, as wide as it is or not, set off by an empty line or not."""
    for count in (1, 3):
        for words, is_wide in (("delimited", True), ("bare", False)):
            for gap, has_gap in (("", False), ("_empty_row", True)):
                tail = "," * (len(HEADER) - 1) if is_wide else ""
                lines = [f"Exported for review, part {n}".replace(",", "") + tail for n in range(count)]
                empty = [tail] if has_gap else []
                told = count + has_gap
                yield Variant(
                    f"file_preamble_{count}_{words}{gap}.csv",
                    joined([*lines, *empty, *written_lines()]),
                    values_of(TABLE),
                    {"preamble_lines": told},
                )
                yield Variant(
                    f"file_footnote_{count}_{words}{gap}.csv",
                    joined([*written_lines(), *empty, *lines]),
                    values_of(TABLE),
                    {"footnote_lines": told if is_wide else 0},
                )


def _tables() -> Iterator[Variant]:
    """A second table below the first, narrower, as wide, or wider."""
    second = [["week", "calls", "mails", "visits", "a", "b", "c", "d", "e", "f", "g"]]
    second += [[str(place * 10 + number) for place in range(11)] for number in range(1, 13)]
    for kind, width in (("less", 6), ("same", 9), ("more", 11)):
        for gap in ("", "_separated"):
            lines = [*written_lines(), *([""] if gap else []), *(",".join(row[:width]) for row in second)]
            yield Variant(f"file_multitable_{kind}{gap}.csv", joined(lines), values_of(TABLE))


def _headers() -> Iterator[Variant]:
    """No header, several, odd ones, and files of which little is left."""
    values, lines = values_of(TABLE), written_lines()
    yield Variant("file_no_header.csv", joined(lines[1:]), values[1:], {"header_lines": 0})
    for count in (2, 3):
        clean = [[" ".join([name] * count) for name in HEADER], *values[1:]]
        content = joined([lines[0]] * (count - 1) + lines)
        yield Variant(f"file_header_multirow_{count}.csv", content, clean, {"header_lines": count})
    yield Variant("file_no_payload.csv", b"", [], {"header_lines": 0, "delimiter": "", "quotechar": ""})
    yield Variant("file_header_only.csv", joined(lines[:1]), values[:1])
    yield Variant("file_one_data_row.csv", joined(lines[:2]), values[:2])
    for kind, place, name in (("empty", 2, ""), ("nonunique", 1, "account_id"), ("nonalnum", 4, "na/m%e®")):
        header = [name if at == place else one for at, one in enumerate(HEADER)]
        yield Variant(f"column_header_{kind}.csv", joined([",".join(header), *lines[1:]]), [header, *values[1:]])
    long = [*HEADER[:-1], "x" * 100_000]
    yield Variant("column_header_large.csv", joined([",".join(long), *lines[1:]]), [long, *values[1:]])
    trailing = [[*row, ""] for row in values]
    yield Variant("file_trailing_delimiter.csv", joined([line + "," for line in lines]), trailing)


def _encodings() -> Iterator[Variant]:
    """Other encodings, and bytes that belong to none."""
    values = values_of(TABLE)
    values[2][8], values[5][8] = "Zoë Müller", "José Peña"
    lines = [",".join(written_cell((value, quoted), Marks()) for value, (_, quoted) in zip(row, cells, strict=True))
             for row, cells in zip(values, TABLE, strict=True)]  # fmt: skip
    text = "".join(line + "\r\n" for line in lines)
    for name in ("utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-32"):
        yield Variant(f"file_encoding_{name}.csv", text.encode(name), values, {"encoding": name})
    mixed = [line.encode("cp1252" if at == 5 else "utf-8") for at, line in enumerate(lines)]
    yield Variant("file_encoding_mixed.csv", b"".join(line + b"\r\n" for line in mixed), values)
    nul = written(TABLE).replace(b"Quiet", b"Qui\0et")
    yield Variant("file_nul.csv", nul, values_of(TABLE))


def _sizes() -> Iterator[Variant]:
    """One column, a thousand columns, and one very long cell."""
    values = values_of(TABLE)
    yield Variant("file_num_columns_1.csv", joined([row[0] for row in values]), [row[:1] for row in values])
    wide = [[*row, *(f"{row[0]}{at}" for at in range(1000))] for row in values]
    yield Variant("file_num_columns_1009.csv", joined([",".join(row[:4] + row[9:]) for row in wide]),
                  [row[:4] + row[9:] for row in wide])  # fmt: skip
    long = [list(row) for row in values]
    long[3][6] = "lorem " * 15_000
    table = [[(value, '"' in value or "," in value) for value in row] for row in long]
    yield Variant("file_long_cell.csv", written(table), long)


KINDS: tuple[Callable[[], Iterator[Variant]], ...] = (
    _separators, _quotes, _row_marks, _row_lengths, _delimiters, _quotation, _line_ends, _around, _tables, _headers,
    _encodings, _sizes,
)  # fmt: skip
