"""Hypothesis strategies made from our types: any value that a struct may hold, whatever it means."""

from typing import Any

import msgspec
import msgspec.inspect as inspect
from hypothesis import strategies as st

from ringdesk.ops import Row
from ringdesk.safetext import SafeLines, SafeText

LETTERS: st.SearchStrategy[str] = st.characters(exclude_categories=["Cs"])


def values_of(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as msgspec sees it."""
    return _values(inspect.type_info(shape))


def rows_of(shape: type[Row]) -> st.SearchStrategy[Any]:
    """Rows of a kind."""
    return values_of(shape)


def _struct(info: inspect.StructType) -> st.SearchStrategy[Any]:
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for field in info.fields:
        values = _values(field.type)
        if not field.required and field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
            values |= st.just(msgspec.UNSET)  # `inspect` shows the default UNSET as no default at all
        fields[field.name] = values
    return st.builds(info.cls, **fields)


def _text(info: inspect.StrType) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=info.min_length or 0, max_size=min(info.max_length or 40, 40))


def _values(info: inspect.Type) -> st.SearchStrategy[Any]:  # one case a type
    match info:
        case inspect.StructType():
            return _struct(info)
        case inspect.UnionType():
            return st.one_of([_values(kind) for kind in info.types if _holds_values(kind)])
        case inspect.StrType():
            return _text(info)
        case inspect.IntType():
            return st.integers(info.ge if info.ge is not None else -(2**53), info.le if info.le is not None else 2**53)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.LiteralType():
            return st.sampled_from(info.values)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.VarTupleType():
            return st.lists(_values(info.item_type), max_size=3).map(tuple)
        case inspect.TupleType():
            return st.tuples(*(_values(item) for item in info.item_types))
        case inspect.DictType():
            return st.dictionaries(_values(info.key_type), _values(info.value_type), max_size=3)
        case inspect.RawType():
            return st.just(msgspec.Raw(b'{"id":"n1","text":"\xe9\x99\xb3"}'))
        case inspect.CustomType(cls=cls) if cls in (SafeText, SafeLines):
            return st.text(LETTERS, max_size=40).map(cls)
    raise AssertionError(f"no values for {info}")


def _holds_values(info: inspect.Type) -> bool:
    return not (isinstance(info, inspect.CustomType) and info.cls is msgspec.UnsetType)
