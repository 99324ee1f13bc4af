"""The keys about a caller's number: whose it is, whose no longer, junk, a wrong number."""

from functools import partial

from ringdesk.safetext import SafeText
from terminal.screens.finder import NAMING
from terminal.screens.keysoncalls import OVER, KeysOnCalls, Verdict
from terminal.screens.menus import Entry
from terminal.screens.numberwork import HIDDEN, Wish
from terminal.screens.registering import unnamed
from terminal.screens.saying import caller
from terminal.widgets.caller import number
from terminal.widgets.person import Who
from terminal.widgets.speech import say


class NumberKeys(KeysOnCalls):
    """The keys, as actions of the screen."""

    def action_attach(self) -> None:
        """Ctrl+L: what is nobody's number is attached at once; of one that has an owner it is asked what is meant."""
        key, wish = self.board.key("attach"), self.numberwork.wish()
        if isinstance(wish, Wish) and wish.owners:
            self._ask_whose(wish, key)
        else:
            self.do("number", lambda: self.numberwork.attach(key))

    def _ask_whose(self, wish: Wish, key: SafeText) -> None:
        self.writing.hold()
        name = wish.member.name or wish.member.code
        names = [each.name or each.code for each in wish.owners]
        give = self.numberwork.give
        entries = [Entry(say("{name} has it too: they share it", name=name), partial(give, wish, key))]
        entries += [
            Entry(say("{name} has it instead of {former}", name=name, former=former), partial(give, wish, key, owner))
            for former, owner in zip(names, wish.owners, strict=True)
        ]
        asked = say("{number} is {name}'s", number=number(wish.call), name=SafeText(say(", ").join(names)))
        self.menus.open("number", asked, entries)

    def action_register(self) -> None:
        """Ctrl+R: the member is made at once; what they are called is asked meanwhile, and the same key takes it back. One who
        has no name is asked for it."""
        key, person = self.board.key("register"), self.board.person
        if self._naming:
            self.panes.close_over()
            self.do("number again", self.registering.take_back)
            return
        nameless = self.registering.nameless
        if nameless is not None:
            self.registering.meant(nameless.id)
            self._ask_name(say("What are they called?"))
            return
        if person.who is not Who.UNKNOWN or person.call is None or not person.name:
            self.painter.tell(say("Only an unknown caller is registered."))
            return
        if not self.registering.possible:
            self.painter.tell(say(HIDDEN))
            return
        self.do("number", lambda: self.registering.register(key, lambda: self._naming))
        self._ask_name(say("A new member: what are they called? {key} takes it back", key=key))

    @property
    def _naming(self) -> bool:
        return self.finder.mode == NAMING and self.panes.chooser.display

    def _ask_name(self, asked: SafeText) -> None:
        self.finder.mode, self.finder.asked = NAMING, asked
        self.panes.choose()

    def named(self) -> None:
        """The name of the new member was typed."""
        name = SafeText(self.panes.chooser.field.value)
        if not name.strip():
            self.unnamed()
            return
        self.panes.close_over()
        self.do("name", lambda: self.registering.name(name))

    def unnamed(self) -> None:
        """No name was typed: the member stays without one."""
        self.panes.close_over()
        if self.registering.nameless is not None:
            self.painter.tell(unnamed(self.board.key("register"), self.board.key("palette")))

    def action_detach(self) -> None:
        """n."""
        if self.panes.here not in OVER:
            self.do("number", self.numberwork.detach)

    def action_sharers(self) -> None:
        """s."""
        if self.panes.here in OVER:
            return
        others, call = self.board.sharers, self.board.person.call
        if not others or call is None:
            self.painter.tell(say("Nobody else has this number."))
            return
        self.writing.hold()
        entries = [Entry(each.name or each.code, partial(self.work.look, each.id), each.home_store) for each in others]
        self.menus.open("open", say("{number} is also theirs", number=number(call)), entries)

    def action_junk(self) -> None:
        """x."""
        self._close_call(self.numberwork.junk)

    def action_wrong(self) -> None:
        """w."""
        self._close_call(self.numberwork.wrong)

    def _close_call(self, close: Verdict) -> None:
        if self.panes.here in OVER:
            return
        row = self._pointed()
        if row is None:
            self.painter.tell(say("There is no call."))
        elif row.taken_by is not None:
            self.painter.tell(say("{name} has this call.", name=row.taken_by), about=caller(row))
        else:
            self.do("number", lambda: close(row), row)
