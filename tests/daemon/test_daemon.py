"""The daemon as a process: what it tells systemd, what kills and stops its worker, how it ends. Nothing acts twice."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def moved(daemon):
    """Speak a command and wait until it was acted on; return the number of `done` events of it."""
    daemon.events()
    daemon.seen.clear()
    daemon.speak("open the passenger window 20")
    told = daemon.wait_event("done", intent="window.open")
    daemon.wait_event("turn")
    assert told["status"] == "done"
    assert "done" not in daemon.events()


def test_ready_is_told_after_the_recording_went_through_the_chain(daemon):
    assert any(line.startswith("EXTEND_TIMEOUT_USEC=") for line in daemon.notified)
    assert "STATUS=loading" in daemon.notified[: daemon.notified.index("READY=1")]
    assert daemon.began.exists()  # the recognizer heard the recording of the self-test
    assert daemon.window() == 0  # and the car did not


def test_a_spoken_command_acts_once(daemon):
    moved(daemon)
    stages = {stage["name"] for stage in daemon.ask("status")["stages"]}
    assert {"recognize", "parse", "act", "to_signal"} <= stages


def test_the_watchdog_is_fed(daemon):
    daemon.notified.clear()
    daemon.wait_notified("WATCHDOG=1")


def test_a_worker_killed_while_idle_is_replaced(daemon):
    before = daemon.worker_pid()
    os.kill(before, signal.SIGKILL)
    daemon.wait_event("fault", what="the worker is gone")
    assert daemon.worker_pid() != before
    moved(daemon)


def test_a_worker_stopped_while_idle_is_replaced(daemon):
    before = daemon.worker_pid()
    os.kill(before, signal.SIGSTOP)
    daemon.wait_event("fault", what="it was stopped")
    assert daemon.worker_pid() != before
    assert not Path(f"/proc/{before}").exists()
    moved(daemon)


def lost_mid_utterance(daemon, hit):
    """Have the worker hit while it recognizes; what was said is told to be lost and never done."""
    before, position = daemon.worker_pid(), daemon.window()
    daemon.events()
    daemon.seen.clear()
    daemon.speak("!hang")
    daemon.wait_began()
    daemon.wait_event("speech", state="ended")
    hit(before)
    daemon.wait_event("dropped", why="the worker died over it")
    assert "Nothing was done" in daemon.wait_event("reply", kind="fault")["text"]
    assert daemon.worker_pid() != before
    assert daemon.window() == position
    moved(daemon)


def test_a_worker_killed_in_an_utterance_loses_that_utterance_only(daemon):
    lost_mid_utterance(daemon, lambda pid: os.kill(pid, signal.SIGKILL))


def test_a_worker_stopped_in_an_utterance(daemon):
    lost_mid_utterance(daemon, lambda pid: os.kill(pid, signal.SIGSTOP))


def test_a_recognizer_that_hangs_is_replaced(daemon):
    lost_mid_utterance(daemon, lambda _pid: None)


def test_a_recognizer_that_ends_its_process(daemon):
    before = daemon.worker_pid()
    daemon.speak("!exit")
    daemon.wait_event("fault", what="the worker is gone")
    daemon.say_it("open the window")
    assert daemon.worker_pid() != before
    moved(daemon)


def test_a_recognizer_that_raises_is_survived_by_its_process(daemon):
    before = daemon.worker_pid()
    daemon.speak("!raise")
    daemon.wait_event("fault", what="RuntimeError")
    assert daemon.worker_pid() == before
    moved(daemon)


def test_a_worker_that_grows_past_its_limit_is_replaced(daemon):
    before = daemon.worker_pid()
    daemon.speak("!eat")
    assert "MiB" in daemon.wait_event("fault", what="the worker is gone")["what"]
    assert daemon.worker_pid() != before
    moved(daemon)


def test_texts_and_the_conversation_survive_a_dead_worker(daemon):
    assert daemon.ask("say", text="unlock the door")["outcomes"][0]["status"] == "confirm"
    os.kill(daemon.worker_pid(), signal.SIGKILL)
    daemon.wait_event("fault", what="the worker is gone")
    daemon.worker_pid()
    assert daemon.ask("say", text="yes")["outcomes"][0]["status"] == "done"
    assert daemon.ask("say", text="is the door locked")["outcomes"][0]["status"] == "answered"


def test_what_was_judged_last_is_explained_also_after_a_reload(daemon):
    daemon.ask("say", text="unlock the door")
    (told,) = daemon.ask("explain")["explanations"]
    assert (told["intent"], told["decision"], told["to_allow"]) == ("door.unlock", "confirm", ["a yes"])
    daemon.ask("reload")
    assert daemon.ask("explain")["explanations"][0]["intent"] == "door.unlock"
    daemon.ask("cancel")


def test_a_car_that_hangs_keeps_the_watchdog_unfed_until_it_goes_on(daemon):
    hang = daemon.says.with_suffix(".hang")
    hang.touch()
    try:
        daemon.speak("open the driver window 35")
        daemon.wait_event("understood")
        daemon.wait_event("fault", what="watchdog not fed: the car is at one command")
        daemon.settle_notified()
        daemon.notified.clear()
        time.sleep(2.0)
        daemon.settle_notified()
        assert "WATCHDOG=1" not in daemon.notified
    finally:
        hang.unlink()  # or every later test would meet a car that hangs
    assert daemon.wait_event("done", intent="window.open")["status"] == "done"
    daemon.wait_notified("WATCHDOG=1")


def test_a_second_daemon_names_the_first(daemon):
    second = daemon.run_second()
    assert second.returncode == 2
    assert f"process {daemon.process.pid}" in second.stderr
    assert daemon.ask("status")["phase"] == "ready"


def test_a_wrong_configuration_is_refused_and_the_old_one_holds_even_for_a_new_worker(daemon):
    right = daemon.config.read_text(encoding="utf-8")
    daemon.config.write_text("dialogue: {}\nrecognizer: {n_best: many}\n", encoding="utf-8")
    try:
        error = daemon.ask("reload")
        assert error["code"] == "wrong-configuration"
        assert len(error["problems"]) == 2
        daemon.signal(signal.SIGHUP)
        daemon.wait_event("fault", what="reload refused")
        os.kill(daemon.worker_pid(), signal.SIGKILL)
        daemon.wait_event("fault", what="the worker is gone")
        daemon.worker_pid()
        moved(daemon)
    finally:
        daemon.config.write_text(right, encoding="utf-8")


def test_a_right_configuration_is_taken_over_and_the_car_stays_as_it_is(daemon):
    daemon.say_it("open the window")
    before, position = daemon.worker_pid(), daemon.window()
    daemon.config.write_text("dialog: {context_s: 31}\n", encoding="utf-8")
    assert "configuration" in daemon.ask("reload")["reloaded"]
    assert daemon.worker_pid() != before
    assert daemon.window() == position
    moved(daemon)


def test_push_to_talk_answers_with_what_was_said_next(daemon):
    import threading

    came = {}
    asking = threading.Thread(target=lambda: came.update(daemon.ask("talk", seconds=30)))
    asking.start()
    time.sleep(0.5)
    daemon.speak("open the driver window 45")
    asking.join(240)
    assert came["text"] == "open the driver window 45"
    assert came["outcomes"][0]["status"] == "done"


def test_sigterm_ends_it_cleanly(daemon):
    daemon.signal(signal.SIGTERM)
    assert daemon.wait_exit() == 0
    daemon.settle_notified()
    assert "STOPPING=1" in daemon.notified
    assert not daemon.control.exists()


def test_without_sound_texts_are_acted_on_and_a_hanging_command_does_not_hold_up_the_end(start_daemon):
    with start_daemon(audio=False) as running:
        assert running.ask("talk", seconds=1)["code"] == "failed"
        assert running.ask("say", text="open the window 10")["outcomes"][0]["status"] == "done"
        running.wait_event("understood")  # of this one, not of the next
        running.says.with_suffix(".hang").touch()
        import threading

        threading.Thread(target=lambda: running.ask("say", text="open the window 30"), daemon=True).start()
        running.wait_event("understood")
        running.signal(signal.SIGTERM)
        assert running.wait_exit() == 0
        assert "still being acted on" in running.log.read_text(encoding="utf-8")


def test_a_socket_left_by_a_killed_daemon_is_replaced(start_daemon):
    with start_daemon(audio=False) as running:
        running.kill()
        assert running.control.exists()
        running.notified.clear()
        running.start()
        assert running.ask("status")["phase"] == "ready"
