"""Names that stay, and the devices they mean."""

from __future__ import annotations

import pytest

from cabin.errors import SoundError
from cabin_sound.names import Device, find_device, pulse_source, read_cards

CARDS_TEXT = """ 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7f10000 irq 33
 2 [Device         ]: USB-Audio - USB PnP Sound Device
                      C-Media Electronics Inc. USB PnP Sound Device at usb-0000:00:14.0-2, full speed
"""
CARDS = {0: "PCH", 2: "Device"}
DEVICES = (
    Device(0, "HDA Intel PCH: ALC269 Analog (hw:0,0)", 44_100),
    Device(3, "USB PnP Sound Device: Audio (hw:2,0)", 48_000),
    Device(4, "USB PnP Sound Device: Second (hw:2,1)", 48_000),
    Device(5, "pulse", 44_100),
    Device(6, "default", 44_100, is_default=True),
)


def found(name):
    return find_device(name, DEVICES, CARDS).index


def test_the_kernels_cards_are_read(tmp_path):
    file = tmp_path / "cards"
    file.write_text(CARDS_TEXT, encoding="utf-8")
    assert read_cards(file) == CARDS
    assert read_cards(tmp_path / "none") == {}
    file.write_text("--- no soundcards ---\n", encoding="utf-8")
    assert read_cards(file) == {}


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("", 6),
        ("pulse", 5),
        ("pulse:alsa_input.usb", 5),
        ("hw:CARD=Device", 3),
        ("hw:CARD=Device,DEV=1", 4),
        ("plughw:CARD=PCH,DEV=0", 0),
        ("Device", 3),
        ("USB PnP Sound Device: Audio", 3),
        ("USB PnP Sound Device: Second (hw:2,1)", 4),
    ],
)
def test_each_way_to_name_a_device(name, index):
    assert found(name) == index


def test_the_name_stays_when_the_number_changes():
    moved = [Device(0, "USB PnP Sound Device: Audio (hw:7,0)", 48_000)]
    name = DEVICES[1].stable_name(CARDS)
    assert name == "hw:CARD=Device,DEV=0"
    assert find_device(name, moved, {7: "Device"}).index == 0


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_every_stable_name_means_its_device(device):
    assert found(device.stable_name(CARDS)) == device.index


def test_a_card_without_an_id_keeps_the_name_of_portaudio():
    assert DEVICES[1].stable_name({}) == DEVICES[1].name


def test_an_absent_one_is_told_with_what_is_there_and_the_nearest():
    with pytest.raises(SoundError, match=r"'hw:CARD=Devise' is not there.*expected: hw:CARD=PCH,DEV=0, .*Did you mean"):
        found("hw:CARD=Devise")
    with pytest.raises(SoundError, match=r"no microphone is there.*no such device at all"):
        find_device("", (), {})


def test_a_source_of_pulseaudio_is_told_apart():
    assert pulse_source("pulse:cabin.monitor") == "cabin.monitor"
    assert pulse_source("pulse") == pulse_source("hw:CARD=pulse") == ""
