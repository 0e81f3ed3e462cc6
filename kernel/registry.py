"""What apps add to a list that a lower app reads: by name, in the order in which they came."""

from collections.abc import Callable, Iterator, Mapping


class NotRegistered(KeyError):
    """Nothing has that name; the message says which names there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class Registry[T](Mapping[str, T]):
    """A mapping that is filled while the apps load, and only read afterwards.

    ``noun`` is what one entry is called in errors. ``name_of`` gives the name of an entry; without
    it an entry is named by its module and its own name, as functions and classes have them.
    """

    def __init__(self, noun: str, name_of: Callable[[T], str] | None = None) -> None:
        self._noun = noun
        self._name_of = name_of or _qualified_name
        self._entries: dict[str, T] = {}

    def register(self, entry: T) -> T:
        """Add an entry under its own name and return it, so that this is a decorator too.

        Raises ValueError when the name is taken, whoever took it: one of the two would be lost.
        """
        return self.register_as(self._name_of(entry))(entry)

    def register_as(self, name: str) -> Callable[[T], T]:
        """A decorator that adds an entry under this name; otherwise as ``register``."""

        def add(entry: T) -> T:
            if name in self._entries:
                raise ValueError(f"the {self._noun} {name} is registered twice")
            self._entries[name] = entry
            return entry

        return add

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            names = ", ".join(self._entries) or "none"
            raise NotRegistered(f"no {self._noun} {name}; there are: {names}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _qualified_name(entry: object) -> str:
    return f"{entry.__module__}.{entry.__qualname__}"  # type: ignore[attr-defined]
