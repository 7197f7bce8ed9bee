"""The report's numbers: each is taken from a table, and the table's rows are remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.style import check_lang
from cxzy_study.tables import SCHEMAS, InvalidInput

FILLED = "*"
"""As the value of a key: any cell that is not empty."""

_WORDS = {
    "en": "none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty".split(),
    "zh": "零 一 两 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十".split(),
}
_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number as it stands in the report, and where it comes from.

    ``rows`` are numbered from 1, header not counted. ``how`` is ``cell`` (one row), ``sum`` (of a
    column over rows) or ``count`` (of rows). ``anchor`` is the line of the report's appendix that
    names the rows; numbers of one row, and repeated sums and counts, share it.
    """

    number_id: str
    table: str
    key: str
    column: str
    how: str
    rows: tuple[int, ...]
    value: str
    shown: str
    anchor: str


class Ledger:
    """Takes numbers out of tables for one report in one language and keeps the account.

    Parameters
    ----------
    tables
        Tables by name; the ledger reads them and changes none.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], *, glossary: Glossary, lang: str) -> None:
        self.tables = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
        self.glossary = glossary
        self.lang = check_lang(lang)
        self.numbers: list[Number] = []
        self._texts: dict[tuple[str, str], pd.Series] = {}
        self._first: dict[tuple[str, str, str, str], str] = {}

    def find_rows(self, table: str, **key: object) -> pd.DataFrame:
        """Return the rows of *table* whose cells equal *key*; ``""`` finds empty cells, ``"*"`` filled ones."""
        if table not in self.tables:
            raise InvalidInput(f"Invalid table {table!r}: must be one of {', '.join(self.tables)}.")
        frame = self.tables[table]
        strangers = [column for column in key if column not in frame]
        if strangers:
            raise InvalidInput(f"Invalid key of {table!r}: columns must be among {list(frame.columns)}. {strangers}.")
        keep = pd.Series(True, index=frame.index)
        for column, value in key.items():
            cells = self._cells_of(table, column)
            keep &= cells.ne("") if value == FILLED else cells.eq(str(value))
        return frame[keep]

    def _cells_of(self, table: str, column: str) -> pd.Series:
        """Return a column as text; templates ask for the same ones again and again."""
        key = (table, column)
        if key not in self._texts:
            self._texts[key] = self.tables[table][column].map(_cell)
        return self._texts[key]

    def cell(self, table: str, *, column: str, fmt: str = "int", **key: object) -> str:
        """Show the number in *column* of the one row of *table* that *key* names."""
        rows = self._one(table, column, key)
        return self._enter(table, column, "cell", rows, rows[column].iloc[0], fmt, key)

    def total(self, table: str, *, column: str, fmt: str = "int", **key: object) -> str:
        """Show the sum of *column* over the rows that *key* names."""
        rows = self._some(table, key)
        if column not in rows or not pd.api.types.is_numeric_dtype(rows[column]) or rows[column].isna().any():
            raise InvalidInput(f"Invalid column {column!r} of {table!r}: must hold numbers in every row to be summed.")
        return self._enter(table, column, "sum", rows, rows[column].sum(), fmt, key)

    def count(self, table: str, *, fmt: str = "int", **key: object) -> str:
        """Show how many rows *key* names."""
        rows = self._some(table, key)
        return self._enter(table, "", "count", rows, len(rows), fmt, key)

    def fact(self, name: str) -> str:
        """Show a fact of the table ``facts`` (version, hash, date of the study …) in the report's language."""
        return self.cell("facts", column=self.lang, fmt="text", key=name)

    def text(self, table: str, *, column: str, **key: object) -> str:
        """Return a text from a cell. One with digits is refused: a number goes through the account."""
        words = _cell(self._one(table, column, key)[column].iloc[0])
        return check_no_digit(words, f"{table}.{column}")

    def label(self, key: str, **values: object) -> str:
        """Return a term of the glossary; one with digits is refused."""
        return check_no_digit(self.glossary.label(key, self.lang, **values), key)

    def find_top(self, table: str, *, by: str, k: int, least: bool = False, **key: object) -> list[dict[str, str]]:
        """Return the *k* rows with the largest (or least) values of *by*, and those that tie with the last."""
        rows = self._some(table, key)
        rows = rows[rows[by].notna()]
        best = rows[by].nsmallest(k, keep="all") if least else rows[by].nlargest(k, keep="all")
        rows = rows.loc[best.index].sort_values(by, ascending=least, kind="stable")
        return [{c: _cell(v) for c, v in row.items()} for row in rows.to_dict("records")]

    def _some(self, table: str, key: Mapping[str, object]) -> pd.DataFrame:
        rows = self.find_rows(table, **key)
        if rows.empty:
            raise InvalidInput(f"Invalid key of {table!r}: no row has {_spell(key)}.")
        return rows

    def _one(self, table: str, column: str, key: Mapping[str, object]) -> pd.DataFrame:
        rows = self._some(table, key)
        if len(rows) > 1:
            raise InvalidInput(f"Invalid key of {table!r}: {len(rows)} rows have {_spell(key)}, must be one.")
        if column not in rows:
            raise InvalidInput(f"Invalid column {column!r}: must be one of {list(rows.columns)} ({table}).")
        return rows

    def _enter(
        self, table: str, column: str, how: str, rows: pd.DataFrame, value: object, fmt: str, key: Mapping[str, object]
    ) -> str:
        if _cell(value) == "":
            raise InvalidInput(f"Invalid number: {column} is empty where {_spell(key)} in {table!r}.")
        shown = show_number(value, fmt=fmt, lang=self.lang)
        if how == "cell" and table in SCHEMAS and SCHEMAS[table].key:
            key = {name: rows[name].iloc[0] for name in SCHEMAS[table].key}
        number_id = f"n{len(self.numbers) + 1}"
        places = tuple(int(i) + 1 for i in rows.index)
        written = f"{value:.9g}" if isinstance(value, float) else str(value)
        again = self._first.setdefault((table, how, column, _spell(key)), number_id)
        anchor = f"{table}-{places[0]}" if how == "cell" else f"rows-of-{again}"
        number = Number(number_id, table, _spell(key), column, how, places, written, shown, anchor)
        self.numbers.append(number)
        hint = escape(f"{table}: {number.key or how}", quote=True)
        return f'<a class="num" id="{number_id}" href="#{number.anchor}" title="{hint}">{escape(shown)}</a>'


def show_number(value: object, *, fmt: str, lang: str) -> str:
    """Return how a number is printed.

    Parameters
    ----------
    fmt
        ``int`` (1,234), ``word`` (up to twenty, in words), ``percent`` (of a share, whole),
        ``decimal`` (two places), ``date`` (of ISO 8601, as exact as it is), ``sha`` (twelve
        digits) or ``text`` (as it stands).

    Examples
    --------
    >>> show_number(0.345, fmt="percent", lang="en"), show_number("2010-05", fmt="date", lang="zh")
    ('34%', '2010年5月')
    >>> show_number(2, fmt="word", lang="zh")
    '两'
    """
    if fmt in {"int", "word"}:
        if not float(str(value)).is_integer():
            raise InvalidInput(f"Invalid value {value}: must be whole to be printed as {fmt}.")
        n = int(float(str(value)))
    if fmt == "int":
        return f"{n:,}"
    if fmt == "word":
        return _WORDS[lang][n] if n < len(_WORDS[lang]) else f"{n:,}"
    if fmt == "percent":
        return f"{float(str(value)):.0%}"
    if fmt == "decimal":
        return f"{float(str(value)):.2f}"
    if fmt == "date":
        year, month, day = (*str(value).split("-"), "", "")[:3]
        if lang == "zh":
            return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")
        return " ".join([*([str(int(day))] if day else []), *([_MONTHS[int(month) - 1]] if month else []), year])
    if fmt == "sha":
        return str(value)[:12]
    if fmt == "text":
        return str(value)
    raise InvalidInput(f"Invalid fmt {fmt!r}: must be int, word, percent, decimal, date, sha or text.")


def check_no_digit(words: str, where: str) -> str:
    """Return *words* if no digit stands in them."""
    if any(c.isdigit() for c in words):
        raise InvalidInput(f"Invalid text of {where}: a number in the report must come through the ledger. {words!r}.")
    return words


def frame_numbers(ledgers: Mapping[str, Ledger]) -> pd.DataFrame:
    """Return the account of all numbers, a row a number of a report, by language in order of appearance.

    Returns
    -------
    pandas.DataFrame
        lang, number_id, table, key (``column=value``, joined by ``;``), column, how, rows (joined
        by ``;``), value (as in the table, or computed), shown.
    """
    names = ["number_id", "table", "key", "column", "how", "rows", "value", "shown"]
    rows = [
        {"lang": lang, **{name: getattr(n, name) for name in names}, "rows": ";".join(map(str, n.rows))}
        for lang, ledger in ledgers.items()
        for n in ledger.numbers
    ]
    return pd.DataFrame(rows, columns=["lang", *names])


def _cell(value: object) -> str:
    """Return a cell as text; unknown is empty."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    return str(value)


def _spell(key: Mapping[str, object]) -> str:
    return ";".join(f"{name}={value}" for name, value in key.items())
