"""What counts as a wish of the planner in what a browser tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from staffing.ui.address import Address

A, B, C = ("run", "a"), ("run", "b"), ("scenario", "c")


def test_what_the_address_says_on_arrival_is_asked_for():
    assert Address().heard(A) == (Address(A), A)


def test_an_address_that_says_nothing_changes_nothing():
    here = Address(A, (B,))
    assert here.heard(None) == (here, None)


def test_a_choice_stands_while_the_browser_tells_what_it_showed_before():
    here = Address(A).showing(B)
    assert here.heard(A) == (here, None)


def test_what_the_browser_was_asked_to_show_is_no_news_however_late_it_is_told():
    here = Address(A).showing(B).showing(C)
    here, news = here.heard(B)
    assert (here, news) == (Address(B, (C,)), None)
    assert here.heard(C) == (Address(C), None)


def test_a_browser_may_skip_what_it_was_asked_to_show():
    assert Address(A).showing(B).showing(C).heard(C) == (Address(C), None)


def test_asking_twice_for_the_same_is_asking_once():
    assert Address(A).showing(A) == Address(A)
    assert Address(A).showing(B).showing(B) == Address(A, (B,))


def test_a_link_is_followed_whatever_was_asked_for():
    assert Address(A).showing(B).heard(C) == (Address(C), C)


def test_what_was_shown_earlier_counts_again_once_the_browser_has_told_the_newer():
    here, _ = Address(A).showing(B).heard(B)
    assert here.heard(A) == (Address(A), A)


def test_going_back_counts_at_once():
    assert Address(A).showing(B).heard(A, back=True) == (Address(A), A)
    assert Address(A).showing(B).heard(None, back=True)[1] is None


@given(st.data())
def test_choices_alone_are_never_undone_by_a_browser_that_follows_late(data):
    """The browser shows what it was asked to show, in this order, some time later; it may tell what it shows at any moment."""
    entries = st.sampled_from([A, B, C])
    known, _ = Address().heard(A)
    shown, queue = A, []
    for _ in range(data.draw(st.integers(1, 12))):
        step = data.draw(st.sampled_from(["choose", "arrive", "tell", "click"]))
        if step == "choose":
            chosen = data.draw(entries)
            if chosen != (queue[-1] if queue else shown):
                queue.append(chosen)
            known = known.showing(chosen)
        elif step == "arrive" and queue:
            shown = queue.pop(0)
        else:
            known, news = known.heard(None if step == "click" else shown)
            assert news is None
