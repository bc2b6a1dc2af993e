"""Canonical octets rewritten tag by tag with generated prefixes: the work of the SMEV 3 transform."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from signing.reasons import Reason, Refusal

# A start tag with attributes that stay as they are: no prefix, no declaration, and no name outside the Basic
# Multilingual Plane, where the order of octets (canonical XML) and of UTF-16 code units (Java) part.
_PLAIN = re.compile(rb'([^ >/]+)((?: (?!xmlns[=:])[^ =:\xf0-\xf4]+="[^"]*")+)>')
# Slash, name, declarations, attributes as above, all others.
_TAG = re.compile(
    rb'(/?)([^ >]+)((?: xmlns(?::[^ =]+)?="[^"]*")*)((?: [^ =:\xf0-\xf4]+="[^"]*")*)((?: [^ =]+="[^"]*")*)>'
)
_DECLARATION = re.compile(rb' xmlns:?([^ =]*)="([^"]*)"')
_ASTRAL = re.compile(rb"[\xf0-\xf4]")
_ATTRIBUTE = re.compile(rb' (?:([^ =:]+):)?([^ =:]+)="([^"]*)"')


@dataclass(slots=True)
class _Scope:
    """What an element with namespace declarations changed, to be undone at its end.

    Attributes:
        name: Its name with the source prefix.
        names: Written tags of the scope around.
        shadowed: Source prefixes that it declared, with what they meant before.
        created: Namespaces that it gave a prefix.
        nested: Elements of the same name open within, outside of any inner scope.
    """

    name: bytes
    names: dict[bytes, bytes | _Leaf]
    shadowed: list[tuple[bytes, bytes]]
    created: list[bytes] = field(default_factory=list)
    nested: int = 0


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An element without attributes or children that brings a prefix for its own namespace only.

    Attributes:
        end: Its end tag in the source, without `<`.
        local: What stands between two numbers of its start tag.
        namespace: What follows the second number.
        close: What follows the number in its end tag.
    """

    end: bytes
    local: bytes
    namespace: bytes
    close: bytes


class Rewriter:
    """One pass over canonical octets.

    A tag without declarations is always written alike within one scope, so `_names` keeps it by its source;
    only the name of the element that opened the scope is never kept, because its end tag may close the
    scope. Canonical octets make that sound: they declare a prefix on the element that first uses it, so that
    a tag without declarations never needs a new one.
    """

    def __init__(self, octets: bytes) -> None:
        # The empty piece after the last tag is what a look ahead finds there.
        self._pieces = [*octets.split(b"<"), b""]
        self._names: dict[bytes, bytes | _Leaf] = {b"": b""}
        self._namespaces: dict[bytes, bytes] = {}
        self._prefixes: dict[bytes, bytes] = {}
        self._scopes: list[_Scope] = []
        self._count = 0
        self._opening = False

    def rewrite(self) -> bytes:
        """The octets after the transform.

        Raises:
            Refusal: SIG_FORMAT for what the transform does not define, and for octets that are seen not to
                be canonical.
        """
        if self._pieces[0] or len(self._pieces) <= 2:
            raise _not_canonical()
        written: list[bytes] = []
        put = written.append
        names = self._names
        for place, piece in enumerate(self._pieces):
            head, _, text = piece.partition(b">")
            tag = names.get(head)
            if not isinstance(tag, bytes):
                tag, text = self._tag(place, piece, tag, text)
                names = self._names
            put(tag)
            if text and not text.isspace():
                put(text)
        if self._scopes:
            raise _not_canonical()
        return b"".join(written)

    def _tag(self, place: int, piece: bytes, leaf: _Leaf | None, text: bytes) -> tuple[bytes, bytes]:
        """A tag that is not written yet in this scope or cannot be kept, and the text after it."""
        if leaf is not None and self._pieces[place + 1].startswith(leaf.end):
            return self._repeat(place, leaf, text)
        match = _PLAIN.match(piece)
        if match is not None:
            known = self._names.get(match[1])
            if isinstance(known, bytes):
                return known[:-1] + match[2] + b">", piece[match.end() :]
        match = _TAG.match(piece)
        if match is None:
            raise _not_canonical()
        slash, name, declarations, plain, others = match.groups()
        text = piece[match.end() :]
        if slash:
            return self._end(name), text
        if declarations:
            return self._declaring(place, match, text)
        written = self._start(name, plain, others)
        if self._scopes[-1].name == name:
            self._scopes[-1].nested += 1
        elif not (plain or others):
            self._names[name] = written
        return written, text

    def _end(self, name: bytes) -> bytes:
        written = b"</" + self._name(name) + b">"
        scope = self._scopes[-1]
        if scope.name != name:
            self._names[b"/" + name] = written
        elif scope.nested:
            scope.nested -= 1
        else:
            self._leave()
        return written

    def _declaring(self, place: int, match: re.Match[bytes], text: bytes) -> tuple[bytes, bytes]:
        """A start tag that opens a scope; when nothing is in the element, the whole element."""
        _, name, declarations, plain, others = match.groups()
        declared = _DECLARATION.findall(declarations)
        around = self._names
        shadowed = [(prefix, self._namespaces.get(prefix, b"")) for prefix, _ in declared]
        self._namespaces.update(declared)
        self._scopes.append(_Scope(name, around, shadowed))
        self._names = {b"": b""}
        self._opening = True
        written = self._start(name, plain, others)
        self._opening = False
        end = b"/" + name + b">"
        following = self._pieces[place + 1]
        if not following.startswith(end):
            return written, text
        if not (plain or others) and len(declared) == 1:
            self._remember(name + declarations, around, end)
        written += _shown(text) + b"</" + self._name(name) + b">"
        self._leave()
        self._pieces[place + 1] = b""
        return written, following[len(end) :]

    def _remember(self, source: bytes, names: dict[bytes, bytes | _Leaf], end: bytes) -> None:
        created = self._scopes[-1].created
        if created:
            local = self._scopes[-1].name.rpartition(b":")[2]
            close = b":" + local + b">"
            names[source] = _Leaf(
                end, b":" + local + b" xmlns:ns", b'="' + _escaped(created[0]) + b'">', close
            )

    def _repeat(self, place: int, leaf: _Leaf, text: bytes) -> tuple[bytes, bytes]:
        """A whole element, and the text after it."""
        following = self._pieces[place + 1]
        self._pieces[place + 1] = b""
        self._count += 1
        number = b"%d" % self._count
        parts = (
            b"<ns", number, leaf.local, number, leaf.namespace, _shown(text), b"</ns", number, leaf.close,
        )  # fmt: skip
        return b"".join(parts), following[len(leaf.end) :]

    def _leave(self) -> None:
        scope = self._scopes.pop()
        self._names = scope.names
        for namespace in scope.created:
            del self._prefixes[namespace]
        self._namespaces.update(scope.shadowed)

    def _start(self, name: bytes, plain: bytes, others: bytes) -> bytes:
        """A start tag, with the declarations of the prefixes that it brings."""
        before = self._count
        tag = self._name(name)
        if others:
            plain = (
                self._qualified(others) + plain
                if _ASTRAL.search(others) is None
                else self._sorted(plain + others)
            )
        if self._count == before:
            return b"<" + tag + plain + b">"
        declared = [
            b' xmlns:ns%d="%s"' % (number, _escaped(namespace))
            for number, namespace in enumerate(self._scopes[-1].created, before + 1)
        ]
        return b"<" + tag + b"".join(declared) + plain + b">"

    def _qualified(self, source: bytes) -> bytes:
        """Qualified attributes, which stand in their order already."""
        return b"".join(
            [
                b' %s:%s="%s"' % (self._prefix(self._attribute_namespace(prefix)), local, value)
                for prefix, local, value in _ATTRIBUTE.findall(source)
            ]
        )

    def _sorted(self, source: bytes) -> bytes:
        """Attributes put in order, qualified ones first."""
        resolved = [
            (not prefix, self._attribute_namespace(prefix) if prefix else b"", local, value)
            for prefix, local, value in _ATTRIBUTE.findall(source)
        ]
        resolved.sort(key=lambda one: (one[0], one[1], one[2].decode().encode("utf-16-be")))
        return b"".join(
            [
                b' %s="%s"' % (local if plain else self._prefix(namespace) + b":" + local, value)
                for plain, namespace, local, value in resolved
            ]
        )

    def _name(self, name: bytes) -> bytes:
        prefix, _, local = name.rpartition(b":")
        return self._prefix(self._namespace(prefix)) + b":" + local

    def _prefix(self, namespace: bytes) -> bytes:
        """Prefix of a namespace, given now when it has none and a scope is being opened."""
        known = self._prefixes.get(namespace)
        if known is not None:
            return known
        if not self._opening:
            raise _not_canonical()
        self._count += 1
        prefix = self._prefixes[namespace] = b"ns%d" % self._count
        self._scopes[-1].created.append(namespace)
        return prefix

    def _namespace(self, prefix: bytes) -> bytes:
        namespace = self._namespaces.get(prefix)
        if not namespace:
            raise refusal("трансформация СМЭВ не определена для элементов без пространства имён")
        # libxml2 writes a declaration as it is, so that an ampersand in it cannot be told from an escape.
        if b"&#x" in namespace:
            raise refusal("адрес пространства имён не может быть записан в канонической форме")
        return namespace

    def _attribute_namespace(self, prefix: bytes) -> bytes:
        if prefix == b"xml":
            raise refusal("трансформация СМЭВ не определена для атрибутов xml:*")
        return self._namespace(prefix)


def refusal(cause: str) -> Refusal:
    """A SIG_FORMAT refusal with its Russian cause."""
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})


def _shown(text: bytes) -> bytes:
    return b"" if text.isspace() else text


def _escaped(namespace: bytes) -> bytes:
    """A namespace as an attribute value; no other character that needs an escape may be in an URI."""
    return namespace.replace(b"&", b"&amp;")


def _not_canonical() -> Refusal:
    return refusal("это не каноническая форма одного элемента")
