"""Texts and labels to start from, one per field of work."""

from __future__ import annotations

from typing import Any, NamedTuple

from gliner2_core import Schema


class EntityExample(NamedTuple):
    """A name for the button, a text, and what the label box then holds."""

    name: str
    text: str
    labels: str


ENTITY_EXAMPLES = (
    EntityExample(
        "Business news",
        "Apple Inc. CEO Tim Cook announced new products in Cupertino on Monday. Analysts at Morgan Stanley expect the "
        "shares to rise, while Samsung plans a response in Seoul.",
        "company\nperson\nlocation\ndate",
    ),
    EntityExample(
        "Medicine",
        "Patient received 400mg ibuprofen for severe headache at 2 PM. Dr. Smith advised 10 mg cetirizine every evening "
        "against the allergy.",
        "medication: Names of drugs\ndosage: Amounts such as 400mg\nsymptom: Complaints and conditions\ntime: When\nperson",
    ),
    EntityExample(
        "Order e-mail",
        "Hello, my order 48-22917 from 3 March has not arrived. Please send it to 14 Harbour Street, Leeds, or call me on "
        "0113 496 0102. Anna Keller, anna.keller@example.com",
        "order number\ndate\naddress\nphone number\ne-mail\nperson",
    ),
    EntityExample(
        "Job advertisement",
        "Northwind Robotics in Rotterdam is hiring a Senior Data Engineer with five years of Python and SQL. Salary up to "
        "78,000 euros a year, two days a week from home.",
        "company\ncity\njob title\nskill\nsalary\nexperience",
    ),
    EntityExample(
        "Recipe",
        "Melt 50 g butter in a saucepan, add two cups of flour and a pinch of salt, then bake at 180 degrees for 25 min.",
        "ingredient\nquantity\ncookware\ntemperature\nduration",
    ),
    EntityExample(
        "Science",
        "Marie Curie discovered polonium and radium in Paris in 1898 and received the Nobel Prize in Physics together with "
        "Pierre Curie and Henri Becquerel.",
        "scientist\nchemical element\ncity\nyear\naward",
    ),
    EntityExample(
        "Sport",
        "Lionel Messi scored twice for Inter Miami against Orlando City at Chase Stadium, and coach Javier Mascherano "
        "praised the whole team.",
        "player\nteam\nstadium\ncoach",
    ),
    EntityExample(
        "Contract",
        "This agreement between Hollis & Grant LLP and the City of Bristol takes effect on 1 January 2027 and ends after 24 "
        "months. Either party may give 30 days' notice under section 12.",
        "organization\ndate\nduration\nsection of law",
    ),
    EntityExample(
        "Nested names, emoji",
        "🎉 The University of Oxford and the Bank of England met in London 🇬🇧 to talk about the King's College Hospital.",
        "organization\nlocation\nhospital",
    ),
    EntityExample(
        "Deutsch",
        "Angela Merkel traf am 12. März 2019 in Berlin den Vorstand von Siemens. Der Auftrag hat einen Wert von 300 "
        "Millionen Euro.",
        "person\ncompany\ncity\ndate\namount of money",
    ),
    EntityExample(
        "Français",
        "Emmanuel Macron a rencontré Olaf Scholz à Paris. Airbus livrera 20 avions à Air France.",
        "person\ncompany\ncity",
    ),
)


class TaskExample(NamedTuple):
    """One task of an example: its name, its label box, whether several labels may hold, from which probability."""

    name: str
    labels: str
    several: bool = False
    threshold: str = ""
    prompt: str = ""


class ClassificationExample(NamedTuple):
    """A name for the button, a text and its tasks."""

    name: str
    text: str
    tasks: tuple[TaskExample, ...]

    def cards(self) -> list[dict[str, Any]]:
        """Return the tasks as the page's cards."""
        return [{**task._asdict(), "examples": ""} for task in self.tasks]


CLASSIFICATION_EXAMPLES = (
    ClassificationExample(
        "Film review",
        "Superb acting and music that stayed with me for days; the plot alone is worth the ticket.",
        (
            TaskExample("sentiment", "positive, negative, mixed"),
            TaskExample("aspects", "acting: The performances\nplot: The story\nmusic: Score and songs\nprice", True, "0.4"),
        ),
    ),
    ClassificationExample(
        "Support ticket",
        "I was charged twice for my March invoice and nobody answers the phone. Please refund me today or I cancel.",
        (
            TaskExample("department", "billing, technical support, sales, shipping"),
            TaskExample("urgency", "low, medium, high"),
        ),
    ),
    ClassificationExample(
        "Voice command",
        "wake me up at half past six tomorrow",
        (TaskExample("intent", "set alarm, play music, get weather, send message, add to list, book restaurant"),),
    ),
    ClassificationExample(
        "News",
        "Shares of chip makers rose sharply after the central bank left interest rates unchanged on Wednesday.",
        (TaskExample("topic", "business, sports, world politics, science and technology, culture"),),
    ),
    ClassificationExample(
        "Medical note",
        "Patient reports chest pain radiating to the left arm since this morning, sweating and short of breath.",
        (
            TaskExample("triage", "emergency, see a doctor this week, self-care"),
            TaskExample("body part", "chest, knee, skin, stomach"),
        ),
    ),
    ClassificationExample(
        "Contract",
        "Either party may terminate this agreement by giving thirty days' written notice to the other party.",
        (TaskExample("clause", "termination, payment, confidentiality, liability, governing law"),),
    ),
    ClassificationExample(
        "Shop review",
        "Lovely shoes and fast delivery, though they run a size small and the box was torn.",
        (
            TaskExample("sentiment", "positive, negative"),
            TaskExample("mentions", "delivery, size, packaging, colour, price", True, "0.5"),
        ),
    ),
    ClassificationExample(
        "E-mail",
        "CONGRATULATIONS!!! You have been selected for a FREE holiday. Click the link within 24 hours to claim your prize.",
        (TaskExample("is_spam", "spam, not spam"),),
    ),
    ClassificationExample(
        "Español",
        "El Real Madrid ganó el partido contra el Barcelona por 3 a 1.",
        (
            TaskExample("language", "English, German, French, Spanish"),
            TaskExample("topic", "politics, sports, technology, health"),
        ),
    ),
)


class StructureExample(NamedTuple):
    """A name for the button, a text, and what is asked: field specs, and what else in the same pass."""

    name: str
    text: str
    structures: dict[str, list[str]]
    entities: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    classifications: dict[str, list[str]] | None = None

    def schema(self) -> Schema:
        """Return what is asked."""
        schema = Schema().add_structures(self.structures)
        if self.entities:
            schema.entities(list(self.entities))
        if self.relations:
            schema.relations(list(self.relations))
        for task, labels in (self.classifications or {}).items():
            schema.classification(task, labels)
        return schema


STRUCTURE_EXAMPLES = (
    StructureExample(
        "Property",
        "Bright two-bedroom flat in Ghent, 85 m², with lift, balcony and cellar, 1,150 euros a month, free from 1 June.",
        {"property": ["city::str", "area::str", "rent::str", "available from::str", "features::list"]},
    ),
    StructureExample(
        "Product",
        "The new MacBook Pro costs $1999 and features the M3 chip, 16GB RAM, and 512GB storage.",
        {
            "product": [
                "name::str::Product name and model",
                "price::str::Product cost",
                "features::list::Key product features",
                "category::[electronics|software|hardware]::str",
            ]
        },
    ),
    StructureExample(
        "Prescription",
        "Dr. Okafor prescribed 10 mg cetirizine once a day for two weeks.",
        {"prescription": ["doctor::str", "drug::str", "dose::str", "frequency::str", "duration::str"]},
    ),
    StructureExample(
        "News, composed",
        "Tim Cook announced that Apple will open a new design centre in Munich in 2027 and hire 800 engineers.",
        {"announcement": ["company::str", "speaker::str", "city::str", "date::str"]},
        ("person", "company", "city", "date"),
        ("works for",),
        {"topic": ["business", "sports", "politics", "science"], "sentiment": ["positive", "negative", "neutral"]},
    ),
    StructureExample(
        "Job advertisement",
        "Northwind Robotics in Rotterdam is hiring a Data Engineer with five years of Python and SQL. Salary up to 78,000 "
        "euros a year.",
        {"job": ["job title::str", "company::str", "city::str", "salary::str", "skills::list"]},
    ),
    StructureExample(
        "Table booking",
        "Table for four at Trattoria Lucia on Friday at 7 pm, name Berger.",
        {"booking": ["restaurant::str", "guests::str", "day::str", "time::str", "name::str"]},
    ),
    StructureExample(
        "Invoice",
        "Invoice 2026-0147 from Hollis & Grant LLP, dated 3 March 2026: total 1,285.50 euros.",
        {"invoice": ["number::str", "sender::str", "date::str", "total::str"]},
    ),
    StructureExample(
        "Match report",
        "Leeds United beat Norwich City 3-1 at Elland Road on Saturday; Joel Piroe scored twice and Daniel James once.",
        {"match": ["winner::str", "score::str", "stadium::str", "day::str", "scorers::list"]},
    ),
    StructureExample(
        "Books, two records",
        "Dune by Frank Herbert came out in 1965. Emma by Jane Austen came out in 1815.",
        {"book": ["title::str", "author::str", "year::str"]},
    ),
    StructureExample(
        "Order lines",
        "3 desk lamps at 25 euros each, 2 office chairs at 140 euros each.",
        {"item": ["product::str", "quantity::str", "price::str"]},
    ),
    StructureExample(
        "Hospital visit, three structures",
        "Dr. Laura Chen of Boston General Hospital saw Mark Hill, 47, on 3 June. He received amoxicillin, 500 mg, three "
        "times a day.",
        {
            "patient": ["name::str", "age::str"],
            "prescription": ["drug::str", "dose::str", "frequency::str"],
            "visit": ["doctor::str", "hospital::str", "date::str"],
        },
    ),
    StructureExample(
        "Deutsch",
        "Helle 3-Zimmer-Wohnung in Leipzig, 82 m², mit Balkon und Keller, Miete 940 Euro im Monat.",
        {"flat": ["city::str", "area::str", "rent::str"]},
    ),
    StructureExample(
        "Français",
        "Appartement lumineux à Lyon, 62 m², avec balcon et cave, loyer de 890 euros par mois.",
        {"property": ["city::str", "area::str", "rent::str"]},
    ),
)
