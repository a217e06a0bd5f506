"""The main job from nothing: clone, ``make plan``, seconds and memory by stage, gap, and the app's first page.

``python -m bench.main_job`` clones the checkout's committed state into a temporary folder and runs the README's command
there, installation included. ``--installed`` measures only the job itself, in this environment; ``--seconds`` sets the
solver's wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SCENARIO = Path("scenarios/helpdesk/base.toml")


def main_job(folder: Path, installed: bool, seconds: float) -> dict[str, Any]:
    """Run the job and return wall seconds, memory and quality."""
    out = folder / "out"
    if installed:
        command = [
            sys.executable,
            "-m",
            "staffing",
            "plan",
            str(ROOT / SCENARIO),
            "--out",
            str(out),
            "--seconds",
            str(seconds),
        ]
        where = ROOT
    else:
        where = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(where)], check=True)
        command = ["make", "plan", f"OUT={out}"]
    begun = time.perf_counter()
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run(command, cwd=where, check=True, stdout=sys.stderr, env=environment)
    wall = time.perf_counter() - begun
    figures = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    stages = {s["stage"]: s["seconds"] for s in figures["stages"]}
    return {
        "wall_seconds": round(wall, 1),
        "outside_stages_seconds": round(wall - sum(stages.values()), 1),
        "stages": figures["stages"],
        "peak_mb": max(s["peak_mb"] for s in figures["stages"]),
        "objective": figures["objective"],
        "bound": figures["bound"],
        "gap": figures["gap"],
        "gap_money": figures["gap_money"],
        "violations": len(figures["violations"]),
    }


def first_page() -> float:
    """Seconds from starting the app to its first answered page (the server's health, then the page itself)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(ROOT / "app.py"),
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        while time.perf_counter() - begun < 60:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - begun
            except OSError:
                time.sleep(0.05)
    finally:
        server.terminate()
        server.wait(10)
    raise TimeoutError("the app did not answer within 60 s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--installed", action="store_true", help="without the installation, in this environment")
    parser.add_argument("--seconds", type=float, default=60.0, help="solver's wall time with --installed")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        result = main_job(Path(folder), args.installed, args.seconds)
    result["app_answers_seconds"] = round(first_page(), 2)
    result["load_average"] = [round(x, 2) for x in load]
    result["cpus"] = os.cpu_count()
    if args.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{'stage':<14}{'seconds':>9}{'peak MB':>9}")
    for stage in result["stages"]:
        print(f"{stage['stage']:<14}{stage['seconds']:>9.1f}{stage['peak_mb']:>9.0f}")
    for key, value in result.items():
        if key != "stages":
            print(f"{key:<24}{value}")


if __name__ == "__main__":
    main()
