from __future__ import annotations

import xml.etree.ElementTree as ET

from staffing.export.svg import band_chart, days_chart


def percent(value: float) -> str:
    return f"{value:.0%}"


def test_missing_hours_stand_on_what_is_covered_and_are_hatched():
    chart = ET.fromstring(days_chart(["1", "2"], [8.0, 4.0], [0.0, 1.0], 'Cover "now"', str))
    assert chart.attrib["aria-label"] == 'Cover "now"'
    bars = [r for r in chart.iter("rect") if "x" in r.attrib]
    covered, second, short = (float(r.attrib["height"]) for r in bars)
    assert second + short == round(covered / 2, 1)
    assert bars[2].attrib["fill"] == "url(#short)"


def test_a_month_names_every_third_day():
    texts = [
        t.text
        for t in ET.fromstring(days_chart([str(i) for i in range(31)], [1] * 31, [0] * 31, "x", str)).iter("text")
    ]
    assert [t for t in texts if "." not in t][:3] == ["0", "3", "6"]


def test_a_queue_s_level_lies_in_its_band_and_its_target_is_a_bar():
    chart = ET.fromstring(
        band_chart([("phone <de>", 0.85, 0.82, 0.88, 0.8), ("mail", 0.9, 0.9, 0.9, None)], "x", percent)
    )
    dot = next(iter(chart.iter("circle")))
    band = next(line for line in chart.iter("line") if line.attrib.get("stroke-width") == "5")
    assert float(band.attrib["x1"]) < float(dot.attrib["cx"]) < float(band.attrib["x2"])
    assert sum(line.attrib.get("stroke-width") == "2.5" for line in chart.iter("line")) == 1
    assert [t.text for t in chart.iter("text")][:3] == ["70%", "85%", "100%"]
    assert "phone <de>" in [t.text for t in chart.iter("text")]
