"""The browser's address: what it asks for, what it is asked to show, and what it tells.

A browser tells its address with every request, and shows what it was asked to show only once the answer has arrived. What it
tells in between is old, and must not undo what the planner chose meanwhile. So a value counts as a wish of the planner only
where it is news: neither what the browser told before, nor what it was asked to show since. Going back counts always.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Entry = tuple[str, str]
"""A key of the address and its value."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of a browser's address.

    Attributes
    ----------
    told
        What the browser told last; None before it told anything.
    asked
        What it was asked to show since, the oldest first; these are yet to be told.

    Examples
    --------
    >>> here = Address(told=("run", "a")).showing(("run", "b"))
    >>> here.heard(("run", "a"))[1] is None  # still what it showed before
    True
    >>> here.heard(("run", "c"))[1]  # a link was followed
    ('run', 'c')
    """

    told: Entry | None = None
    asked: tuple[Entry, ...] = ()

    def heard(self, told: Entry | None, *, back: bool = False) -> tuple[Address, Entry | None]:
        """Note what the browser tells.

        Parameters
        ----------
        told
            What it tells; None where its address says nothing, as after a click on a page's name.
        back
            Whether the planner went back or forward in the browser, which is never late.

        Returns
        -------
        tuple
            What is known now; and what the planner asks for, None where that is nothing new.
        """
        if told is None:
            return self, None
        if not back and told == self.told:
            return self, None
        if not back and told in self.asked:
            return Address(told, self.asked[self.asked.index(told) + 1 :]), None
        return Address(told), told

    def showing(self, entry: Entry) -> Address:
        """Note that the browser was asked to show an entry."""
        last = self.asked[-1] if self.asked else self.told
        return self if entry == last else Address(self.told, (*self.asked, entry))


def followed(*keys: str, arriving: bool = False) -> Entry | None:
    """What the planner asks for by these keys of the address, by a link or by going back; None where that is nothing new.

    Parameters
    ----------
    *keys
        Keys of which the address has one at a time; where it has several, the first counts.
    arriving
        Whether nothing was shown for these keys before, so that whatever the address says counts.

    Notes
    -----
    To be asked before `show`: within one run of the script the address then reads as if the browser had followed.
    """
    known = Address() if arriving else st.session_state.get(_slot(keys), Address())
    context = get_script_run_ctx()
    back = context is not None and context.is_history_navigation
    found = [(k, st.query_params[k]) for k in keys if st.query_params.get(k)]
    # several at once: one that `show` has put in and one that it has yet to take out
    told = found[0] if len(found) == 1 or (found and (back or known.told is None)) else None
    st.session_state[_slot(keys)], news = known.heard(told, back=back)
    return news


def show(entry: Entry, *others: str) -> None:
    """Ask the browser to show an entry, and none of the other keys that may stand in its place."""
    key, value = entry
    slot = _slot((key, *others))
    st.session_state[slot] = st.session_state.get(slot, Address()).showing(entry)
    if st.query_params.get(key) != value:
        st.query_params[key] = value
    for other in others:
        if other in st.query_params:
            del st.query_params[other]


def _slot(keys: tuple[str, ...]) -> str:
    return "address-" + "-".join(sorted(keys))
