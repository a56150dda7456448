"""How an address names a row of the database: `{id:row}` in the table of URLs."""

from starlette.convertors import Convertor, register_url_convertor


class _Row(Convertor[int]):
    """A whole number that a row can have, as people would write it; anything else is an address that there is not."""

    regex = "[1-9][0-9]{0,17}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return it as it stands in an address."""
        return str(value)


register_url_convertor("row", _Row())
