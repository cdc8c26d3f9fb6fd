"""What tests look for in a page: its elements and its tables."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Elements with attributes, and whether every tag was closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.errors = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """An element opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """An element opens and closes."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """An element closes, and should be the one opened last."""
        if not self.open or self.open.pop() != tag:
            self.errors.append((tag, self.getpos()))


def table(html, caption):
    """The rows of the table with `caption`, as lists of text."""
    body = re.search(rf"<caption[^>]*>(?:<span>)?[^<]*{re.escape(caption)}.*?</table>", html, re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", body[0], re.S)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]
