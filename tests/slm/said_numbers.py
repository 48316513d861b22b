"""What people say and type, and the numbers that must come out: text = value unit [words of the number] [of the unit].

"-" is no unit, "none" no number at all; ";" parts several numbers of one text. The words are those after normalizing.
"""

from __future__ import annotations

import re

__all__ = ["said_numbers"]

_NUMBER = re.compile(r"(-?[\d.]+) (\S+) \[([^]]+)\](?: \[([^]]+)\])?")

_TABLE = """
# whole numbers
set it to twenty two = 22 - [twenty two]
twenty-two degrees = 22 degree [twenty two] [degrees]
22 degrees = 22 degree [22] [degrees]
zero percent = 0 percent [zero] [percent]
nineteen = 19 - [nineteen]
seventy = 70 - [seventy]
ninety nine = 99 - [ninety nine]
one hundred = 100 - [one hundred]
a hundred = 100 - [a hundred]
a hundred and one = 101 - [a hundred and one]
a hundred one = 101 - [a hundred one]
one hundred and one = 101 - [one hundred and one]
two hundred and fifty = 250 - [two hundred and fifty]
two thousand and five = 2005 - [two thousand and five]
1,000 = 1000 - [1000]
1,234,567 = 1234567 - [1234567]
1 hundred = 100 - [1 hundred]
hundred percent = 100 percent [hundred] [percent]
to hundred = 100 - [hundred]
hundred and ten = 110 - [hundred and ten]
the hundred metres = none
five hundred thousand = 500000 - [five hundred thousand]
one million = 1000000 - [one million]
minus nine million = -9000000 - [minus nine million]
two point five million = 2500000 - [two point five million]
thanks a million = none
nineteen hundred = 1900 - [nineteen hundred]
fifteen hundred = 1500 - [fifteen hundred]
007 = 7 - [007]
05 = 5 - [05]
# short forms
one twenty = 120 - [one twenty]
one twenty five = 125 - [one twenty five]
one oh one = 101 - [one oh one]
one oh one point five = 101.5 - [one oh one point five]
one o one point five = 101.5 - [one o one point five]
one zero one point five = 101.5 - [one zero one point five]
nine eight point seven = 98.7 - [nine eight point seven]
five forty kilohertz = 540 khz [five forty] [kilohertz]
ten fifty am = 1050 - [ten fifty]
three sixty = 360 - [three sixty]
nineteen eighty four = 1984 - [nineteen eighty four]
twenty oh five = 2005 - [twenty oh five]
twenty twenty = 2020 - [twenty twenty]
ninety nine fifty = 9950 - [ninety nine fifty]
# decimals
twenty two point five degrees = 22.5 degree [twenty two point five] [degrees]
twenty two point oh five = 22.05 - [twenty two point oh five]
22.5 = 22.5 - [22.5]
22.50 = 22.5 - [22.50]
.5 = 0.5 - [0.5]
0.5 = 0.5 - [0.5]
-.5 = -0.5 - [minus 0.5]
point five = 0.5 - [point five]
zero point five = 0.5 - [zero point five]
five point oh = 5 - [five point oh]
three point one four = 3.14 - [three point one four]
ninety eight point seven = 98.7 - [ninety eight point seven]
ninety eight point seven five = 98.75 - [ninety eight point seven five]
twenty point twenty five = 20.25 - [twenty point twenty five]
five decimal two = 5.2 - [five decimal two]
20 point 5 = 20.5 - [20 point 5]
20 point five = 20.5 - [20 point five]
20 dot 5 = 20.5 - [20 dot 5]
1,000.5 = 1000.5 - [1000.5]
10,000 hz = 10000 - [10000]
22 .5 = 22.5 - [22.5]
22 .5 degrees = 22.5 degree [22.5] [degrees]
22. 5 = 22 - [22] ; 5 - [5]
22,5 degrees = 22.5 degree [22.5] [degrees]
98,7 mhz = 98.7 mhz [98.7] [mhz]
3,5 = 3 - [3] ; 5 - [5]
3,5 degrees = 3.5 degree [3.5] [degrees]
3,5% = 3.5 percent [3.5] [percent]
twenty two comma five degrees = 22.5 degree [twenty two comma five] [degrees]
five below zero = -5 - [five] [below zero]
5 degrees below zero = -5 degree [5] [degrees below zero]
one thousand two hundred thirty four point five = 1234.5 - [one thousand two hundred thirty four point five]
point taken = none
five point = 5 - [five]
# negative
minus five = -5 - [minus five]
-5 = -5 - [minus 5]
minus 5.5 degrees = -5.5 degree [minus 5.5] [degrees]
−5 degrees = -5 degree [minus 5] [degrees]
\u20135 degrees = -5 degree [minus 5] [degrees]
negative two and a half = -2.5 - [negative two and a half]
turn it down minus two = -2 - [minus two]
minus zero = 0 - [minus zero]
bass plus three = 3 - [three]
+5 = 5 - [5]
20-22 = 20 - [20] ; 22 - [22]
20\u201322 = 20 - [20] ; 22 - [22]
# halves, quarters, thirds
half = 50 percent [half]
a half = 50 percent [half]
halfway = 50 percent [halfway]
half way = 50 percent [half]
half open = 50 percent [half]
one half = 50 percent [one half]
two and a half = 2.5 - [two and a half]
twenty two and a half degrees = 22.5 degree [twenty two and a half] [degrees]
22 and a half = 22.5 - [22 and a half]
two and a quarter = 2.25 - [two and a quarter]
two and three quarters = 2.75 - [two and three quarters]
a quarter = 25 percent [quarter]
one quarter = 25 percent [one quarter]
three quarters = 75 percent [three quarters]
quarter open = 25 percent [quarter]
a quarter of the way = 25 percent [quarter]
a third = 33 percent [third]
one third = 33 percent [one third]
two thirds = 67 percent [two thirds]
a third of the way = 33 percent [third]
third = 3 - [third]
½ = 50 percent [half]
¾ = 75 percent [three quarters]
22½ = 22.5 - [22.5]
22 1/2 = 22.5 - [22.5]
2½ degrees = 2.5 degree [2.5] [degrees]
1/2 = 50 percent [half]
1/4 open = 25 percent [quarter]
3/4 = 75 percent [three quarters]
1/3 = 33 percent [one third]
2/3 = 67 percent [two thirds]
11/2 = 11 - [11] ; 2 - [2]
24/7 = 24 - [24] ; 7 - [7]
medium = 50 percent [medium]
mid speed = 50 percent [mid]
# parts of a unit
half a degree = 0.5 degree [half a] [degree]
half a degree warmer = 0.5 degree [half a] [degree]
half degree warmer = 0.5 degree [half] [degree]
a half percent = 0.5 percent [half] [percent]
half a notch = 0.5 level [half a] [notch]
a quarter of a degree = 0.25 degree [quarter of a] [degree]
a degree and a half = 1.5 degree [a] [degree and a half]
two degrees and a half = 2.5 degree [two] [degrees and a half]
minus two degrees and a half = -2.5 degree [minus two] [degrees and a half]
one and a half degrees = 1.5 degree [one and a half] [degrees]
half an hour = 50 percent [half]
half the window = 50 percent [half]
# percent
50% = 50 percent [50] [percent]
50 % = 50 percent [50] [percent]
fifty percent = 50 percent [fifty] [percent]
fifty per cent = 50 percent [fifty] [per cent]
a hundred percent = 100 percent [a hundred] [percent]
100 percent = 100 percent [100] [percent]
50pct = 50 percent [50] [pct]
22.5% = 22.5 percent [22.5] [percent]
twenty two percents = 22 percent [twenty two] [percents]
# degrees
22 degrees celsius = 22 celsius [22] [degrees celsius]
22 degrees centigrade = 22 celsius [22] [degrees centigrade]
22 celsius = 22 celsius [22] [celsius]
22°c = 22 celsius [22] [degrees celsius]
22 °C = 22 celsius [22] [degrees celsius]
22° C = 22 celsius [22] [degrees c]
22ºc = 22 celsius [22] [degrees celsius]
22º = 22 degree [22] [degrees]
22℃ = 22 celsius [22] [degrees celsius]
22c = 22 celsius [22] [c]
22 C = 22 celsius [22] [c]
22 deg = 22 degree [22] [deg]
22 deg c = 22 celsius [22] [deg c]
72f = 72 fahrenheit [72] [f]
72 F = 72 fahrenheit [72] [f]
72°F = 72 fahrenheit [72] [degrees fahrenheit]
72 degrees fahrenheit = 72 fahrenheit [72] [degrees fahrenheit]
72 degrees f = 72 fahrenheit [72] [degrees f]
seventy two fahrenheit = 72 fahrenheit [seventy two] [fahrenheit]
sixty eight f = 68 fahrenheit [sixty eight] [f]
72 farenheit = 72 fahrenheit [72] [farenheit]
22 degrees celcius = 22 celsius [22] [degrees celcius]
seven degrees = 7 degree [seven] [degrees]
°cool = none
a degree = none
another two degrees = 2 degree [two] [degrees]
a couple of degrees = 2 degree [couple of] [degrees]
couple degrees = 2 degree [couple] [degrees]
a couple = 2 - [couple]
a few degrees = none
several degrees = none
nº 5 = 5 - [5]
# speeds
60mph = 60 mph [60] [mph]
60 miles per hour = 60 mph [60] [miles per hour]
sixty miles an hour = 60 mph [sixty] [miles an hour]
65 mi/h = 65 mph [65] [mi h]
100km/h = 100 kmh [100] [km h]
100 km/h = 100 kmh [100] [km h]
100 kmh = 100 kmh [100] [kmh]
100 kph = 100 kmh [100] [kph]
100kmph = 100 kmh [100] [kmph]
100 kilometers an hour = 100 kmh [100] [kilometers an hour]
100 kilometres per hour = 100 kmh [100] [kilometres per hour]
100 kilometers = 100 - [100]
one ten kph = 110 kmh [one ten] [kph]
# minutes, hertz
ten minutes = 10 minute [ten] [minutes]
10min = 10 minute [10] [min]
10 mins = 10 minute [10] [mins]
a minute = none
ten seconds = 10 - [ten]
98.7 fm = 98.7 - [98.7]
ninety eight point seven f m = 98.7 - [ninety eight point seven]
fm 101.1 = 101.1 - [101.1]
98.7mhz = 98.7 mhz [98.7] [mhz]
98.7 megahertz = 98.7 mhz [98.7] [megahertz]
ninety eight point seven m h z = 98.7 mhz [ninety eight point seven] [m h z]
870 am = 870 - [870]
870 kHz = 870 khz [870] [khz]
870 kilohertz = 870 khz [870] [kilohertz]
five forty k h z = 540 khz [five forty] [k h z]
# levels
level three = 3 level [three]
level 3 = 3 level [3]
stage two = 2 level [two]
setting four = 4 level [four]
two levels = 2 level [two] [levels]
two notches = 2 level [two] [notches]
one notch = 1 level [one] [notch]
three bars = 3 level [three] [bars]
gear two = 2 - [two]
third gear = 3 - [third]
second level = 2 - [second]
the second seat = 2 - [second]
seat 3 = 3 - [3]
row 2 = 2 - [2]
preset 4 = 4 - [4]
preset number four = 4 - [four]
no. 5 = 5 - [5]
3x = 3 - [3]
x3 = 3 - [3]
the first one = 1 - [first] ; 1 - [one]
# times
five to nine = 5 - [five] ; 9 - [nine]
nine thirty = 930 - [nine thirty]
9:30 = 9 - [9] ; 30 - [30]
nine oh five = 905 - [nine oh five]
nine o'clock = 9 - [nine]
9 am = 9 - [9]
7 p.m. = 7 - [7]
quarter to nine = 25 percent [quarter] ; 9 - [nine]
half past nine = 50 percent [half] ; 9 - [nine]
between two and half past three = 2 - [two] ; 50 percent [half] ; 3 - [three]
# no numbers
fifty fifty = none
50 50 = none
50/50 = none
fifty-fifty balance = none
split it fifty fifty please = none
the other one = none
this one = none
that one = none
the last one = none
which one = none
no one = none
someone = none
both windows = none
a second = none
wait a second = none
one second = 1 - [one]
a dozen = none
max = none
oh = none
nil = none
3rd = none
2nd gear = none
1.2.3 = none
the 1980s = none
b52s = none
# fifties that are numbers
fifty fifty five = 5055 - [fifty fifty five]
555 50 50 = 555 - [555] ; 50 - [50] ; 50 - [50]
fifty = 50 - [fifty]
# digits in names
call 555 1234 = 555 - [555] ; 1234 - [1234]
call 555-1234 = 555 - [555] ; 1234 - [1234]
(555) 123-4567 = 555 - [555] ; 123 - [123] ; 4567 - [4567]
call +44 20 7946 0958 = 44 - [44] ; 20 - [20] ; 7946 - [7946] ; 958 - [0958]
call five five five one two = 5 - [five] ; 5 - [five] ; 5 - [five] ; 1 - [one] ; 2 - [two]
call nine one one = 9 - [nine] ; 1 - [one] ; 1 - [one]
twelve downing street = 12 - [twelve]
221b baker street = 221 - [221]
route 66 = 66 - [66]
highway one oh one = 101 - [one oh one]
i-95 = 95 - [95]
a4 = 4 - [4]
play blink 182 = 182 - [182]
play 99 luftballons = 99 - [99]
play 24k magic = 24 - [24]
maroon five = 5 - [five]
u2 = 2 - [2]
2pac = 2 - [2]
seven nation army = 7 - [seven]
180 c in f = 180 celsius [180] [c]
# spellings
fourty = 40 - [fourty]
fourty two = 42 - [fourty two]
fourty-five percent = 45 percent [fourty five] [percent]
ninty five = 95 - [ninty five]
fiveteen = 15 - [fiveteen]
ninteen = 19 - [ninteen]
tweny two = 22 - [tweny two]
thrity degrees = 30 degree [thrity] [degrees]
eigthy percent = 80 percent [eigthy] [percent]
twentytwo = 22 - [twentytwo]
seventytwo degrees = 72 degree [seventytwo] [degrees]
twenty  two = 22 - [twenty two]
TWENTY TWO = 22 - [twenty two]
22. = 22 - [22]
22? = 22 - [22]
twenty 2 = 20 - [twenty] ; 2 - [2]
٣ = 3 - [٣]
"""


def said_numbers() -> list[tuple[str, list[tuple[float, str | None, str, str]]]]:
    """Return (text, [(value, unit, words of the number, words of the unit)])."""
    rows = []
    for line in _TABLE.strip().splitlines():
        if line.startswith("# "):
            continue
        text, _, found = line.rpartition(" = ")
        numbers = [_NUMBER.fullmatch(part) for part in found.split(" ; ")] if found != "none" else []
        rows.append((text, [(float(n[1]), None if n[2] == "-" else n[2], n[3], n[4] or "") for n in numbers]))
    return rows
