"""Texts and labels to start from, one per field of work."""

from __future__ import annotations

from typing import NamedTuple


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
