"""Canonical octets rewritten tag by tag with generated prefixes: the work of the SMEV 3 transform."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from signing.reasons import Reason, Refusal

# A start tag with attributes that stay as they are: no prefix, no declaration, and no name outside the Basic
# Multilingual Plane, where the order of octets (canonical XML) and of UTF-16 code units (Java) part.
_PLAIN = re.compile(rb'([^ >/]+)((?: (?!xmlns[=:])[^ =:\xf0-\xf4]+="[^"]*")+)>')
# A start tag: name, declarations, attributes as above, all others.
_TAG = re.compile(
    rb'([^ >/]+)((?: xmlns(?::[^ =]+)?="[^"]*")*)((?: [^ =:\xf0-\xf4]+="[^"]*")*)((?: [^ =]+="[^"]*")*)>'
)
_DECLARATION = re.compile(rb' xmlns:?([^ =]*)="([^"]*)"')
_ASTRAL = re.compile(rb"[\xf0-\xf4]")
_ATTRIBUTE = re.compile(rb' (?:([^ =:]+):)?([^ =:]+)="([^"]*)"')


@dataclass(slots=True)
class _Scope:
    """What an element with namespace declarations changed, to be undone at its end.

    Attributes:
        name: Its name with the source prefix.
        around: The kind of the scope around.
        shadowed: Source prefixes that it declared, with what they meant before.
        created: Namespaces that it gave a prefix.
        nested: Elements of the same name open within, outside of any inner scope.
    """

    name: bytes
    around: _Kind
    shadowed: list[tuple[bytes, bytes]]
    created: list[bytes] = field(default_factory=list)
    nested: int = 0


@dataclass(slots=True)
class _Kind:
    """What is known of all scopes that were opened alike, in scopes of one kind: all but their numbers.

    Attributes:
        tags: Tags by their source, without angle brackets: as written, or to be put together.
        kinds: Kinds of the scopes within, by name, declarations and namespaces that got a prefix.
    """

    tags: dict[bytes, bytes | _Tag | _Opening] = field(default_factory=lambda: {b"": b""})
    kinds: dict[tuple[bytes, ...], _Kind] = field(default_factory=dict)


class _Tag(NamedTuple):
    """A tag without attributes whose prefix changes from scope to scope.

    Attributes:
        opening: What stands before the prefix.
        place: Place of the prefix among those that live.
        local: What follows it.
    """

    opening: bytes
    place: int
    local: bytes


@dataclass(frozen=True, slots=True)
class _Opening:
    """An element with one declaration, which brings a prefix for its own namespace and nothing else.

    Attributes:
        name: Its name with the source prefix.
        prefix: The source prefix.
        namespace: The namespace.
        start: What follows the prefix in its start tag, up to the number in the declaration.
        declared: What follows that number, up to the attributes.
        close: What follows the prefix in its end tag.
        kind: The kind of its scope.
    """

    name: bytes
    prefix: bytes
    namespace: bytes
    start: bytes
    declared: bytes
    close: bytes
    kind: _Kind


class Rewriter:
    """One pass over canonical octets.

    A tag without declarations is always written alike within one scope, and but for the number in other
    scopes of its kind, so the kind keeps it by its source; only the name of the element that opened the
    scope is never kept, because its end tag may close the scope. Canonical octets make that sound: they
    declare a prefix on the element that first uses it, so that a tag without declarations never needs a new
    one.
    """

    def __init__(self, octets: bytes) -> None:
        # The empty piece after the last tag is what a look ahead finds there.
        self._pieces = [*octets.split(b"<"), b""]
        self._kind = _Kind()
        # Namespaces by source prefix, places by namespace, prefixes by place.
        self._namespaces: dict[bytes, bytes] = {}
        self._places: dict[bytes, int] = {}
        self._live: list[bytes] = []
        # So many of them are the root's, which no other scope is like.
        self._fixed = 0
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
        tags = self._kind.tags
        live = self._live
        for place, piece in enumerate(self._pieces):
            head, _, text = piece.partition(b">")
            tag = tags.get(head)
            if isinstance(tag, bytes):
                put(tag)
            elif isinstance(tag, _Tag):
                put(tag[0])
                put(live[tag[1]])
                put(tag[2])
            else:
                tag, text = self._tag(place, piece, head, tag)
                tags = self._kind.tags
                put(tag)
            if text and not text.isspace():
                put(text)
        if self._scopes:
            raise _not_canonical()
        return b"".join(written)

    def _tag(self, place: int, piece: bytes, head: bytes, known: _Opening | None) -> tuple[bytes, bytes]:
        """A tag that is not written yet in this scope or cannot be kept, and the text after it."""
        text = piece[len(head) + 1 :]
        if known is not None:
            return self._reopened(place, known, b"", text)
        if b" " not in head:
            if len(head) == len(piece):
                raise _not_canonical()
            return (self._end(head[1:]) if head.startswith(b"/") else self._simple(head)), text
        match = _PLAIN.match(piece)
        if match is not None:
            kept = self._kind.tags.get(match[1])
            tag = self._simple(match[1]) if kept is None or isinstance(kept, _Opening) else self._shown(kept)
            return tag[:-1] + match[2] + b">", piece[match.end() :]
        match = _TAG.match(piece)
        if match is None:
            raise _not_canonical()
        name, declarations, plain, others = match.groups()
        text = piece[match.end() :]
        if declarations:
            opened = None if others else self._kind.tags.get(name + declarations)
            if isinstance(opened, _Opening):
                return self._reopened(place, opened, plain, text)
            return self._declaring(place, match, text)
        self._nest(name)
        return self._start(name, plain, others), text

    def _nest(self, name: bytes) -> bool:
        """Count an element if its end tag could be taken for the one that closes the scope."""
        if not self._scopes:
            raise _no_namespace()
        scope = self._scopes[-1]
        scope.nested += scope.name == name
        return scope.name == name

    def _simple(self, name: bytes) -> bytes:
        """A start tag without attributes, kept for the next time."""
        tag = self._kept(b"<", name)
        if not self._nest(name):
            self._kind.tags[name] = tag
        return self._shown(tag)

    def _kept(self, opening: bytes, name: bytes) -> bytes | _Tag:
        prefix, _, local = name.rpartition(b":")
        place = self._place(self._namespace(prefix))
        tag = _Tag(opening, place, b":" + local + b">")
        return self._shown(tag) if place < self._fixed else tag

    def _shown(self, tag: bytes | _Tag) -> bytes:
        return tag if isinstance(tag, bytes) else tag.opening + self._live[tag.place] + tag.local

    def _end(self, name: bytes) -> bytes:
        tag = self._kept(b"</", name)
        written = self._shown(tag)
        scope = self._scopes[-1]
        if scope.name != name:
            self._kind.tags[b"/" + name] = tag
        elif scope.nested:
            scope.nested -= 1
        else:
            self._leave()
        return written

    def _declaring(self, place: int, match: re.Match[bytes], text: bytes) -> tuple[bytes, bytes]:
        """A start tag that opens a scope; when nothing is in the element, the whole element."""
        name, declarations, plain, others = match.groups()
        declared = _DECLARATION.findall(declarations)
        if self._count and not self._scopes:
            raise _not_canonical()
        shadowed = [(prefix, self._namespaces.get(prefix, b"")) for prefix, _ in declared]
        self._namespaces.update(declared)
        scope = _Scope(name, self._kind, shadowed)
        self._scopes.append(scope)
        self._opening = True
        written = self._start(name, plain, others)
        self._opening = False
        if self._fixed and len(declared) == 1 and declared[0][1:] == tuple(scope.created):
            self._remember(name, declarations, declared[0])
        end = b"/" + name + b">"
        following = self._pieces[place + 1]
        if following.startswith(end):
            written += _unless_blank(text) + b"</" + self._name(name) + b">"
            self._pieces[place + 1] = b""
            self._leave()
            return written, following[len(end) :]
        self._fixed = self._fixed or len(self._live)
        self._kind = self._within(name, declarations, *scope.created)
        return written, text

    def _within(self, *key: bytes) -> _Kind:
        """The kind of a scope opened so in the present one."""
        kind = self._kind.kinds.get(key)
        if kind is None:
            kind = self._kind.kinds[key] = _Kind()
        return kind

    def _remember(self, name: bytes, declarations: bytes, declared: tuple[bytes, bytes]) -> None:
        prefix, namespace = declared
        if name.rpartition(b":")[0] == prefix:
            local = b":" + name.rpartition(b":")[2]
            start, value = local + b" xmlns:", b'="' + _escaped(namespace) + b'"'
            kind = self._within(name, declarations, namespace)
            opening = _Opening(name, prefix, namespace, start, value, local + b">", kind)
            self._kind.tags[name + declarations] = opening

    def _reopened(self, place: int, opening: _Opening, plain: bytes, text: bytes) -> tuple[bytes, bytes]:
        """A start tag as there was one before; when nothing is in the element, the whole element."""
        self._count += 1
        prefix = b"ns%d" % self._count
        written = b"".join((b"<", prefix, opening.start, prefix, opening.declared, plain, b">"))
        following = self._pieces[place + 1]
        end = b"/" + opening.name + b">"
        if following.startswith(end):
            self._pieces[place + 1] = b""
            written += b"".join((_unless_blank(text), b"</", prefix, opening.close))
            return written, following[len(end) :]
        namespace = opening.namespace
        shadowed = [(opening.prefix, self._namespaces.get(opening.prefix, b""))]
        self._scopes.append(_Scope(opening.name, self._kind, shadowed, [namespace]))
        self._namespaces[opening.prefix] = namespace
        self._places[namespace] = len(self._live)
        self._live.append(prefix)
        self._kind = opening.kind
        return written, text

    def _leave(self) -> None:
        scope = self._scopes.pop()
        self._kind = scope.around
        for namespace in scope.created:
            del self._places[namespace]
            self._live.pop()
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
        return self._live[self._place(namespace)]

    def _place(self, namespace: bytes) -> int:
        """Place of the prefix of a namespace, given now when it has none and a scope is being opened."""
        known = self._places.get(namespace)
        if known is not None:
            return known
        if not self._opening:
            raise _not_canonical()
        self._count += 1
        place = self._places[namespace] = len(self._live)
        self._live.append(b"ns%d" % self._count)
        self._scopes[-1].created.append(namespace)
        return place

    def _namespace(self, prefix: bytes) -> bytes:
        namespace = self._namespaces.get(prefix)
        if not namespace:
            raise _no_namespace()
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


def _unless_blank(text: bytes) -> bytes:
    return b"" if text.isspace() else text


def _escaped(namespace: bytes) -> bytes:
    """A namespace as an attribute value; no other character that needs an escape may be in an URI."""
    return namespace.replace(b"&", b"&amp;")


def _no_namespace() -> Refusal:
    return refusal("трансформация СМЭВ не определена для элементов без пространства имён")


def _not_canonical() -> Refusal:
    return refusal("это не каноническая форма одного элемента")
