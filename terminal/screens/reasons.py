"""Why somebody calls: a reason shows its script to read from, and begins the note with its template."""

from ringdesk.dispositions import Disposition, filled
from ringdesk.safetext import SafeText
from terminal.screens.codes import Codes
from terminal.screens.commands import Command
from terminal.screens.reading import Reading
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.page import Leaf, Line
from terminal.widgets.person import Person
from terminal.widgets.speech import say, titled


class Reasons:
    """The reasons are the dispositions: whoever knows at the beginning what it is about has its script. `store` is this one."""

    def __init__(self, work: Work, writing: Writing, codes: Codes, reading: Reading, store: SafeText) -> None:
        self._work = work
        self._writing = writing
        self._codes = codes
        self._reading = reading
        self._store = store
        self._begun: set[str] = set()
        """The templates with which notes were begun, as they stood there: the caller may have got a name since."""

    def commands(self) -> list[Command]:
        """One for each reason."""
        return [
            Command(
                say("Reason: {name}", name=titled(each)),
                SafeText(),
                f"reason('{index}')",
                say("script and template of the note"),
            )
            for index, each in enumerate(self._codes.in_use)
        ]

    async def choose(self, index: int, person: Person) -> SafeText:
        """Show the script; begin an empty note of `person`, who was on the card when it was chosen."""
        code = self._codes.in_use[index]
        said = [self._begin(code, person)]
        lines = filled(code.script, self._values(person)).each()
        if code.script:
            self._reading.show(Leaf(say("Script"), titled(code), tuple(Line(line) for line in lines)))
        else:
            said.append(say("{name} has no script.", name=titled(code)))
        return SafeText(" ".join(each for each in said if each))

    def _begin(self, code: Disposition, person: Person) -> SafeText:
        """The template, where nothing was typed yet."""
        owner, keeper = person.key, self._work.keeper
        if not code.template or owner == (None, None):
            return SafeText()
        if keeper.texts.get(owner, "").strip():
            return say("The note stays as it is.")
        text = filled(code.template, self._values(person))
        self._begun.add(text.strip())
        keeper.hold(owner, text)
        self._writing.load()
        return say("The note begins with the template.")

    def bare(self, person: Person) -> bool:
        """Whether the note of `person` is a template that nobody has filled in yet."""
        text, values = self._work.keeper.texts.get(person.key, "").strip(), self._values(person)
        known = self._begun | {filled(each.template, values).strip() for each in self._codes.in_use}
        return bool(text) and text in known

    def _values(self, person: Person) -> dict[str, str]:
        home = person.member.home_store if person.member else ""
        return {"name": person.name, "agent": self._work.desk.person.name, "store": self._store or home}
