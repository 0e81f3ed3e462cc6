"""Letters of other alphabets that look like Latin ones (after Unicode's UTS 39, for names)."""

import unicodedata

# By the Latin letter; folded, since a small letter may differ where the capital looks the same.
_LOOK_ALIKES = {
    "a": "\u0430\u03b1\u0251\u237a\u15c5\ua4ee\u13aa",
    "b": "\u0432\u03b2\u042c\u044c\u0184\ua4d0\u13f4\u13cf\u15af",
    "c": "\u0441\u03f2\u1d04\u2ca5\ua4da\u13df",
    "d": "\u0501\u13e7\u146f\ua4d3\u13a0",
    "e": "\u0435\u03b5\u0454\u04bd\u212e\ua4f0\u13ac\u2c78",
    "f": "\u0192\u03dd\u1e9d\ua799\ua4dd\u0584",
    "g": "\u0261\u0581\u050d\u13c0\ua4d6",
    "h": "\u04bb\u043d\u0570\u03b7\u13bb\ua4e7\u2c8f",
    "i": "\u0456\u03b9\u0131\u0269\u04cf\u2c93\ua647\u13a5\u2170",
    "j": "\u0458\u03f3\u0575\u13ab\ua4d9",
    "k": "\u043a\u03ba\u2c95\u13e6\ua4d7\u0138",
    "l": "\u2c96\u2c97\u13de\ua4e1\u053c\u056c",
    "m": "\u043c\u03bc\u00b5\u2c99\u13b7\ua4df",
    "n": "\u03bd\u0578\u057c\u2c9b\ua4e0\u0274",
    "o": "\u043e\u03bf\u0585\u1d0f\u2c9f\ua4f3\u0ae6\u101d\u0d20\u0d82\u10ff",
    "p": "\u0440\u03c1\u03f1\u2ca3\u13e2\ua4d1",
    "q": "\u051b\u0563\u0566",
    "r": "\u0433\u1d26\u2c85\u13a1\ua4e3\u0280",
    "s": "\u0455\ua731\u13d5\u13da\ua4e2\u054f\u0572",
    "t": "\u0442\u03c4\u2ca7\u13a2\ua4d4\u1d1b",
    "u": "\u057d\u1d1c\u028b\u144c\ua4f4\u054d",
    "v": "\u0475\u1d20\u13d9\ua4e6\u0474",
    "w": "\u051d\u1d21\u0561\u13b3\ua4ea\u0448\u0449",
    "x": "\u0445\u03c7\u2cad\u166e\ua4eb\u2179",
    "y": "\u0443\u03c5\u04af\u03b3\u028f\u2ca9\u13a9\u13bd\ua4ec",
    "z": "\u03b6\u1d22\u2c8d\u13c3\ua4dc",
}

_TO_LATIN = str.maketrans(
    {
        form: latin
        for latin, letters in _LOOK_ALIKES.items()
        for letter in letters
        for form in (letter, letter.upper(), letter.casefold())
        if len(form) == 1 and not form.isascii()
    }
)


def skeleton(text: str) -> str:
    """The same for texts that look alike: in one coding, in small letters, in Latin ones."""
    # Before and after folding: some letters fold to one that looks otherwise.
    folded = unicodedata.normalize("NFKC", text.translate(_TO_LATIN)).casefold()
    folded = unicodedata.normalize("NFD", folded).translate(_TO_LATIN)
    return unicodedata.normalize("NFC", folded)
