"""The labels of the benchmark sets, as they stand in the files: fixed before any score was looked at."""

from __future__ import annotations

from collections.abc import Mapping

ENTITY_LABELS: Mapping[str, tuple[str, ...]] = {
    "crossner_ai": (
        "algorithm", "conference", "country", "field", "location", "metrics", "organisation", "person", "product",
        "programming language", "researcher", "task", "university",
    ),
    "crossner_literature": (
        "award", "book", "country", "event", "literary genre", "location", "magazine", "organisation", "person", "poem",
        "writer",
    ),
    "crossner_music": (
        "album", "award", "band", "country", "event", "location", "music genre", "musical artist", "musical instrument",
        "organisation", "person", "song",
    ),
    "crossner_politics": (
        "country", "election", "event", "location", "organisation", "person", "political party", "politician",
    ),
    "crossner_science": (
        "academic journal", "astronomical object", "award", "chemical compound", "chemical element", "country",
        "discipline", "enzyme", "event", "location", "organisation", "person", "protein", "scientist", "theory",
        "university",
    ),
}
"""Entity labels per set. CrossNER is asked without `miscellaneous`, the usual zero-shot protocol."""

CLASS_LABELS: Mapping[str, tuple[str, ...]] = {
    "snips": (
        "add to playlist", "book restaurant", "get weather", "play music", "rate book", "search creative work",
        "search screening event",
    ),
    "banking77": (
        "card arrival", "card linking", "exchange rate", "card payment wrong exchange rate",
        "extra charge on statement", "pending cash withdrawal", "fiat currency support", "card delivery estimate",
        "automatic top up", "card not working", "exchange via app", "lost or stolen card", "age limit", "pin blocked",
        "contactless not working", "top up by bank transfer charge", "pending top up", "cancel transfer",
        "top up limits", "wrong amount of cash received", "card payment fee charged",
        "transfer not received by recipient", "supported cards and currencies", "getting virtual card",
        "card acceptance", "top up reverted", "balance not updated after cheque or cash deposit",
        "card payment not recognised", "edit personal details", "why verify identity", "unable to verify identity",
        "get physical card", "visa or mastercard", "topping up by card", "disposable card limits", "compromised card",
        "atm support", "direct debit payment not recognised", "passcode forgotten", "declined cash withdrawal",
        "pending card payment", "lost or stolen phone", "request refund", "declined transfer", "refund not showing up",
        "declined card payment", "pending transfer", "terminate account", "card swallowed", "transaction charged twice",
        "verify source of funds", "transfer timing", "reverted card payment?", "change pin", "beneficiary not allowed",
        "transfer fee charged", "receiving money", "failed transfer", "transfer into account", "verify top up",
        "getting spare card", "top up by cash or cheque", "order physical card", "virtual card not working",
        "wrong exchange rate for cash withdrawal", "get disposable virtual card", "top up failed",
        "balance not updated after bank transfer", "cash withdrawal not recognised", "exchange charge",
        "top up by card charge", "activate my card", "cash withdrawal charge", "card about to expire",
        "apple pay or google pay", "verify my identity", "country support",
    ),
    "massive_en": (
        "check alarms", "remove an alarm", "set an alarm", "turn the volume down", "mute the volume",
        "change the volume", "turn the volume up", "check the calendar", "remove a calendar event",
        "add a calendar event", "ask for a recipe", "convert date or time between time zones", "ask the date or time",
        "add a contact", "check email", "look up a contact", "send an email", "greeting", "tell a joke", "chit-chat",
        "start the vacuum cleaner", "make coffee", "change the light color", "dim the lights", "turn off the lights",
        "turn on the lights", "brighten the lights", "turn off the smart plug", "turn on the smart plug",
        "create or add to a list", "check a list", "remove from a list", "dislike music", "like music",
        "ask about music", "change music settings", "ask for news", "play an audiobook", "play a game", "play music",
        "play a podcast", "play the radio", "ask about currency exchange", "ask for a definition",
        "ask a factual question", "do a calculation", "ask about stock prices", "recommend events", "recommend places",
        "recommend movies", "post on social media", "check social media", "order takeaway food",
        "ask about takeaway food", "ask about transport", "book a taxi", "book a transport ticket", "ask about traffic",
        "ask about the weather",
    ),
    "sst2": ("negative", "positive"),
    "imdb": ("negative", "positive"),
    "ag_news": ("world", "sports", "business", "science and technology"),
    "twenty_newsgroups": (
        "atheism", "computer graphics", "Microsoft Windows", "PC hardware", "Mac hardware", "X Window System",
        "items for sale", "cars", "motorcycles", "baseball", "hockey", "cryptography", "electronics", "medicine",
        "space", "Christianity", "guns and gun politics", "Middle East politics", "politics", "religion",
    ),
}
"""Options of the one classification task that each set is scored on."""

STRUCTURE_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "struct_oa_mine": {
        "shoes": (
            "age", "brand", "closure", "color", "gender", "material", "model name", "shoe type", "size", "sport",
            "waterproof",
        ),
        "vitamin": (
            "administration type", "age", "brand", "caffeine content", "diet", "dosage", "flavor", "gender",
            "health benefit", "item form", "net content", "pack size", "specialty", "supplement type", "supply size",
        ),
        "coffee": (
            "brand", "caffeine content", "container type", "country", "flavor", "item form", "machine type",
            "net content", "pack size", "roast type", "specialty",
        ),
        "toothbrush": (
            "age", "animal", "brand", "cap", "color", "firmness", "material", "operation mode", "pack size",
            "power source", "size", "specialty",
        ),
        "breakfast cereal": (
            "brand", "cereal type", "container", "flavor", "net content", "pack size", "specialty", "sub brand",
        ),
        "sunscreen": (
            "age", "brand", "color", "gender", "item form", "net content", "pack size", "protection level", "scent",
            "skin type", "specialty",
        ),
        "conditioner": (
            "age", "benefit", "brand", "gender", "hair type", "item form", "pack size", "scent", "specialty", "volume",
        ),
        "laundry detergent": (
            "age", "brand", "color", "item form", "load size", "net content", "pack size", "scent", "skin type",
            "specialty", "specific uses",
        ),
        "safety mask": (
            "age range", "brand", "certified grade", "closure type", "color", "country", "gender", "layer", "mask type",
            "material", "net content", "package type", "reusability", "size", "specialty",
        ),
        "tea": (
            "brand", "caffeine content", "container type", "country", "flavor", "item form", "machine type",
            "net content", "pack size", "specialty", "tea variety",
        ),
    },
    "struct_sgd_unseen": {
        "reserve restaurant": ("restaurant name", "location", "time", "number of seats", "date"),
        "search hotel": ("location", "star rating", "smoking allowed", "number of rooms"),
        "reserve hotel": ("place name", "check in date", "stay length", "location", "number of rooms"),
        "play media": ("track", "artist", "device", "album"),
        "find events": ("event type", "city", "date"),
        "buy event tickets": ("event name", "number of tickets", "date", "city"),
        "search oneway flight": (
            "origin airport", "destination airport", "departure date", "seating class", "number of tickets", "airlines",
        ),
        "search roundtrip flights": (
            "origin airport", "destination airport", "departure date", "return date", "seating class",
            "number of tickets", "airlines",
        ),
        "get cars available": ("city", "start date", "pickup time", "end date", "car type"),
        "reserve car": ("pickup location", "start date", "pickup time", "end date", "car type", "add insurance"),
        "find bus": ("from city", "to city", "departure date", "num passengers", "category"),
        "buy bus ticket": (
            "from city", "to city", "departure date", "departure time", "num passengers", "additional luggage",
        ),
        "add alarm": ("new alarm time", "new alarm name"),
        "find provider": ("city", "type"),
        "book appointment": ("therapist name", "appointment time", "appointment date"),
        "schedule visit": ("property name", "visit date"),
        "find home by area": ("area", "intent", "number of beds", "number of baths", "has garage", "in unit laundry"),
        "make payment": ("payment method", "amount", "receiver", "private visibility"),
        "request payment": ("receiver", "amount", "private visibility"),
        "find trains": ("from", "to", "date of journey", "class", "number of adults"),
        "get train tickets": (
            "from", "to", "date of journey", "journey start time", "number of adults", "trip protection", "class",
        ),
        "find movies": ("genre", "starring", "directed by", "cast"),
        "play movie": ("title", "subtitle language"),
        "lookup music": ("artist", "album", "genre", "year"),
        "find restaurants": ("category", "location", "price range", "has vegetarian options", "has seating outdoors"),
        "share location": ("location", "contact name"),
    },
}
"""Fields of each structure per set; where two services share a structure's name, a record asks those of its own."""
