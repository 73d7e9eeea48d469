"""Texts and labels to start from, one per field of work."""

from __future__ import annotations

from typing import Any, NamedTuple


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
        "order number\ndate\naddress\nphone number\ne-mail address\nperson",
    ),
    EntityExample(
        "Job advertisement",
        "Northwind Robotics in Rotterdam is hiring a Senior Data Engineer with five years of Python and SQL. Salary up to "
        "78,000 euros a year, two days a week from home.",
        "company\ncity\njob title\nskill\nsalary\nexperience required",
    ),
    EntityExample(
        "Recipe",
        "Melt 50 g butter in a saucepan, add two cups of flour and a pinch of salt, then bake at 180 degrees for 25 min.",
        "ingredient\nquantity\nkitchen tool\ntemperature\nduration",
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
        "The acting was superb and the music stayed with me for days, but the plot lost me after an hour.",
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
            TaskExample("emotion", "angry, happy, confused, neutral"),
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
            TaskExample("specialty", "cardiology, dermatology, orthopaedics, psychiatry"),
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
            TaskExample("stars", "1 star, 2 stars, 3 stars, 4 stars, 5 stars"),
            TaskExample("mentions", "delivery, size, packaging, colour, price", True, "0.5"),
        ),
    ),
    ClassificationExample(
        "E-mail",
        "CONGRATULATIONS!!! You have been selected for a FREE holiday. Click the link within 24 hours to claim your prize.",
        (TaskExample("kind of e-mail", "spam, personal, work, newsletter"),),
    ),
)
