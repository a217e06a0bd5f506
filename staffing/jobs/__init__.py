"""Planning runs in processes of their own: one at a time with a queue, stopped on demand, kept on disk.

The command line is the worker: ``python -m staffing plan SCENARIO --out ... --progress ... --stop-on-eof``. The worker
reads a pipe whose other end this process holds; closing it asks the worker to stop and keep the best rota so far.
When this process dies the system closes the pipe, so no worker outlives it. Questions about a rota (``replan``,
``explain``, ``price``) are workers of the same kind; they answer on standard output.

Every run is a folder, and the folder is the truth: any process, tab or later session can read it ::

    runs/20270104-101500-3f2a/
        request.json    what was asked for
        status.json     state, begin, end, exit code (replaced whole, never torn)
        alive           touched every second by the process that looks after the run
        progress.jsonl  one report per line, as the worker writes them
        said.json       what the worker said on standard output: its summary, or the problems of the input
        errors.txt      what it said on standard error
        out/            the files of a finished plan
"""

from staffing.jobs.keeper import Jobs
from staffing.jobs.run import Run, RunRequest, RunState

__all__ = ["Jobs", "Run", "RunRequest", "RunState"]
