"""Write config/cabin.dbc and config/can.yaml: a CAN layout for every signal of the catalogs that fits on a bus.

    python -m scripts.make_dbc

Six control units. Each sends an alive frame, status frames, and an acknowledgement of each command; each takes one
command frame that carries one signal at a time (multiplexed by Item), so that setting one never touches another. What
the fields mean: docs/how-to/connect-a-car.md. Free text stays out. The order is the alphabet of paths: a new signal
moves its neighbours, so both files belong to one version of cabin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cabin.assembly import open_catalog
from cabin.catalog.schema import SignalSpec
from cabin.config import VehicleConfig
from cabin.plugins import load_plugins
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.vehicle.signals import bounds, is_integer

__all__ = ["can_yaml", "dbc", "main", "place", "place_all"]

CONFIG = Path(__file__).resolve().parents[1] / "config"
UNITS = ("BODY", "CLIMATE", "LIGHTS", "SEATS", "DRIVE", "INFO")
PREFIXES = (
    ("Vehicle.Body.Lights.", "LIGHTS"),
    ("Vehicle.Cabin.Light.", "LIGHTS"),
    ("Vehicle.Cabin.HVAC.", "CLIMATE"),
    ("Vehicle.Cabin.Seat.", "SEATS"),
    ("Vehicle.Chassis.SteeringWheel.", "SEATS"),
    ("Vehicle.Cabin.Infotainment.", "INFO"),
    ("Vehicle.Cabin.HeadUpDisplay.", "INFO"),
    ("Vehicle.Body.", "BODY"),
    ("Vehicle.Cabin.", "BODY"),
    ("Vehicle.", "DRIVE"),
)
SHORT = {
    "Vehicle": "", "Cabin": "", "Body": "", "Infotainment": "", "Station": "", "Powertrain": "", "DriverSide": "Drv",
    "PassengerSide": "Psg", "Driver": "Drv", "Passenger": "Psg", "Row1": "R1", "Row2": "R2", "Position": "Pos",
    "Temperature": "Temp", "AirDistribution": "AirDist", "AirflowDirection": "Airflow", "HeatingCooling": "Heat",
    "Navigation": "Nav", "Display": "Disp", "Brightness": "Bright", "DirectionIndicator": "Blinker",
    "Mirrors": "Mirror",    "AmbientLight": "Ambient", "Intensity": "Level", "ObstacleDetection": "Obstacle",
    "CruiseControl": "Cruise",
    "TractionBattery": "Battery", "ChargingPort": "Port", "AnyPosition": "", "Transmission": "Gearbox",
    "CombustionEngine": "Engine", "LaneDepartureDetection": "LaneDeparture", "Windshield": "Wind", "Charging": "Chg",
    "SteeringWheel": "SteerWheel", "StateOfCharge": "Soc", "Equalizer": "Eq", "Guidance": "Guide",
    "Chassis": "", "Axle": "",
}  # fmt: skip
"""Names of DBC signals may have 32 characters."""
RATES = {"double": 1e-7, "float": 1e-3}
"""Steps of fractions: a thousandth is the tolerance of readings, ten millionths of a degree are a centimetre."""
WITHOUT_BOUNDS = {"Vehicle.Speed": (-100, 400), "Vehicle.Exterior.AirTemperature": (-60, 80)}
STATUS_BITS = 48


@dataclass(frozen=True)
class Placed:
    """A signal with its name and its raw number."""

    spec: SignalSpec
    unit: str
    name: str
    bits: int
    scale: float
    offset: float
    signed: bool = False

    def text(self, start: int, multiplex: str = "") -> str:
        """Return its SG_ line, little endian."""
        low, high = _range(self.spec)
        sign = "-" if self.signed else "+"
        head = f" SG_ {self.name} {multiplex}{' ' if multiplex else ''}: {start}|{self.bits}@1{sign}"
        return f'{head} ({self.scale:.10g},{self.offset:.10g}) [{low:.10g}|{high:.10g}] "{_unit(self.spec)}" CABIN'


def place(specs: Iterable[SignalSpec]) -> list[Placed]:
    """Return the signals that fit on the bus, by path."""
    placed = []
    for spec in sorted(specs, key=lambda spec: spec.path):
        if spec.datatype == "string" and not spec.allowed:
            continue
        unit = next(unit for prefix, unit in PREFIXES if spec.path.startswith(prefix))
        low, high = _range(spec)
        scale = RATES.get(spec.datatype, 1.0)
        bits = max(1, math.ceil(math.log2((high - low) / scale + 1)))
        placed.append(Placed(spec, unit, _name(spec.path), bits, scale, low))
    names = [entry.name for entry in placed]
    wrong = [name for name in names if len(name) > 32 or names.count(name) > 1]
    if wrong:
        raise ValueError(f"names too long or twice: {sorted(set(wrong))}")
    return placed


def dbc(placed: list[Placed]) -> str:
    """Return the text of cabin.dbc."""
    lines = ['VERSION "cabin"', "", "NS_ :", "", "BS_:", "", f"BU_: CABIN {' '.join(UNITS)}", ""]
    values: list[str] = []
    cycles: list[str] = []
    for number, unit in enumerate(UNITS):
        own = [entry for entry in placed if entry.unit == unit]
        lines += _alive(number, unit, cycles) + _ack(number, unit, values) + _command(number, unit, own, values)
        for index, frame in enumerate(_frames(own)):
            frame_id = 0x400 + number * 0x20 + index
            lines.append(f"BO_ {frame_id} {unit}_Status{index + 1}: 8 {unit}")
            start = 0
            for entry in frame:
                lines.append(entry.text(start))
                values += _choices(frame_id, entry)
                start += entry.bits
            lines += [' SG_ Counter : 48|8@1+ (1,0) [0|255] "" CABIN', ' SG_ Checksum : 56|8@1+ (1,0) [0|255] "" CABIN']
            lines.append("")
            cycles.append(f'BA_ "GenMsgCycleTime" BO_ {frame_id} 100;')
    definition = ['BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;', 'BA_DEF_DEF_ "GenMsgCycleTime" 0;']
    return "\n".join([*lines, *definition, *cycles, *values, ""])


def can_yaml(placed: list[Placed]) -> str:
    """Return the text of can.yaml."""
    lines = [
        "# VSS path -> MESSAGE.SIGNAL of the status frame in cabin.dbc that tells it. Made by scripts/make_dbc.py;",
        "# what else an entry may say: docs/how-to/connect-a-car.md.",
        "",
        "signals:",
    ]
    for unit in UNITS:
        own = [entry for entry in placed if entry.unit == unit]
        for index, frame in enumerate(_frames(own)):
            lines += [f"  {entry.spec.path}: {unit}_Status{index + 1}.{entry.name}" for entry in frame]
    return "\n".join([*lines, ""])


def place_all() -> list[Placed]:
    """Return all signals of the catalogs and those that policy needs, placed."""
    catalog = open_catalog(load_plugins({}))
    return place({**BASE_SIGNALS, **VehicleConfig().units.begin(catalog.signals)}.values())


def main() -> None:
    """Write both files."""
    placed = place_all()
    (CONFIG / "cabin.dbc").write_text(dbc(placed), encoding="utf-8")
    (CONFIG / "can.yaml").write_text(can_yaml(placed), encoding="utf-8")


def _alive(number: int, unit: str, cycles: list[str]) -> list[str]:
    frame_id = 0x500 + number
    cycles.append(f'BA_ "GenMsgCycleTime" BO_ {frame_id} 50;')
    return [
        f"BO_ {frame_id} {unit}_Alive: 3 {unit}",
        ' SG_ Clock : 0|12@1+ (1,0) [0|4095] "" CABIN',
        ' SG_ Checksum : 16|8@1+ (1,0) [0|255] "" CABIN',
        "",
    ]


def _ack(number: int, unit: str, values: list[str]) -> list[str]:
    frame_id = 0x380 + number
    values.append(f'VAL_ {frame_id} Result 0 "TAKEN" 1 "REJECTED" 2 "LATE" ;')
    return [
        f"BO_ {frame_id} {unit}_Ack: 5 {unit}",
        ' SG_ Item : 0|8@1+ (1,0) [0|255] "" CABIN',
        ' SG_ Clock : 8|12@1+ (1,0) [0|4095] "" CABIN',
        ' SG_ Counter : 20|4@1+ (1,0) [0|15] "" CABIN',
        ' SG_ Result : 24|8@1+ (1,0) [0|255] "" CABIN',
        ' SG_ Checksum : 32|8@1+ (1,0) [0|255] "" CABIN',
        "",
    ]


def _command(number: int, unit: str, own: list[Placed], values: list[str]) -> list[str]:
    frame_id = 0x300 + number
    lines = [f"BO_ {frame_id} {unit}_Command: 8 CABIN", f' SG_ Item M : 0|8@1+ (1,0) [0|255] "" {unit}']
    actuators = [entry for entry in own if entry.spec.kind == "actuator"]
    for item, entry in enumerate(actuators):
        lines.append(entry.text(8, f"m{item}").replace(" CABIN", f" {unit}"))
        values += _choices(frame_id, entry)
    lines += [
        f' SG_ Clock : 32|12@1+ (1,0) [0|4095] "" {unit}',
        f' SG_ Counter : 44|4@1+ (1,0) [0|15] "" {unit}',
        f' SG_ ValidFor : 48|8@1+ (1,0) [0|255] "" {unit}',
        f' SG_ Checksum : 56|8@1+ (1,0) [0|255] "" {unit}',
        "",
    ]
    return lines


def _frames(own: list[Placed]) -> Iterator[list[Placed]]:
    """Yield what fits into one status frame after the other."""
    frame: list[Placed] = []
    for entry in own:
        if frame and sum(each.bits for each in frame) + entry.bits > STATUS_BITS:
            yield frame
            frame = []
        frame.append(entry)
    if frame:
        yield frame


def _choices(frame_id: int, entry: Placed) -> list[str]:
    words = " ".join(f'{number} "{word}"' for number, word in enumerate(entry.spec.allowed))
    return [f"VAL_ {frame_id} {entry.name} {words} ;"] if entry.spec.allowed else []


def _range(spec: SignalSpec) -> tuple[float, float]:
    if spec.datatype == "boolean":
        return 0, 1
    if spec.datatype == "string":
        return 0, len(spec.allowed) - 1
    low, high = bounds(spec)
    default = WITHOUT_BOUNDS.get(spec.path, (0, 2**24 * RATES.get(spec.datatype, 1.0) - 1))
    if is_integer(spec) and spec.datatype in ("uint32", "int32", "uint64", "int64"):
        high = min(high or 0, 2 ** (24 if spec.kind == "actuator" else 32) - 1)
    return (default[0] if low is None else low, default[1] if high is None else high)


def _name(path: str) -> str:
    parts = [SHORT.get(part, part) for part in path.split(".")]
    return "".join(re.sub(r"^Is(?=[A-Z])", "", part) for part in parts)


def _unit(spec: SignalSpec) -> str:
    return {"percent": "%", "celsius": "degC", "degrees": "deg"}.get(spec.unit, spec.unit)


if __name__ == "__main__":
    main()
