"""Reads pages as a browser does, and tells what is in them."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

from tests.runtime.asking import Answer

_XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Page:
    root: Element
    errors: list[object]

    def all(self, tag: str) -> list[Element]:
        return self.root.findall(f".//{_XHTML}{tag}")

    def one(self, tag: str) -> Element:
        [found] = self.all(tag)
        return found

    def text(self, tag: str = "body") -> str:
        return " ".join("".join(self.one(tag).itertext()).split())

    def links(self) -> list[str]:
        return [element.attrib["href"] for element in self.all("a")]


def read(answer: Answer) -> Page:
    """The page as a tree, with what is wrong with its HTML."""
    assert answer.header("content-type") == ["text/html; charset=utf-8"]
    parser = HTMLParser()
    root = parser.parse(answer.body.decode())
    return Page(root, parser.errors)


def policy(answer: Answer) -> dict[str, list[str]]:
    """The page's Content-Security-Policy, directive by directive."""
    [value] = answer.header("content-security-policy")
    directives = (directive.split() for directive in value.split(";"))
    return {name: sources for name, *sources in directives}
