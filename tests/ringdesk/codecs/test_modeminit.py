"""The set-up dialogue."""

from ringdesk.codecs import modeminit
from ringdesk.codecs.modeminit import ENABLE, Progress, Stage
from ringdesk.codecs.modemlines import Result
from ringdesk.safetext import SafeText

OK = Result(ok=True, text=SafeText("OK"))
ERROR = Result(ok=False, text=SafeText("ERROR"))


def run(answers: dict[str, Result | None], default: Result | None = OK) -> tuple[Progress, list[str], float]:
    """The dialogue with a modem that answers at once, or not at all where the answer is None."""
    now, progress, sent = 0.0, modeminit.start(0.0), []
    while progress.send or progress.stage in (Stage.WAKING, Stage.SETTLING, Stage.SETTING, Stage.ENABLING):
        answer = None
        if progress.send:
            sent.append(progress.send.decode().rstrip("\r"))
            answer = answers.get(sent[-1], default)
        if answer is not None:
            progress = modeminit.answered(progress, answer, now)
            continue
        assert progress.until is not None
        now = progress.until
        progress = modeminit.timed_out(progress, now)
    return progress, sent, now


def test_a_good_modem() -> None:
    progress, sent, now = run({})
    assert (progress.stage, progress.command, progress.until) == (Stage.READY, "AT+VCID=1", None)
    assert sent == ["ATZ", "ATE0", "ATV1Q0", "ATS0=0", "AT+VCID=1"]
    assert now == modeminit.SETTLE_TIME
    assert not progress.answers_itself


def test_each_way_to_switch_caller_id_on_is_tried_in_order() -> None:
    for index, command in enumerate(ENABLE):
        progress, sent, _ = run(dict.fromkeys(ENABLE[:index], ERROR))
        assert (progress.stage, progress.command) == (Stage.READY, command)
        assert tuple(sent[4:]) == ENABLE[: index + 1]


def test_a_command_without_an_answer_is_passed_over() -> None:
    progress, sent, _ = run({"AT+VCID=1": None, "ATE0": None})
    assert (progress.stage, progress.command) == (Stage.READY, "AT#CID=1")
    assert "ATV1Q0" in sent


def test_no_caller_id_at_all() -> None:
    progress, _, _ = run(dict.fromkeys(ENABLE, ERROR))
    assert (progress.stage, progress.until, progress.detail) == (Stage.NO_CALLER_ID, None, "ERROR")


def test_a_quiet_profile_is_woken() -> None:
    progress, sent, _ = run({"ATZ": None})
    assert progress.stage is Stage.READY
    assert sent[:3] == ["ATZ", "ATQ0V1", "ATE0"]


def test_a_dead_modem_is_tried_again_later() -> None:
    progress, sent, now = run({}, default=None)
    assert progress.stage is Stage.SILENT
    assert sent == list(modeminit.WAKE)
    assert progress.until == now + modeminit.RETRY_TIME
    assert modeminit.timed_out(progress, now + modeminit.RETRY_TIME).send == b"ATZ\r"


def test_whether_it_never_picks_up_must_be_confirmed() -> None:
    assert run({"ATS0=0": ERROR})[0].answers_itself
    assert run({"ATS0=0": None})[0].answers_itself


def test_a_late_answer_to_the_reset_is_not_taken_for_the_next() -> None:
    progress = modeminit.answered(modeminit.start(0.0), OK, 0.1)
    progress = modeminit.answered(progress, OK, 0.2)
    assert (progress.stage, progress.send) == (Stage.SETTLING, b"")
    assert progress.until == 0.2 + modeminit.SETTLE_TIME


def test_answers_that_nobody_asked_for_change_nothing() -> None:
    ready, _, _ = run({})
    assert modeminit.answered(ready, ERROR, 9.0).stage is Stage.READY
    assert modeminit.answered(Progress(), OK, 9.0) == Progress()
    assert modeminit.timed_out(Progress(), 9.0) == Progress()
