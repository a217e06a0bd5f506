"""The planner in the browser, as ``staffing app`` runs it."""

from staffing.ui.main import main

main()
